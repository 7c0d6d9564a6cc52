"""Intervals in which nobody is known to have held an item."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from audit.erased import ErasedText
from cases.folding import joined_key
from evidence.gaps.gap import Gap, GapKind
from evidence.gaps.times import spans_of
from evidence.holding import Holder, holder_of, taken_by
from evidence.models import CustodyEvent
from evidence.vocabulary import TAKING, CustodyKind

# A hand-over may begin before midnight and end after it.
_ON_THE_WAY = timedelta(days=1)


def holder_gaps(events: Sequence[CustodyEvent]) -> Iterator[Gap]:
    """Every interval without a holder, and every giver who is not recorded as having held it."""
    yield from _before_the_receipt(events)
    yield from _strangers(events)
    yield from _on_the_way(events)
    ended = any(event.kind == CustodyKind.DISPOSED for event in events)
    if events and not ended and holder_of(events) is None:
        yield Gap(GapKind.HOLDER, _("Nobody is recorded as holding it now."), after=events[-1].seq)


def _before_the_receipt(events: Sequence[CustodyEvent]) -> Iterator[Gap]:
    receipt = next((event for event in events if event.kind == CustodyKind.RECEIVED), None)
    collected = [event for event in events if event.kind == CustodyKind.COLLECTED]
    if receipt is None or not collected:
        return
    if not any(_same(event.received_by, receipt.released_by) for event in collected):
        sentence = _(
            "Between event %(first)d (%(what)s) and event %(second)d (%(then)s) nobody is recorded as holding it: "
            "who collected it is not who gave it in."
        )
        yield _between(sentence, collected[-1], receipt)


def _strangers(events: Sequence[CustodyEvent]) -> Iterator[Gap]:
    """Hand-overs by somebody who did not hold the item, as far as the ledger knows."""
    holder: Holder | None = None
    for event in events:
        gives = event.kind in (CustodyKind.TRANSFER_OFFERED, CustodyKind.CHECKED_OUT)
        returns = event.kind == CustodyKind.RETURNED and holder is not None and holder.user_id is None
        if holder is not None and (gives or returns) and not _gave(holder, event):
            sentence = _(
                "Between event %(first)d (%(what)s) and event %(second)d (%(then)s) it changed hands unrecorded: "
                "who gave it then is not who had it."
            )
            yield _between(sentence, holder.since, event)
        if event.kind in TAKING:
            holder = taken_by(event)


def _gave(holder: Holder, event: CustodyEvent) -> bool:
    own = (
        event.kind != CustodyKind.RETURNED and holder.user_id is not None and event.actor_id == holder.user_id
    )
    return own or _same(event.released_by, holder.name)


def _on_the_way(events: Sequence[CustodyEvent]) -> Iterator[Gap]:
    spans = spans_of(events)
    offers: dict[object, CustodyEvent] = {
        event.pk: event for event in events if event.kind == CustodyKind.TRANSFER_OFFERED
    }
    for event in events:
        offered = offers.get(event.answers_id) if event.kind == CustodyKind.TRANSFER_ACCEPTED else None
        # Only where somebody said when each happened: an offer that waits on a desk is no journey.
        if offered is None or not offered.date_as_written or not event.date_as_written:
            continue
        left, came = spans[offered.pk][1], spans[event.pk][0]
        if left is not None and came is not None and came - left > _ON_THE_WAY:
            sentence = _(
                "Between event %(first)d (%(what)s) and event %(second)d (%(then)s) it was on the way, with neither."
            )
            yield _between(sentence, offered, event)


def _between(sentence: str, first: CustodyEvent, second: CustodyEvent) -> Gap:
    said = sentence % {
        "first": first.seq,
        "what": first.get_kind_display(),
        "second": second.seq,
        "then": second.get_kind_display(),
    }
    return Gap(GapKind.HOLDER, said, after=first.seq, before=second.seq)


def _same(one: str, other: str) -> bool:
    if isinstance(one, ErasedText) or isinstance(other, ErasedText):
        # Nobody knows any more: a name that was erased accuses nobody.
        return True
    return joined_key(one) == joined_key(other)
