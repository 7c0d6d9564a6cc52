"""A ledger as a page draws it: each event with what was said of it later, and with the gap that lies before it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from evidence.gaps.gap import Gap, GapKind
from evidence.models import CustodyEvent
from evidence.second_person import seen_by_one_alone
from evidence.vocabulary import CustodyKind


@dataclass(frozen=True, slots=True)
class Line:
    """One event: what corrects it, who confirmed it, whether a second person is missing, and the gap before it.

    `untold` says that its words are the matter of a case that is closed to the reader.
    """

    event: CustodyEvent
    corrections: list[CustodyEvent]
    confirmations: list[CustodyEvent]
    gap: str
    wants_a_second: bool
    untold: bool = False

    @property
    def is_packing_of_old(self) -> bool:
        """Whether it is of the time when the ledger called the packing itself a disclosure."""
        return self.event.kind == CustodyKind.DISCLOSED and self.event.refers_to_id is None

    def __getattr__(self, name: str) -> Any:
        # The custody line reads an event; what is not said here is said by the event itself.
        return getattr(self.event, name)


def line_of(events: Sequence[CustodyEvent], gaps: Sequence[Gap], untold: Collection[UUID] = ()) -> list[Line]:
    """The events as they are drawn, in their order."""
    about: dict[Any, list[CustodyEvent]] = {}
    for event in events:
        if event.refers_to_id is not None:
            about.setdefault((event.kind, event.refers_to_id), []).append(event)
    before = {gap.before: gap.sentence for gap in gaps if gap.kind is GapKind.HOLDER and gap.before}
    alone = {event.pk for event in seen_by_one_alone(events)}
    return [
        Line(
            event,
            corrections=about.get((CustodyKind.CORRECTED, event.pk), []),
            confirmations=about.get((CustodyKind.CONFIRMED, event.pk), []),
            gap=before.get(event.seq, ""),
            wants_a_second=event.pk in alone,
            untold=event.pk in untold,
        )
        for event in events
    ]
