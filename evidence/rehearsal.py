"""What taking in many files would do, file by file. Reads the files and the records; writes neither."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from accounts.models import User
from audit.errors import DomainError
from evidence.arrivals import Arrival
from evidence.digests import Digest
from evidence.intake import IntakeFacts, check_facts
from evidence.known import Known, place_of, raw
from evidence.models import EvidenceItem
from evidence.tally import Tally, Told
from evidence.vault.sources import digest_of

_LOOKED_UP = 256


class Rehearsal:
    """A run that changes nothing. A refusal is logged all the same: silence would tell which cases there are."""

    def __init__(self, *, actor: User, told: Told, command: str = "ingest_evidence") -> None:
        self._actor = actor
        self._known = Known(actor, command=command)
        # What the real run would have taken in by now: by place, and by bytes.
        self._places: dict[tuple[str, str, str], set[bytes]] = {}
        self._bytes: set[bytes] = set()
        self.tally = Tally(told, words=("would be taken in", "would be a second receipt"))

    def look_at(self, arrivals: Iterable[Arrival]) -> Tally:
        """Count what would become of each file, as the run itself would count it if nothing changes until then.

        Bytes of which somebody else holds a receipt count as new: that they are here is not the actor's to know.
        """
        ahead = iter(arrivals)
        while some := list(islice(ahead, _LOOKED_UP)):
            for arrival, known in zip(some, self._asked(some), strict=True):
                if isinstance(known, DomainError):
                    self.tally.count_failed(arrival, known)
                    self._known.note_refusal(known)
                else:
                    self._count(arrival, *known)
        return self.tally

    def _asked(self, arrivals: Sequence[Arrival]) -> Iterator[tuple[IntakeFacts, bytes, int] | DomainError]:
        asked = [self._read(arrival) for arrival in arrivals]
        readable = [one for one in asked if not isinstance(one, DomainError)]
        for place, digests in self._known.receipts([facts for facts, _sha256, _size in readable]).items():
            self._places.setdefault(place, set()).update(digests)
        seen = EvidenceItem.objects.visible_to(self._actor).filter(
            object__sha256__in=[Digest("sha256", sha256) for _facts, sha256, _size in readable]
        )
        self._bytes.update(map(raw, seen.values_list("object__sha256", flat=True).distinct().order_by()))
        yield from asked

    def _read(self, arrival: Arrival) -> tuple[IntakeFacts, bytes, int] | DomainError:
        try:
            facts = self._known.facts(arrival)
            check_facts(facts)
            return facts, *digest_of(arrival.path)
        except DomainError as error:
            return error

    def _count(self, arrival: Arrival, facts: IntakeFacts, sha256: bytes, size: int) -> None:
        had = self._places.setdefault(place_of(facts), set())
        if sha256 in had:
            self.tally.count_here(arrival)
            return
        again = sha256 in self._bytes
        self.tally.count_new(again=again, empty=size == 0, reference="", arrival=arrival)
        had.add(sha256)
        self._bytes.add(sha256)
