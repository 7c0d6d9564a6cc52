"""A ledger as a page draws it: each event with what was said of it later, and with the gap that lies before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evidence.gaps.gap import Gap, GapKind
from evidence.keeping import CONFIRMABLE
from evidence.models import CustodyEvent
from evidence.vocabulary import CustodyKind


@dataclass(frozen=True, slots=True)
class Line:
    """One event: what corrects it, who confirmed it, whether a second person is missing, and the gap before it."""

    event: CustodyEvent
    corrections: list[CustodyEvent]
    confirmations: list[CustodyEvent]
    gap: str

    @property
    def wants_a_second(self) -> bool:
        """Whether it is a matter of a seal that nobody else has confirmed."""
        return self.event.kind in CONFIRMABLE and not self.confirmations

    def __getattr__(self, name: str) -> Any:
        # The custody line reads an event; what is not said here is said by the event itself.
        return getattr(self.event, name)


def line_of(events: Sequence[CustodyEvent], gaps: Sequence[Gap]) -> list[Line]:
    """The events as they are drawn, in their order."""
    about: dict[Any, list[CustodyEvent]] = {}
    for event in events:
        if event.refers_to_id is not None:
            about.setdefault((event.kind, event.refers_to_id), []).append(event)
    before = {gap.before: gap.sentence for gap in gaps if gap.kind is GapKind.HOLDER and gap.before}
    return [
        Line(
            event,
            corrections=about.get((CustodyKind.CORRECTED, event.pk), []),
            confirmations=about.get((CustodyKind.CONFIRMED, event.pk), []),
            gap=before.get(event.seq, ""),
        )
        for event in events
    ]
