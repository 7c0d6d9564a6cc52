"""All gaps of one ledger. Pure: what it says follows from the events and the moment alone."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from evidence.gaps.gap import Gap, GapKind, in_its_digits
from evidence.gaps.holders import holder_gaps
from evidence.gaps.seals import seal_gaps
from evidence.gaps.times import time_gaps
from evidence.holding import unanswered
from evidence.models import CustodyEvent
from evidence.second_person import seen_by_one_alone
from evidence.vocabulary import CustodyKind, CustodyOutcome

OFFER_WAITS_AT_MOST = timedelta(days=14)
CHECKED_WITHIN = timedelta(days=90)
# Done where the item is, by whoever has it in hand.
_AT_HAND = (CustodyKind.MOVED, CustodyKind.SEALED, CustodyKind.UNSEALED)


def gaps_in(events: Sequence[CustodyEvent], *, has_bytes: bool, now: datetime) -> list[Gap]:
    """Every gap of a whole ledger, whose events stand in their order, in the order in which they lie there.

    `has_bytes` says whether there is anything to be compared with a digest.
    """
    found = [
        *_holes(events),
        *_receipts(events),
        *holder_gaps(events),
        *time_gaps(events),
        *seal_gaps(events),
        *_while_out(events),
        *_alone(events),
        *_waiting(events, now),
        *(_unchecked(events, now) if has_bytes else ()),
    ]
    return sorted(map(in_its_digits, found), key=lambda gap: (gap.after or 0, gap.before or 0))


def _holes(events: Sequence[CustodyEvent]) -> Iterator[Gap]:
    there = {event.seq for event in events}
    for number in sorted(set(range(1, max(there, default=0) + 1)) - there):
        sentence = _("Event %(number)d is missing from the ledger.") % {"number": number}
        yield Gap(GapKind.HOLE, sentence, after=number - 1, before=number + 1)


def _receipts(events: Sequence[CustodyEvent]) -> Iterator[Gap]:
    if not any(event.kind == CustodyKind.RECEIVED for event in events):
        yield Gap(GapKind.RECEIPT, _("There is no receipt: nobody is recorded as having taken it in."))
    for event in events:
        on_paper = event.kind == CustodyKind.TRANSFER_ACCEPTED and event.party_id is None
        if on_paper and event.document_id is None:
            sentence = _("The signed paper of event %(number)d is missing.") % {"number": event.seq}
            yield Gap(GapKind.RECEIPT, sentence, after=event.seq)


def _while_out(events: Sequence[CustodyEvent]) -> Iterator[Gap]:
    """What is recorded as done to an item at a time when somebody else had it for a while."""
    out: CustodyEvent | None = None
    for event in events:
        if event.kind == CustodyKind.CHECKED_OUT:
            out = event
        elif event.kind == CustodyKind.RETURNED:
            out = None
        elif out is not None and event.kind in _AT_HAND:
            sentence = _("Event %(second)d (%(what)s) stands where it was checked out since event %(first)d.")
            said = sentence % {"second": event.seq, "what": event.get_kind_display(), "first": out.seq}
            yield Gap(GapKind.ORDER, said, after=out.seq, before=event.seq)


def _alone(events: Sequence[CustodyEvent]) -> Iterator[Gap]:
    for event in seen_by_one_alone(events):
        sentence = _("Event %(number)d (%(what)s) was confirmed by no second person.")
        said = sentence % {"number": event.seq, "what": event.get_kind_display()}
        yield Gap(GapKind.SECOND, said, after=event.seq)


def _waiting(events: Sequence[CustodyEvent], now: datetime) -> Iterator[Gap]:
    for offer in unanswered(events, CustodyKind.TRANSFER_OFFERED):
        waited = now - offer.recorded_at
        if waited > OFFER_WAITS_AT_MOST:
            sentence = _("The offer of event %(number)d has waited for %(days)d days.")
            said = sentence % {"number": offer.seq, "days": waited.days}
            yield Gap(GapKind.TRANSFER, said, after=offer.seq)
    for out in unanswered(events, CustodyKind.CHECKED_OUT):
        if out.due is not None and out.due < now.astimezone(UTC).date():
            sentence = _("It was checked out at event %(number)d and is not back, though it is due.")
            yield Gap(GapKind.RETURN, sentence % {"number": out.seq}, after=out.seq)


def _unchecked(events: Sequence[CustodyEvent], now: datetime) -> Iterator[Gap]:
    if not events or any(event.kind == CustodyKind.DISPOSED for event in events):
        return
    compared = [event for event in events if event.outcome]
    last = compared[-1] if compared else None
    since = last or events[0]
    if last is not None and last.outcome == CustodyOutcome.BROKEN:
        sentence = _("At event %(number)d its bytes were not what was received.")
        yield Gap(GapKind.FIXITY, sentence % {"number": last.seq}, after=last.seq)
    elif now - since.recorded_at > CHECKED_WITHIN:
        sentence = _("Its bytes were last compared at event %(number)d, more than %(days)d days ago.")
        said = sentence % {"number": since.seq, "days": CHECKED_WITHIN.days}
        yield Gap(GapKind.FIXITY, said, after=since.seq)
