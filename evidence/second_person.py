"""Which events want a second person who confirms them, and which of a ledger still do.

A seal is seen by two. A hand-over is two rows by two people: where somebody without an account took the item or brought
it back, their signed paper is the second row, but one of us may have written both. So another of us confirms it.
"""

from collections.abc import Sequence

from evidence.models import CustodyEvent
from evidence.vocabulary import CustodyKind

_SEALS = (CustodyKind.SEALED, CustodyKind.UNSEALED)


def wants_a_second(event: CustodyEvent, question: CustodyEvent | None) -> bool:
    """Whether the event wants a second person; `question` is the one that it answers."""
    if event.kind in _SEALS:
        return True
    if question is None:
        return False
    if event.kind == CustodyKind.TRANSFER_ACCEPTED:
        return event.party_id is None and question.actor_id == event.actor_id
    # Back from somebody without an account: whoever wrote that down has it from then on.
    return event.kind == CustodyKind.RETURNED and question.kind == CustodyKind.TRANSFER_ACCEPTED


def seen_by_one_alone(events: Sequence[CustodyEvent]) -> list[CustodyEvent]:
    """The events of a ledger that want a second person and have had none."""
    known = {event.pk: event for event in events}
    confirmed = {event.refers_to_id for event in events if event.kind == CustodyKind.CONFIRMED}
    return [
        event
        for event in events
        if event.pk not in confirmed
        and wants_a_second(event, known.get(event.answers_id) if event.answers_id else None)
    ]
