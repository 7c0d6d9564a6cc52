"""Recording how an item was captured online. No record is ever changed: a later one is added, and the newest counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Prefetch, QuerySet
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.digits import in_digits
from cases.dated import dated_columns
from cases.dating import PartialDate
from cases.plain_text import clean_line, clean_text
from cases.small_groups import weigh_words
from evidence.capturing.addresses import clean_url
from evidence.capturing.stated import stated_by_file
from evidence.circumstances import papers_for
from evidence.errors import BadCapture, UnknownEvidence
from evidence.intake import RECEIVE
from evidence.models import CapturePart, EvidenceItem, OnlineCapture
from evidence.placement import only_case

MOST_PARTS = 50


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """What is known of a capture: from which page, when, by whom and with what it was made, and what belongs to it.

    `final_url` is where the page led in the end; `parts` are items of the same case: source text, screenshot, media.
    """

    url: str
    final_url: str = ""
    captured: PartialDate | None = None
    collector: str = ""
    tool: str = ""
    tool_version: str = ""
    context: str = ""
    parts: Sequence[EvidenceItem] = ()


_WORDS: Final = ("url", "final_url", "collector", "tool", "tool_version", "context")


def record_capture(item: EvidenceItem, *, facts: CaptureFacts, actor: Actor) -> OnlineCapture:
    """Add the next version of how the item was captured online.

    Parts that the actor may not see stay. Raises NotPermitted, UnknownEvidence, BadText, or BadCapture for what is
    no address, for parts of another case and for a version that says nothing new, or SmallGroup; leaves no row behind.
    """
    user = require(actor, RECEIVE)
    if not EvidenceItem.objects.visible_to(user).filter(pk=item.pk).exists():
        raise UnknownEvidence(_("No such item is open to you. Check its reference."))
    columns = _columns(facts)
    parts = _checked_parts(item, facts.parts, user)
    stated = _stated_fields(item, columns)
    with transaction.atomic():
        # Locks the item's row, as its custody does: two who write at once get two numbers.
        EvidenceItem.objects.select_for_update().values_list("pk").get(pk=item.pk)
        last = current_capture(item)
        parts |= _hidden_parts(last, user)
        _require_news(last, columns, parts)
        number = OnlineCapture.objects.filter(item=item).aggregate(last=Max("version"))["last"] or 0
        weigh_words(
            [*(columns[name] for name in _WORDS), columns["date_as_written"]], items=[item.pk], actor=user
        )
        recorded = OnlineCapture.objects.create(
            item=item, version=number + 1, recorded_by=user, stated=stated, **columns
        )
        CapturePart.objects.bulk_create(CapturePart(capture=recorded, item_id=key) for key in sorted(parts))
        log.append(
            Action.ONLINE_CAPTURE_RECORDED,
            subject=item,
            actor=user,
            facts=recorded.facts(),
            case_id=only_case(item),
        )
    return recorded


def current_capture(item: EvidenceItem) -> OnlineCapture | None:
    """The version that counts: the newest. None where nothing is recorded."""
    return item.captures.select_related("recorded_by").order_by("-version").first()


def versions_of(item: EvidenceItem, *, user: User) -> QuerySet[OnlineCapture]:
    """Every version, the newest first, each with `seen_parts`: what belongs to it and is open to the reader."""
    seen = CapturePart.objects.filter(item__in=EvidenceItem.objects.visible_to(user).values("pk"))
    parts = Prefetch(
        "parts", seen.select_related("item").order_by("item__received_at", "item__reference"), "seen_parts"
    )
    return item.captures.select_related("recorded_by").prefetch_related(parts).order_by("-version")


def parts_seen(capture: OnlineCapture, *, user: User) -> QuerySet[EvidenceItem]:
    """The items that belong to the capture, as far as they are open to the reader."""
    mine = CapturePart.objects.filter(capture=capture).values("item_id")
    return EvidenceItem.objects.visible_to(user).filter(pk__in=mine).order_by("received_at", "reference")


def _columns(facts: CaptureFacts) -> dict[str, Any]:
    return {
        "url": clean_url(facts.url, label=_("The address of the page")),
        "final_url": clean_url(facts.final_url, label=_("The address in the end"), required=False),
        "collector": clean_line(facts.collector, label=_("The collector"), required=False, max_length=300),
        "tool": clean_line(facts.tool, label=_("The tool"), required=False, max_length=300),
        "tool_version": clean_line(
            facts.tool_version, label=_("The tool’s version"), required=False, max_length=300
        ),
        "context": clean_text(facts.context, label=_("The context")),
        **dated_columns(facts.captured),
    }


def _checked_parts(item: EvidenceItem, parts: Sequence[EvidenceItem], user: User) -> set[UUID]:
    keys = {part.pk for part in parts}
    if len(keys) > MOST_PARTS:
        raise BadCapture(
            in_digits(_("Name at most %(most)d items that belong to it.") % {"most": MOST_PARTS})
        )
    if keys and papers_for(item, user=user).filter(pk__in=keys).count() != len(keys):
        raise BadCapture(_("Only other items of the same case can belong to it. Check the references."))
    return keys


def _hidden_parts(last: OnlineCapture | None, user: User) -> set[UUID]:
    """What belongs to the last version and is not open to the user, who therefore cannot have left it out."""
    if last is None:
        return set()
    seen = parts_seen(last, user=user).values("pk")
    return set(last.parts.exclude(item_id__in=seen).values_list("item_id", flat=True))


def _require_news(last: OnlineCapture | None, columns: dict[str, Any], parts: set[UUID]) -> None:
    if last is None or {str(key) for key in parts} != set(last.part_ids):
        return
    if all(getattr(last, name) == value for name, value in columns.items()):
        raise BadCapture(_("Nothing is different from what was recorded last. Change what is wrong."))


def _stated_fields(item: EvidenceItem, columns: dict[str, Any]) -> str:
    stated = stated_by_file(item).usable
    recorded = columns | {"captured": columns["date_as_written"]}
    return " ".join(name for name, value in stated.items() if recorded[name] == value)
