"""Which events a correction speaks of: what it refers to, and what that corrected itself."""

from collections.abc import Iterator, Mapping

from evidence.models import CustodyEvent
from evidence.vocabulary import CustodyKind


def corrected_by(event: CustodyEvent, known: Mapping[object, CustodyEvent]) -> Iterator[CustodyEvent]:
    """The events whose day and seal are as this one says; none for what corrects nothing.

    A correction of a correction is about the event that was corrected first, as well.
    """
    while event.kind == CustodyKind.CORRECTED and event.refers_to_id in known:
        event = known[event.refers_to_id]
        yield event
