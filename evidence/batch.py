"""Taking in many files: each stands for itself, and the counts are exact."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accounts.models import User
from audit import log
from audit.errors import DomainError, NotFound, Refused, Unavailable
from cases.access import find_case
from cases.models import Case
from evidence.arrivals import Arrival
from evidence.filenames import storable_name, visible_name
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import EvidenceItem, Intake

Told = Callable[[str, str], None]


@dataclass(slots=True)
class Tally:
    """What became of each file. Paths are shown with nothing hidden in them."""

    taken_in: list[EvidenceItem] = field(default_factory=list)
    second_receipts: int = 0
    already_here: int = 0
    empty: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    not_tried: int = 0

    @property
    def ok(self) -> bool:
        """Whether every file is in."""
        return not self.failed and not self.not_tried

    def as_json(self) -> dict[str, Any]:
        """The counts and what they stand for, as one JSON object."""
        return {
            "ok": self.ok,
            "taken_in": len(self.taken_in),
            "second_receipts": self.second_receipts,
            "already_here": self.already_here,
            "empty": self.empty,
            "failed": len(self.failed),
            "not_tried": self.not_tried,
            "items": [
                {"reference": item.reference, "name": item.original_name, "sha256": item.stored.sha256.hex}
                for item in self.taken_in
            ],
            "failures": [{"path": path, "error": sentence} for path, sentence in self.failed],
        }


class Batch:
    """One run of the command: remembers its deliveries and cases, and tells of each file as it goes."""

    def __init__(self, *, actor: User, told: Told) -> None:
        self._actor = actor
        self._told = told
        self._intakes: dict[tuple[str, str], Intake] = {}
        self._cases: dict[str, Case] = {}
        self.tally = Tally()

    def take_in(self, arrivals: Iterable[Arrival]) -> Tally:
        """Take each file in. What fails is counted and named, and the next is tried.

        When the vault, its disk or the database is not to be had, the rest is counted as not tried: what is in
        stays in, and the same command run again goes on from there.
        """
        ahead = iter(arrivals)
        for arrival in ahead:
            try:
                self._take_in(arrival)
            except Unavailable as error:
                self._fail(arrival, error)
                self.tally.not_tried = sum(1 for _rest in ahead)
                break
            except DomainError as error:
                if isinstance(error, Refused | NotFound):
                    self._note_refusal("refused" if isinstance(error, Refused) else "not_found")
                self._fail(arrival, error)
        return self.tally

    def _take_in(self, arrival: Arrival) -> None:
        if arrival.fault is not None:
            raise arrival.fault
        case = self._case(arrival.case)
        if self._is_here(arrival, case):
            self.tally.already_here += 1
            self._told("already here", visible_name(arrival.original_path))
            return
        # One delivery per source and way of obtaining; it begins with the first file that is really in.
        delivery = (arrival.source, arrival.how_obtained)
        facts = IntakeFacts(
            source=arrival.source,
            original_name=arrival.path.name,
            original_path=arrival.original_path,
            title=arrival.title,
            how_obtained=arrival.how_obtained,
            collected=arrival.collected,
            case=case,
            intake=self._intakes.get(delivery),
        )
        item = ingest_evidence(arrival.path, facts=facts, actor=self._actor)
        self._intakes.setdefault(delivery, item.intake)
        self._count(item, arrival)

    def _count(self, item: EvidenceItem, arrival: Arrival) -> None:
        self.tally.taken_in.append(item)
        words = "taken in"
        if item.stored.receipts.exclude(pk=item.pk).exists():
            self.tally.second_receipts += 1
            words = "second receipt"
        if item.stored.size == 0:
            self.tally.empty += 1
            words += ", empty file"
        self._told(words, f"{item.reference}  {visible_name(arrival.original_path)}")

    def _note_refusal(self, kind: str) -> None:
        # The next file is tried and the command goes on: what it was refused stands in the log all the same.
        log.append_refusal(
            subject=log.Subject("command", "ingest_evidence"), actor=self._actor, facts={"kind": kind}
        )

    def _fail(self, arrival: Arrival, error: DomainError) -> None:
        shown = visible_name(storable_name(arrival.original_path))
        self.tally.failed.append((shown, str(error)))
        self._told("failed", f"{shown}: {error}")

    def _case(self, reference: str) -> Case:
        if reference not in self._cases:
            self._cases[reference] = find_case(reference, actor=self._actor)
        return self._cases[reference]

    def _is_here(self, arrival: Arrival, case: Case) -> bool:
        """Whether an earlier run took this very file in: same case, source, place and bytes."""
        candidates = EvidenceItem.objects.filter(
            placements__case=case,
            source=storable_name(arrival.source.strip()),
            original_path=storable_name(arrival.original_path),
            object__isnull=False,
        )
        digests = {item.stored.sha256.value for item in candidates.select_related("object")}
        return bool(digests) and _sha256(arrival.path) in digests


def _sha256(path: Path) -> bytes | None:
    """The file's digest, or None where it cannot be read: then taking it in says why."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").digest()
    except OSError:
        return None
