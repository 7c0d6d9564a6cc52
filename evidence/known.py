"""Telling which arrivals an earlier run took in: same case, source, place and bytes."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from accounts.models import User
from audit import log
from audit.errors import DomainError, NotFound, Refused
from cases.access import find_case
from cases.models import Case
from evidence.arrivals import Arrival
from evidence.filenames import storable_name
from evidence.intake import IntakeFacts
from evidence.models import EvidenceItem

# What makes two arrivals one: the case's reference as written, the source, the place in what was handed over.
Place = tuple[str, str, str]
_LOOKED_UP = 256


class Known:
    """What a run of a command knows of cases and of earlier receipts, asked in one name and remembered."""

    def __init__(self, actor: User, *, command: str) -> None:
        self.actor = actor
        self._command = command
        self._cases: dict[str, Case] = {}

    def case(self, reference: str) -> Case:
        """The case of this reference. Raises UnknownCase."""
        if reference not in self._cases:
            self._cases[reference] = find_case(reference, actor=self.actor)
        return self._cases[reference]

    def facts(self, arrival: Arrival) -> IntakeFacts:
        """What is to be recorded of the arrival. Raises its fault, or UnknownCase."""
        if arrival.fault is not None:
            raise arrival.fault
        return IntakeFacts(
            source=arrival.source,
            original_name=arrival.path.name,
            original_path=arrival.original_path,
            title=arrival.title,
            how_obtained=arrival.how_obtained,
            collected=arrival.collected,
            case=self.case(arrival.case),
        )

    def receipts(self, facts: Sequence[IntakeFacts]) -> dict[Place, set[bytes]]:
        """The SHA-256 of all that was received before under the place of one of these. One question to the database."""
        found: dict[Place, set[bytes]] = {}
        for place, digest, _item in self._received(facts):
            found.setdefault(place, set()).add(raw(digest))
        return found

    def items(self, arrivals: Iterable[Arrival]) -> Iterator[EvidenceItem]:
        """The items that this run or an earlier one made of these arrivals, each once, as far as they are open."""
        ahead, seen = iter(arrivals), set[UUID]()
        while some := list(islice(ahead, _LOOKED_UP)):
            ids = {item for _place, _digest, item in self._received([self.facts(one) for one in some])} - seen
            seen |= ids
            found = EvidenceItem.objects.visible_to(self.actor).filter(pk__in=ids)
            yield from found.select_related("object").order_by("original_path", "received_at", "reference")

    def _received(self, facts: Sequence[IntakeFacts]) -> Iterator[tuple[Place, Any, UUID]]:
        places = {place_of(one) for one in facts}
        # Asked by path alone, which few items share; a case or a source may be that of all. The index is without
        # items that came under no path, so the question must say that it is.
        rows = (
            EvidenceItem.objects.filter(
                original_path__in={path for _case, _source, path in places},
                object__isnull=False,
                # What was disposed of is not here: whoever brings it again is not told that it is.
                disposed_at=None,
            )
            .exclude(original_path="")
            .order_by()
        )
        columns = ("placements__case", "source", "original_path", "object__sha256", "pk")
        for case_id, source, path, digest, item in rows.values_list(*columns):
            place = (str(case_id), source, path)
            if place in places:
                yield place, digest, item

    def note_refusal(self, error: DomainError) -> None:
        """Log that one file of many was refused: the next is tried and the command goes on."""
        if isinstance(error, Refused | NotFound):
            kind = "refused" if isinstance(error, Refused) else "not_found"
            log.append_refusal(
                subject=log.Subject("command", self._command), actor=self.actor, facts={"kind": kind}
            )


def place_of(facts: IntakeFacts) -> Place:
    """The place of what these facts speak of."""
    case = str(facts.case.pk) if facts.case else ""
    return case, storable_name(facts.source.strip()), storable_name(facts.original_path)


def raw(digest: Any) -> bytes:
    """The bytes of a digest that comes from a column."""
    # The stubs take a digest's column for one of bare bytes.
    return bytes(digest.value)


def sha256_of(path: Path) -> bytes | None:
    """The file's digest, or None where it cannot be read: then taking it in says why."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").digest()
    except OSError:
        return None
