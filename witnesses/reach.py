"""Which exhibits rest on which witness, in every way that we know of.

Somebody recorded it; or the newest record of an exhibit's source names the pseudonym; or it is so of what the exhibit
came out of, of what came out of it, or, where the tie lies in the content, of another receipt of the same bytes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final
from uuid import UUID

from evidence.models import Acquisition, EvidenceCase, EvidenceItem
from evidence.near_copies import near_copies
from witnesses.models import IN_THE_CONTENT, Dependence, Tie, Witness
from witnesses.naming import pseudonyms_in, that_can_name

_BATCH: Final = 400


@dataclass(frozen=True, slots=True)
class Reach:
    """That an exhibit rests on a witness, and in which ways."""

    item_id: UUID
    witness_id: UUID
    ties: frozenset[Tie]

    @property
    def tells_who(self) -> bool:
        """Whether the exhibit itself shows, says or is what the witness said."""
        return bool(self.ties & set(IN_THE_CONTENT))


def reaching(items: Collection[UUID]) -> list[Reach]:
    """How each of these items rests on witnesses, of whichever case. Queries grow with batches of items alone."""
    kin = _kin(items)
    ties: dict[tuple[UUID, UUID], set[Tie]] = defaultdict(set)
    for node, witness_id, tie in _ties_of(kin):
        for item_id in kin[node]:
            ties[item_id, witness_id].add(tie)
    return [Reach(item_id, witness_id, frozenset(held)) for (item_id, witness_id), held in ties.items()]


def items_of(witness: Witness) -> dict[UUID, frozenset[Tie]]:
    """Every item that rests on the witness, with its ties: the same rule, read from the other end."""
    return items_behind([witness])[witness.pk]


def items_behind(witnesses: Collection[Witness]) -> dict[UUID, dict[UUID, frozenset[Tie]]]:
    """As `items_of`, for each of these witnesses by its key. Queries grow with batches of their items alone."""
    declared: dict[UUID, dict[UUID, set[Tie]]] = defaultdict(lambda: defaultdict(set))
    standing = Dependence.objects.standing().filter(witness__in=[one.pk for one in witnesses])
    for item_id, witness_id, tie in standing.values_list("item_id", "witness_id", "tie"):
        declared[item_id][witness_id].add(Tie(tie))
    for witness_id, item_id in _named_as_source(witnesses):
        declared[item_id][witness_id].add(Tie.SOURCE)
    content = set(IN_THE_CONTENT)
    told = [item_id for item_id, held in declared.items() if content & set().union(*held.values())]
    for item_id, alike in _same_bytes(told):
        for witness_id, ties in list(declared[item_id].items()):
            if ties & content:
                declared[alike][witness_id] |= ties & content
    found: dict[UUID, dict[UUID, set[Tie]]] = {one.pk: defaultdict(set) for one in witnesses}
    for node, origins in _kin(declared).items():
        for origin in origins:
            for witness_id, ties in declared[origin].items():
                found[witness_id][node] |= ties
    return {
        witness_id: {item_id: frozenset(ties) for item_id, ties in items.items()}
        for witness_id, items in found.items()
    }


def named_as_source(witness: Witness) -> set[UUID]:
    """The items of the witness's case whose newest record of their source names the pseudonym."""
    return {item_id for _witness, item_id in _named_as_source([witness])}


def in_other_forms(items: Collection[UUID]) -> set[UUID]:
    """These items, and every one that is another form of one of them, of what it came out of or of what it holds."""
    return {*items, *near_copies(_kin(items))}


def cases_of(items: Collection[UUID]) -> set[UUID]:
    """Every case in which one of these items lies, what it came out of, what came out of it, or those bytes anew."""
    found: set[UUID] = set()
    for batch in _batches(_kin(items)):
        found.update(EvidenceCase.objects.filter(item__in=batch).values_list("case_id", flat=True))
        # Nothing can be named in empty files, and every case may have one.
        alike = EvidenceCase.objects.filter(item__object__receipts__in=batch, item__object__size__gt=0)
        found.update(alike.values_list("case_id", flat=True).distinct())
    return found


def _ties_of(kin: Mapping[UUID, set[UUID]]) -> Iterator[tuple[UUID, UUID, Tie]]:
    for batch in _batches(kin):
        rows = Dependence.objects.standing().filter(item__in=batch)
        for item_id, witness_id, tie in rows.values_list("item_id", "witness_id", "tie"):
            yield item_id, witness_id, Tie(tie)
    yield from _ties_of_the_same_bytes(kin)
    named = list(_named_in_sources(kin))
    wanted = {pseudonym for _item, pseudonyms in named for pseudonym in pseudonyms}
    known = dict(Witness.objects.filter(pseudonym__in=wanted).values_list("pseudonym", "pk"))
    for item_id, pseudonyms in named:
        for pseudonym in pseudonyms & known.keys():
            yield item_id, known[pseudonym], Tie.SOURCE


