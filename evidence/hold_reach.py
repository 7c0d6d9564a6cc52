"""How far a legal hold reaches. A court that wants an item kept wants what makes it whole and what proves it kept too.

A hold on an item keeps what came out of it and photographs of it, however deep; the papers and pictures that its
custody names, with what came out of those; and what it came out of itself, such as the archive of a file. A hold on a
photograph alone does not keep the thing: things go back to their owners, and their photographs stay.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import User

# The items whose holds reach the items of `first`. The table's own guard asks the same of the item of a disposal.
_REACH = """
    WITH RECURSIVE
    own(id) AS (
        {first}
        UNION SELECT i.parent_id FROM own JOIN evidence_evidenceitem i ON i.id = own.id
        WHERE i.parent_id IS NOT NULL
    ),
    shown(id) AS (
        SELECT e.item_id FROM own JOIN evidence_custodyevent e ON e.document_id = own.id
        UNION SELECT i.parent_id FROM shown JOIN evidence_evidenceitem i ON i.id = shown.id
        WHERE i.parent_id IS NOT NULL
    ),
    inside(id) AS (
        {first}
        UNION SELECT i.id FROM inside JOIN evidence_evidenceitem i ON i.parent_id = inside.id
        WHERE i.relation <> 'photograph'
    )
"""
_ONE = "SELECT id FROM evidence_evidenceitem WHERE id = %s"
_OF_A_DELIVERY = "SELECT id FROM evidence_evidenceitem WHERE intake_id = %s"
_ALL = " SELECT id FROM own UNION SELECT id FROM shown UNION SELECT id FROM inside"
_TOPS = (
    " SELECT t.id FROM (SELECT id FROM own UNION SELECT id FROM shown) t"
    " JOIN evidence_evidenceitem i ON i.id = t.id WHERE i.parent_id IS NULL"
)


@dataclass(frozen=True, slots=True)
class Reaching:
    """A hold that reaches an item: its event, whether it is on the item itself, and else on which, if that is open."""

    hold: Any
    own: bool
    on: Any


def holds_reaching(item: Any) -> "QuerySet[Any]":
    """The holds that nobody has released and that keep the item: its own, and those of what it belongs to."""
    return _open_holds(item).filter(item__in=_reach(_ONE, item.pk, _ALL))


def is_held(item: Any) -> bool:
    """Whether a hold keeps the item."""
    return holds_reaching(item).exists()


def brought_what_is_held(intake: Any) -> bool:
    """Whether a hold keeps anything that came with the delivery."""
    first = intake.items.first()
    return first is not None and (
        _open_holds(first).filter(item__in=_reach(_OF_A_DELIVERY, intake.pk, _ALL)).exists()
    )


def holds_seen(item: Any, *, user: User) -> list[Reaching]:
    """The holds that keep the item, as a reader may know of them; the oldest first."""
    found = list(holds_reaching(item).select_related("actor", "item").order_by("recorded_at", "pk"))
    others = {hold.item_id for hold in found} - {item.pk}
    seen = set()
    if others:
        seen = set(type(item).objects.visible_to(user).filter(pk__in=others).values_list("pk", flat=True))
    return [
        Reaching(hold, hold.item_id == item.pk, hold.item if hold.item_id in seen else None) for hold in found
    ]


def lock_family(item: Any) -> None:
    """Have whoever places a hold that reaches the item, or disposes of what a hold of it reaches, wait for this one.

    Takes the item's own row and those of what all of it came out of in the end, in one order.
    """
    _lock(type(item).objects.filter(Q(pk=item.pk) | Q(pk__in=_reach(_ONE, item.pk, _TOPS))))


def lock_families(intake: Any) -> None:
    """As `lock_family`, for all that came with a delivery at once."""
    items = intake.items.model.objects
    _lock(items.filter(Q(intake=intake) | Q(pk__in=_reach(_OF_A_DELIVERY, intake.pk, _TOPS))))


def _lock(rows: "QuerySet[Any]") -> None:
    list(rows.select_for_update().order_by("pk").values_list("pk"))


def _open_holds(item: Any) -> "QuerySet[Any]":
    # By the relation: the records themselves say by this module what may be erased of them.
    events: Any = type(item).custody.rel.related_model
    held: QuerySet[Any] = events.objects.filter(kind="hold_placed", answered_by=None)
    return held


def _reach(first: str, key: UUID, then: str) -> RawSQL:
    given = key if connection.vendor == "postgresql" else key.hex
    return RawSQL(_REACH.format(first=first) + then, [given, given])  # noqa: S611  our own names
