"""Taking in many files: each stands for itself, several are on their way at once, and the counts are exact.

Threads hash, seal and store, which is where a small file waits for its disk; they ask no database. The caller's
thread records what is stored, many receipts in one transaction, in the order in which the files were named.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain

from accounts.models import User
from audit.errors import DomainError, Unavailable
from evidence.arrivals import Arrival
from evidence.intake import IntakeFacts, check_facts, record_receipts
from evidence.known import Known, Place, place_of, sha256_of
from evidence.models import EvidenceItem, Intake
from evidence.store import vault
from evidence.storing import Arrived, store_bytes
from evidence.tally import Became, Tally, Told
from evidence.turns import known_turns
from evidence.vault.objects import Vault

IN_FLIGHT = 16
# So many are looked up with one question, and so many receipts share a transaction: on SQLite a page that wants
# to write waits for it.
_LOOKED_UP = 256
_RECORDED = 32


@dataclass(frozen=True, slots=True)
class _Sent:
    """A file on its way: `stored` gives what arrived in the vault, or None where an earlier run took it in."""

    arrival: Arrival
    facts: IntakeFacts | None
    stored: "Future[Arrived | None]"


@dataclass(frozen=True, slots=True)
class _Ready:
    """A file that is stored and waits for its row."""

    facts: IntakeFacts
    arrived: Arrived


@dataclass(frozen=True, slots=True)
class _Receipt:
    """A file that is in; `again` when its bytes had a receipt before that is open to whoever takes them in."""

    item: EvidenceItem
    again: bool


class Batch:
    """One run of a command: remembers its deliveries, and tells of each file when what became of it is durable."""

    def __init__(
        self,
        *,
        actor: User,
        told: Told,
        command: str = "ingest_evidence",
        lists_items: bool = False,
        became: Became | None = None,
        progress: Callable[[Tally], None] | None = None,
    ) -> None:
        self._actor = actor
        self._known = Known(actor, command=command)
        self._progress = progress
        self._intakes: dict[tuple[str, str], Intake] = {}
        self._waiting: deque[_Sent] = deque()
        self._places: set[Place] = set()
        self.tally = Tally(told, lists_items=lists_items)
        if became is not None:
            self.tally.became = became

    def take_in(self, arrivals: Iterable[Arrival]) -> Tally:
        """Take each file in. What fails is counted and named, and the next is tried.

        When the vault, its disk or the database is not to be had, the rest is counted as not tried: what is in
        stays in, and the same command run again goes on from there.
        """
        pool = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="intake")
        ahead = iter(arrivals)
        try:
            while True:
                if len(self._waiting) <= _RECORDED:
                    ahead = self._send(ahead, pool)
                if not self._waiting:
                    return self.tally
                if not self._settle():
                    self.tally.not_tried += len(self._waiting) + sum(1 for _rest in ahead)
                    return self.tally
                if self._progress is not None:
                    self._progress(self.tally)
        finally:
            # What is stored already and gets no row is harmless; the rest need not be read.
            pool.shutdown(wait=True, cancel_futures=True)
            self._waiting.clear()
            self._places.clear()

    def _send(self, ahead: Iterator[Arrival], pool: ThreadPoolExecutor) -> Iterator[Arrival]:
        """Have the next files stored; gives those that are still to be sent."""
        asked: list[tuple[Arrival, IntakeFacts | DomainError]] = []
        for arrival in ahead:
            facts = self._asked(arrival)
            if isinstance(facts, IntakeFacts):
                place = place_of(facts)
                if place in self._places:
                    # The same file is named twice: the second waits until it can find the first.
                    ahead = chain([arrival], ahead)
                    break
                self._places.add(place)
            asked.append((arrival, facts))
            if len(asked) == _LOOKED_UP:
                break
        if asked:
            self._waiting.extend(self._sent(asked, pool))
        return ahead

    def _sent(
        self, asked: Sequence[tuple[Arrival, IntakeFacts | DomainError]], pool: ThreadPoolExecutor
    ) -> Iterator[_Sent]:
        here = self._known.receipts([facts for _arrival, facts in asked if isinstance(facts, IntakeFacts)])
        # Opened for each round: a key that is taken away stops the very next one.
        into = _vault_or_fault()
        for arrival, facts in asked:
            if isinstance(facts, DomainError):
                yield _Sent(arrival, None, _raised(facts))
            elif isinstance(into, DomainError):
                yield _Sent(arrival, None, _raised(into))
            else:
                had = here.get(place_of(facts), ())
                yield _Sent(arrival, facts, pool.submit(_bring, arrival, had, into))

    def _asked(self, arrival: Arrival) -> IntakeFacts | DomainError:
        try:
            facts = self._known.facts(arrival)
            check_facts(facts)
        except DomainError as error:
            return error
        return facts

    def _settle(self) -> bool:
        """Record and tell what is stored by now, waiting for one at least; False when there is no going on."""
        outcomes = self._outcomes()
        recorded = self._record([outcome for _arrival, outcome in outcomes if isinstance(outcome, _Ready)])
        while outcomes:
            arrival, outcome = outcomes.popleft()
            known = next(recorded) if isinstance(outcome, _Ready) else outcome
            if known is None:
                self.tally.count_here(arrival)
            elif isinstance(known, _Receipt):
                self.tally.count_in(known.item, arrival, again=known.again)
            else:
                self.tally.count_failed(arrival, known)
                self._known.note_refusal(known)
                if isinstance(known, Unavailable):
                    self.tally.not_tried += len(outcomes)
                    self.tally.stopped = True
                    return False
        return True

    def _outcomes(self) -> deque[tuple[Arrival, _Ready | DomainError | None]]:
        found: deque[tuple[Arrival, _Ready | DomainError | None]] = deque()
        while self._waiting and len(found) < _RECORDED and (not found or self._waiting[0].stored.done()):
            sent = self._waiting.popleft()
            outcome = _outcome(sent)
            found.append((sent.arrival, outcome))
            if sent.facts is not None:
                self._places.discard(place_of(sent.facts))
            if isinstance(outcome, Unavailable):
                break
        return found

    def _record(self, ready: Sequence[_Ready]) -> Iterator[_Receipt | DomainError]:
        """What became of each, all in one transaction; one by one where one of them cannot be recorded."""
        if not ready:
            return
        try:
            yield from self._receipts(ready)
        except DomainError as error:
            if len(ready) == 1 or isinstance(error, Unavailable):
                yield error
                return
            for one in ready:
                yield from self._record([one])

    def _receipts(self, ready: Sequence[_Ready]) -> list[_Receipt]:
        # One delivery per source and way of obtaining; it begins with the first file that is really in.
        receipts = [
            (one.arrived, replace(one.facts, intake=self._intakes.get(_delivery(one.facts)))) for one in ready
        ]
        items = record_receipts(receipts, actor=self._actor)
        for one, item in zip(ready, items, strict=True):
            self._intakes.setdefault(_delivery(one.facts), item.intake)
        others = EvidenceItem.objects.visible_to(self._actor).exclude(pk__in=[item.pk for item in items])
        had = set(
            others.filter(object__in={item.object_id for item in items}).values_list("object_id", flat=True)
        )
        found = []
        for item in items:
            found.append(_Receipt(item, again=item.stored.pk in had))
            had.add(item.stored.pk)
        return found


def _bring(arrival: Arrival, had: Collection[bytes], into: Vault) -> Arrived | None:
    """In a thread: have the file's bytes stored, unless they are `had` under its place already."""
    if had and sha256_of(arrival.path) in had:
        return None
    return store_bytes(arrival.path, into=into)


def _outcome(sent: _Sent) -> _Ready | DomainError | None:
    try:
        arrived = sent.stored.result()
    except DomainError as error:
        return error
    # A file that failed has no facts, and its future raised.
    return _Ready(sent.facts, arrived) if arrived is not None and sent.facts is not None else None


def _vault_or_fault() -> Vault | DomainError:
    try:
        return vault(turns=known_turns())
    except Unavailable as error:
        return error


def _raised(fault: BaseException) -> "Future[Arrived | None]":
    future: Future[Arrived | None] = Future()
    future.set_exception(fault)
    return future


def _delivery(facts: IntakeFacts) -> tuple[str, str]:
    return facts.source, facts.how_obtained
