"""How far a legal hold reaches. A court that wants an item kept wants what makes it whole and what proves it kept too.

A hold on an item keeps what came out of it and photographs of it, however deep, and what it came out of itself, such as
the archive of a file, however far up. Of each of these, and of the item, it keeps the papers and pictures that custody
names; and of every such paper in turn all that it keeps of the item, papers of the paper among it. It does not keep
other files of the same archive. A hold on a photograph alone does not keep the thing: things go back to their owners,
and their photographs stay.

So a hold goes from item to item: down to what came out, up to where it came from, across to a paper. Whoever goes up
does not go down again, for there lie the other files; after a step across both ways are open again.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import User

# `way` is 0 at a beginning and after a step across, else how the last step went.
# From what is held to all that it keeps. On SQLite each part of a walk may be a statement of its own; PostgreSQL has
# to be kept from reading whole tables once for every step, as it does where it takes hundreds of holds for many.
_KEPT_ON_SQLITE = """
    WITH RECURSIVE walk(id, way) AS (
        {first}
        UNION SELECT inside.id, 1 FROM walk JOIN evidence_evidenceitem inside ON inside.parent_id = walk.id
            WHERE walk.way >= 0
        UNION SELECT own.parent_id, -1 FROM walk JOIN evidence_evidenceitem own ON own.id = walk.id
            WHERE walk.way <= 0 AND own.parent_id IS NOT NULL AND own.relation <> 'photograph'
        UNION SELECT shown.document_id, 0 FROM walk JOIN evidence_custodyevent shown ON shown.item_id = walk.id
            WHERE shown.document_id IS NOT NULL
    )
"""
_KEPT_ON_POSTGRESQL = """
    WITH RECURSIVE walk(id, way) AS (
        {first}
        UNION SELECT step.id, step.way FROM walk CROSS JOIN LATERAL (
            SELECT inside.id, 1 FROM evidence_evidenceitem inside
                WHERE inside.parent_id = walk.id AND walk.way >= 0
            UNION ALL SELECT own.parent_id, -1 FROM evidence_evidenceitem own
                WHERE own.id = walk.id AND walk.way <= 0
                AND own.parent_id IS NOT NULL AND own.relation <> 'photograph'
            UNION ALL SELECT shown.document_id, 0 FROM evidence_custodyevent shown
                WHERE shown.item_id = walk.id AND shown.document_id IS NOT NULL
            OFFSET 0
        ) step(id, way)
    )
"""
# The other way round, from an item to all whose holds keep it. The table's guard asks the same of a disposal, in these
# words that both databases read: each kind of step has its turn, and a key in its turn alone, for an index.
_REACHING = """
    WITH RECURSIVE walk(id, way) AS (
        {first}
        UNION SELECT COALESCE(own.parent_id, inside.id, shown.item_id), turn.n FROM walk
        CROSS JOIN (SELECT -1 AS n UNION ALL SELECT 0 UNION ALL SELECT 1) turn
        LEFT JOIN evidence_evidenceitem own ON own.id = CASE WHEN turn.n = 1 AND walk.way >= 0 THEN walk.id END
        LEFT JOIN evidence_evidenceitem inside
            ON inside.parent_id = CASE WHEN turn.n = -1 AND walk.way <= 0 THEN walk.id END
            AND inside.relation <> 'photograph'
        LEFT JOIN evidence_custodyevent shown ON shown.document_id = CASE WHEN turn.n = 0 THEN walk.id END
        WHERE COALESCE(own.parent_id, inside.id, shown.item_id) IS NOT NULL
    )
"""
_ONE = "SELECT id, 0 FROM evidence_evidenceitem WHERE id = %s"
_OF_A_DELIVERY = "SELECT id, 0 FROM evidence_evidenceitem WHERE intake_id = %s"
_HELD = (
    "SELECT h.item_id, 0 FROM evidence_custodyevent h WHERE h.kind = 'hold_placed'"
    " AND NOT EXISTS (SELECT 1 FROM evidence_custodyevent r WHERE r.answers_id = h.id)"
)
_ALL = " SELECT id FROM walk"
_TOPS = " SELECT w.id FROM walk w JOIN evidence_evidenceitem i ON i.id = w.id WHERE i.parent_id IS NULL"


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


def kept_by_a_hold() -> RawSQL:
    """The keys of all items that a hold keeps, for a query over many; the same rule from the other end.

    Costs as much as the holds keep, however many items there are.
    """
    walk = _KEPT_ON_POSTGRESQL if connection.vendor == "postgresql" else _KEPT_ON_SQLITE
    return RawSQL(walk.format(first=_HELD) + _ALL, [])  # noqa: S611  our own names


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
    return RawSQL(_REACHING.format(first=first) + then, [given])  # noqa: S611  our own names
