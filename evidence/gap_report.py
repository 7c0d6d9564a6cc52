"""Gaps in custody, for one item and over all: computed from the ledgers, a batch at a time, however many there are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from audit import log
from audit.actions import Action
from audit.actors import Actor
from evidence.gaps.gap import Gap, GapKind
from evidence.gaps.ledger import gaps_in
from evidence.models import CustodyEvent, EvidenceItem
from evidence.placement import only_case

_AT_ONCE = 100
# A page answers within a second or two: it looks at so many ledgers and says where to go on.
LOOKED_AT_ONCE = 500
SHOWN_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class ItemGaps:
    """An item and what is missing in its ledger."""

    item: EvidenceItem
    gaps: list[Gap]


@dataclass(frozen=True, slots=True)
class GapPage:
    """What one look found: items with gaps, how many ledgers were read, and where to go on, None at the end."""

    found: list[ItemGaps]
    looked_at: int
    go_on_after: UUID | None


def gaps_of(events: Sequence[CustodyEvent], item: EvidenceItem) -> list[Gap]:
    """The gaps of an item whose whole ledger is at hand."""
    return gaps_in(events, has_bytes=item.object_id is not None, now=timezone.now())


def each_with_gaps(items: "QuerySet[EvidenceItem]", kinds: Sequence[GapKind] = ()) -> Iterator[ItemGaps]:
    """Every item that has gaps of these kinds, or of any, in the order of their keys; flat in memory."""
    for looked in _ledgers(items):
        gaps = [gap for gap in looked.gaps if not kinds or gap.kind in kinds]
        if gaps:
            yield ItemGaps(looked.item, gaps)


def look_for_gaps(
    items: "QuerySet[EvidenceItem]", *, after: UUID | None = None, kinds: Sequence[GapKind] = ()
) -> GapPage:
    """One look through the ledgers that come after this key."""
    rest = items.filter(pk__gt=after) if after else items
    found: list[ItemGaps] = []
    looked_at, last = 0, None
    for looked in islice(_ledgers(rest), LOOKED_AT_ONCE):
        looked_at += 1
        last = looked.item.pk
        gaps = [gap for gap in looked.gaps if not kinds or gap.kind in kinds]
        if gaps:
            found.append(ItemGaps(looked.item, gaps))
        if len(found) == SHOWN_AT_ONCE:
            break
    ended = last is None or not rest.filter(pk__gt=last).exists()
    return GapPage(found, looked_at, None if ended else last)


def log_reading(*, actor: Actor, item: EvidenceItem | None = None) -> None:
    """Log that somebody reads which gaps there are. If it cannot be logged, they are not shown."""
    with transaction.atomic():
        log.append(
            Action.CUSTODY_GAPS_READ,
            subject=item or log.Subject("evidence.custody", "gaps"),
            actor=actor,
            facts={},
            case_id=only_case(item) if item else None,
        )


def _ledgers(items: "QuerySet[EvidenceItem]") -> Iterator[ItemGaps]:
    events = CustodyEvent.objects.select_related("actor").order_by("seq").defer("salt")
    rows = items.only("reference", "object_id").prefetch_related(
        Prefetch("custody", queryset=events, to_attr="ledger")
    )
    last: UUID | None = None
    while True:
        # By key, not by a cursor that stays open: a reader who goes away leaves nothing behind.
        batch = list((rows.filter(pk__gt=last) if last else rows).order_by("pk")[:_AT_ONCE])
        for item in batch:
            yield ItemGaps(item, gaps_of(item.ledger, item))
        if len(batch) < _AT_ONCE:
            return
        last = batch[-1].pk
