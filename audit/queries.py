"""Reading the log for people: filters, pages that stay fast however long the log is, and one entry with its place."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from audit.actions import Action
from audit.errors import BadInput, NotAReviewer, UnknownEntry
from audit.models import Entry

PAGE = 50
# Counting is capped: a page of a log with a million entries must not count them all.
COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reviewer looks for; None means any. `since` is included, `until` is not."""

    action: Action | None = None
    actor: str | None = None
    case_id: uuid.UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page of entries, newest first, with the marks of its neighbours ('' where there is none)."""

    entries: Sequence[Entry]
    older: str
    newer: str


def entries_visible_to(user: Any) -> QuerySet[Entry]:
    """Return the entries that the user may read: all for a reviewer of the log, none for anybody else.

    Raises NotAReviewer. Entries hold neither content nor identities, so a reviewer may read them for every case.
    """
    if not (user.is_active and user.has_perm("audit.review_log")):
        raise NotAReviewer(_("Your role does not include reviewing the log. Ask an auditor."))
    return Entry.objects.all()


def find_entry(user: Any, entry_id: uuid.UUID) -> Entry:
    """Return one entry. Raises NotAReviewer or UnknownEntry."""
    entry = entries_visible_to(user).select_related("leaf").filter(pk=entry_id).first()
    if entry is None:
        raise UnknownEntry(_("The log has no entry with this id. Check the address."))
    return entry


def latest(user: Any, action: Action) -> Entry | None:
    """Return the newest entry of one action, or None."""
    return entries_visible_to(user).filter(action=action.value).order_by("-recorded_at", "-id").first()


def matching(user: Any, filters: Filters) -> QuerySet[Entry]:
    """Return the entries that the filters let through."""
    wanted: dict[str, object] = {
        "action": filters.action.value if filters.action else None,
        "actor": filters.actor,
        "case_id": filters.case_id,
        "recorded_at__gte": filters.since,
        "recorded_at__lt": filters.until,
    }
    return entries_visible_to(user).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )


def count_up_to(rows: QuerySet[Entry], most: int = COUNTED) -> int:
    """Return how many rows there are, but at most one more than `most`."""
    return rows.order_by()[: most + 1].count()


def page_of(rows: QuerySet[Entry], *, older_than: str = "", newer_than: str = "") -> EntryPage:
    """Return the page beside a mark, or the newest. Costs the same at the first page and at the ten-thousandth.

    Raises BadInput for a mark that we did not give out.
    """
    if newer_than:
        beside = rows.filter(_beyond(newer_than, "gt")).order_by("recorded_at", "id")
        found = list(beside[: PAGE + 1])
        entries, more = found[:PAGE][::-1], len(found) > PAGE
        return EntryPage(
            entries, older=_mark(entries[-1]) if entries else "", newer=_mark(entries[0]) if more else ""
        )
    beside = rows.filter(_beyond(older_than, "lt")) if older_than else rows
    found = list(beside.order_by("-recorded_at", "-id")[: PAGE + 1])
    entries, more = found[:PAGE], len(found) > PAGE
    newer = _mark(entries[0]) if older_than and entries else ""
    return EntryPage(entries, older=_mark(entries[-1]) if more else "", newer=newer)


def _mark(entry: Entry) -> str:
    return f"{entry.recorded_at.isoformat()}_{entry.pk}"


def _beyond(mark: str, side: str) -> Q:
    moment, _line, identifier = mark.rpartition("_")
    try:
        at, pk = parse_datetime(moment), uuid.UUID(identifier)
        at = at.astimezone(UTC) if at and at.tzinfo else None
    except (ValueError, OverflowError):  # the second where an offset leads out of the calendar
        at = None
    if at is None:
        raise BadInput(_("This page of the log does not exist. Start again from the newest entries."))
    return Q(**{f"recorded_at__{side}": at}) | Q(**{"recorded_at": at, f"pk__{side}": pk})