def _ties_of_the_same_bytes(items: Iterable[UUID]) -> Iterator[tuple[UUID, UUID, Tie]]:
    for batch in _batches(items):
        objects: dict[UUID, list[UUID]] = defaultdict(list)
        held = EvidenceItem.objects.filter(pk__in=batch, object__isnull=False)
        for item_id, object_id in held.values_list("pk", "object_id"):
            objects[object_id].append(item_id)
        rows = Dependence.objects.standing().filter(item__object__in=objects, tie__in=IN_THE_CONTENT)
        for object_id, witness_id, tie in rows.values_list("item__object_id", "witness_id", "tie"):
            for item_id in objects[object_id]:
                yield item_id, witness_id, Tie(tie)


def _same_bytes(items: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    """Pairs of each item with every other receipt of its bytes."""
    pairs = []
    for batch in _batches(items):
        rows = EvidenceItem.objects.filter(pk__in=batch, object__isnull=False)
        pairs += list(rows.values_list("pk", "object__receipts"))
    return pairs


def _named_as_source(witnesses: Collection[Witness]) -> Iterator[tuple[UUID, UUID]]:
    """Each witness with an item of its case whose newest record of its source names it."""
    known = {(one.case_id, one.pseudonym): one.pk for one in witnesses}
    cases, names = {one.case_id for one in witnesses}, sorted({one.pseudonym for one in witnesses})
    items = EvidenceItem.objects.filter(placements__case__in=cases)
    recorded = Acquisition.objects.filter(item__placements__case__in=cases)
    candidates = set(that_can_name(items, ("source", "intake__source"), names).values_list("pk", flat=True))
    candidates.update(
        that_can_name(recorded, ("source_name", "collector"), names).values_list("item_id", flat=True)
    )
    named = dict(_named_in_sources(candidates))
    for batch in _batches(named):
        placed = EvidenceCase.objects.filter(item__in=batch, case__in=cases)
        for item_id, case_id in placed.values_list("item_id", "case_id"):
            for name in named[item_id]:
                if (case_id, name) in known:
                    yield known[case_id, name], item_id


def _named_in_sources(items: Iterable[UUID]) -> Iterator[tuple[UUID, set[str]]]:
    """Each item with the pseudonyms in what is known of its source: the newest acquisition, or else the receipt."""
    for batch in _batches(items):
        said: dict[UUID, list[str]] = {}
        receipts = EvidenceItem.objects.filter(pk__in=batch).values_list("pk", "source", "intake__source")
        for item_id, *sources in receipts:
            said[item_id] = sources
        versions = Acquisition.objects.filter(item__in=batch).order_by("item_id", "version")
        for item_id, *sources in versions.values_list("item_id", "source_name", "collector"):
            said[item_id] = sources
        for item_id, texts in said.items():
            pseudonyms = set().union(*(pseudonyms_in(text) for text in texts))
            if pseudonyms:
                yield item_id, pseudonyms


def _kin(items: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Every item above or below one of `items`, and each itself, with those of `items` that it is kin to."""
    found: dict[UUID, set[UUID]] = {item_id: {item_id} for item_id in items}
    for step in (_parents, _children):
        frontier = {item_id: {item_id} for item_id in list(found) if item_id in found[item_id]}
        while frontier:
            coming: dict[UUID, set[UUID]] = defaultdict(set)
            for node, other in step(frontier):
                new = frontier[node] - found.get(other, set())
                if new:
                    found.setdefault(other, set()).update(new)
                    coming[other] |= new
            frontier = coming
    return found


def _parents(nodes: Iterable[UUID]) -> Iterator[tuple[UUID, UUID]]:
    for batch in _batches(nodes):
        rows = EvidenceItem.objects.filter(pk__in=batch, parent__isnull=False)
        yield from rows.values_list("pk", "parent_id")


def _children(nodes: Iterable[UUID]) -> Iterator[tuple[UUID, UUID]]:
    for batch in _batches(nodes):
        yield from EvidenceItem.objects.filter(parent__in=batch).values_list("parent_id", "pk")


def _batches(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    left = iter(ids)
    while batch := list(islice(left, _BATCH)):
        yield batch
