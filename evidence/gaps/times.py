"""Time that runs backwards in a ledger. Partial dates contradict each other only where they must."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, timedelta

from django.utils.translation import gettext as _

from evidence.gaps.corrected import corrected_by
from evidence.gaps.gap import Gap, GapKind
from evidence.models import CustodyEvent
from evidence.vocabulary import CustodyKind

Span = tuple[date | None, date | None]
# A moment of ours is a day in Tehran and another one in Stockholm.
_SLACK = timedelta(days=1)
# What moves, opens, closes or hands over; each happens after the one before it.
_CHAIN = (
    CustodyKind.RECEIVED,
    CustodyKind.TRANSFER_OFFERED,
    CustodyKind.TRANSFER_ACCEPTED,
    CustodyKind.MOVED,
    CustodyKind.SEALED,
    CustodyKind.UNSEALED,
    CustodyKind.CHECKED_OUT,
    CustodyKind.RETURNED,
    CustodyKind.DISPOSED,
)


def time_gaps(events: Sequence[CustodyEvent]) -> Iterator[Gap]:
    """Every pair of events that cannot have happened in the order in which they must have."""
    spans = spans_of(events)
    for event in events:
        earliest = spans[event.pk][0]
        if earliest is not None and earliest > _day(event) + _SLACK:
            yield Gap(
                GapKind.TIME,
                _("Event %(number)d is said to have happened after it was recorded.") % {"number": event.seq},
                after=event.seq,
            )
    for first, second in _ordered(events, spans):
        if _certainly_before(spans[second.pk], spans[first.pk]):
            yield Gap(
                GapKind.TIME,
                _(
                    "Event %(second)d (%(what)s) happened before event %(first)d (%(question)s), which it follows."
                )
                % {
                    "second": second.seq,
                    "what": second.get_kind_display(),
                    "first": first.seq,
                    "question": first.get_kind_display(),
                },
                after=first.seq,
                before=second.seq,
            )


def spans_of(events: Sequence[CustodyEvent]) -> dict[object, Span]:
    """The earliest and latest day of each event: as its last correction says, as it says itself, or as recorded."""
    spans: dict[object, Span] = {}
    known: dict[object, CustodyEvent] = {event.pk: event for event in events}
    for event in events:
        dated = event.date_as_written != ""
        if dated:
            spans[event.pk] = (event.date_earliest, event.date_latest)
        else:
            spans[event.pk] = (_day(event) - _SLACK, _day(event) + _SLACK)
        if dated:
            spans |= {one.pk: spans[event.pk] for one in corrected_by(event, known)}
    return spans


def _ordered(
    events: Sequence[CustodyEvent], spans: Mapping[object, Span]
) -> Iterator[tuple[CustodyEvent, CustodyEvent]]:
    """Pairs of which the second cannot have happened before the first."""
    known = {event.pk: event for event in events}
    receipt = next((event for event in events if event.kind == CustodyKind.RECEIVED), None)
    last: CustodyEvent | None = None
    for event in events:
        before = last
        if event.kind == CustodyKind.COLLECTED and receipt is not None:
            # Remembered, and entered when it is remembered: it only must not come after the receipt.
            yield event, receipt
        if event.kind in _CHAIN:
            if before is not None:
                yield before, event
            last = _later(before, event, spans)
        asked = event.answers_id or (event.refers_to_id if event.kind == CustodyKind.CONFIRMED else None)
        question = known.get(asked) if asked else None
        if question is not None and question is not before:
            yield question, event


def _later(before: CustodyEvent | None, event: CustodyEvent, spans: Mapping[object, Span]) -> CustodyEvent:
    """Of the two the one that cannot have begun earlier: what follows is compared with it."""
    if before is None:
        return event
    old, new = spans[before.pk][0], spans[event.pk][0]
    return before if old is not None and (new is None or new < old) else event


def _certainly_before(span: Span, other: Span) -> bool:
    return span[1] is not None and other[0] is not None and span[1] < other[0]


def _day(event: CustodyEvent) -> date:
    return event.recorded_at.astimezone(UTC).date()
