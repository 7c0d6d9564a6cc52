"""What became of many files, counted exactly and told as it goes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from audit.errors import DomainError
from evidence.arrivals import Arrival
from evidence.filenames import storable_name, visible_name
from evidence.models import EvidenceItem

Told = Callable[[str, str], None]
# Hears what became of each file: None, or why it is not in.
Became = Callable[[Arrival, DomainError | None], None]


def _nobody_hears(arrival: Arrival, error: DomainError | None) -> None:
    """For runs in which the counts are enough."""


@dataclass(slots=True)
class Tally:
    """The counts. Paths are shown with nothing hidden in them; items are listed where somebody asks for the list."""

    told: Told
    lists_items: bool = False
    became: Became = _nobody_hears
    words: tuple[str, str] = ("taken in", "second receipt")
    taken_in: int = 0
    second_receipts: int = 0
    already_here: int = 0
    empty: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    not_tried: int = 0
    items: list[dict[str, str]] = field(default_factory=list)
    # Whether the vault or the database was not to be had, so that there was no going on.
    stopped: bool = False

    @property
    def ok(self) -> bool:
        """Whether every file is in."""
        return not self.failed and not self.not_tried

    @property
    def settled(self) -> int:
        """Of how many files it is known what became of them."""
        return self.taken_in + self.already_here + len(self.failed)

    def count_here(self, arrival: Arrival) -> None:
        """An earlier run, or an earlier line of this one, took this very file in."""
        self.already_here += 1
        self.told("already here", shown_path(arrival))
        self.became(arrival, None)

    def count_in(self, item: EvidenceItem, arrival: Arrival, *, again: bool) -> None:
        """The file is in; `again` when its bytes had a receipt before, of those that the actor sees."""
        self.count_new(again=again, empty=item.stored.size == 0, reference=item.reference, arrival=arrival)
        if self.lists_items:
            sha256 = item.stored.sha256.hex
            self.items.append({"reference": item.reference, "name": item.original_name, "sha256": sha256})
        self.became(arrival, None)

    def count_new(self, *, again: bool, empty: bool, reference: str, arrival: Arrival) -> None:
        """A receipt more, or one that would be made: then it has no reference yet."""
        self.taken_in += 1
        self.second_receipts += again
        self.empty += empty
        said = self.words[again] + (", empty file" if empty else "")
        self.told(said, f"{reference}  {shown_path(arrival)}" if reference else shown_path(arrival))

    def count_failed(self, arrival: Arrival, error: DomainError) -> None:
        """The file is not in, and why."""
        self.failed.append((shown_path(arrival), str(error)))
        self.told("failed", f"{shown_path(arrival)}: {error}")
        self.became(arrival, error)

    def add(self, other: "Tally") -> None:
        """Count another run's files too."""
        self.taken_in += other.taken_in
        self.second_receipts += other.second_receipts
        self.already_here += other.already_here
        self.empty += other.empty
        self.failed += other.failed

    def as_json(self) -> dict[str, Any]:
        """The counts and what they stand for, as one JSON object."""
        return {
            "ok": self.ok,
            "taken_in": self.taken_in,
            "second_receipts": self.second_receipts,
            "already_here": self.already_here,
            "empty": self.empty,
            "failed": len(self.failed),
            "not_tried": self.not_tried,
            "items": self.items,
            "failures": [{"path": path, "error": sentence} for path, sentence in self.failed],
        }


def shown_path(arrival: Arrival) -> str:
    """Where the file lies in what was handed over, with nothing hidden in it."""
    return visible_name(storable_name(arrival.original_path))
