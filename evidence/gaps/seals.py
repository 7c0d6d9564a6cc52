"""Seals that do not agree: read otherwise than put on, opened though nobody put them on, or of a number used before."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from audit.erased import ErasedText
from cases.folding import joined_key
from evidence.gaps.corrected import corrected_by
from evidence.gaps.gap import Gap, GapKind
from evidence.models import CustodyEvent
from evidence.vocabulary import CustodyKind

_PUT_ON = (CustodyKind.SEALED, CustodyKind.RECEIVED)


def seal_gaps(events: Sequence[CustodyEvent]) -> Iterator[Gap]:
    """Every reading of a seal that contradicts the ledger, and every number that comes again."""
    numbers = _numbers(events)
    closed: dict[object, CustodyEvent] = {}
    used: dict[str, CustodyEvent] = {}
    for event in events:
        read = numbers[event.pk]
        if event.kind == CustodyKind.UNSEALED:
            yield from _opening(event, closed.pop(event.answers_id, None), numbers)
        elif event.kind in _PUT_ON and read != "":
            closed[event.pk] = event
            if read:
                yield from _used_before(event, used.get(read))
                used[read] = event
        elif read and event.kind != CustodyKind.CORRECTED:
            yield from _reading(event, read, closed, numbers)


def _used_before(event: CustodyEvent, before: CustodyEvent | None) -> Iterator[Gap]:
    if before is not None:
        sentence = _("The seal put on at event %(second)d has the number of the one of event %(first)d.")
        said = sentence % {"second": event.seq, "first": before.seq}
        yield Gap(GapKind.SEAL, said, after=before.seq, before=event.seq)


def _numbers(events: Sequence[CustodyEvent]) -> dict[object, str | None]:
    """Each event's seal number as it is compared, as its last correction says where there is one; None if erased."""
    numbers: dict[object, str | None] = {event.pk: _number(event) for event in events}
    known: dict[object, CustodyEvent] = {event.pk: event for event in events}
    for event in events:
        if event.seal:
            numbers |= {one.pk: _number(event) for one in corrected_by(event, known)}
    return numbers


def _number(event: CustodyEvent) -> str | None:
    return None if isinstance(event.seal, ErasedText) else joined_key(event.seal)


def _opening(
    event: CustodyEvent, put_on: CustodyEvent | None, numbers: dict[object, str | None]
) -> Iterator[Gap]:
    if put_on is None:
        sentence = _("Event %(number)d opened a seal that nobody is recorded to have put on.")
        yield Gap(GapKind.SEAL, sentence % {"number": event.seq}, after=event.seq)
    elif None not in (numbers[event.pk], numbers[put_on.pk]) and numbers[event.pk] != numbers[put_on.pk]:
        sentence = _("The seal opened at event %(second)d is not the one of event %(first)d.")
        said = sentence % {"second": event.seq, "first": put_on.seq}
        yield Gap(GapKind.SEAL, said, after=put_on.seq, before=event.seq)


def _reading(
    event: CustodyEvent, read: str, closed: dict[object, CustodyEvent], numbers: dict[object, str | None]
) -> Iterator[Gap]:
    if any(numbers[key] in (read, None) for key in closed):
        return
    last = next(reversed(closed.values()), None)
    if last is None:
        sentence = _("At event %(number)d a seal was read that nobody is recorded to have put on.")
        yield Gap(GapKind.SEAL, sentence % {"number": event.seq}, before=event.seq)
    else:
        sentence = _("The seal read at event %(second)d is not the one of event %(first)d.")
        said = sentence % {"second": event.seq, "first": last.seq}
        yield Gap(GapKind.SEAL, said, after=last.seq, before=event.seq)
