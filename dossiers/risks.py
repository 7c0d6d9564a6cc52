"""What a dossier could do to the witnesses behind it although nothing forbids it: said before it is asked for."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.views.decorators.debug import sensitive_variables

from cases.models import Case
from evidence.models import EvidenceItem, EvidenceLink
from witnesses.models import Witness
from witnesses.narrowing import attributes_in_words, narrowed
from witnesses.reach import reaching
from witnesses.risk_state import dangers


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A pseudonym that all exhibits together narrow down: by which attributes, and to how many where that is known."""

    witness: Witness
    by: str
    at_least: int | None
    key: str

    def as_json(self) -> dict[str, str]:
        """For a program."""
        known = {} if self.at_least is None else {"at_least": str(self.at_least)}
        return {"witness": self.witness.pseudonym, "by": self.by} | known


@sensitive_variables()
def narrowed_by(case: Case, items: Collection[UUID]) -> list[Narrowed]:
    """The pseudonyms of the case that what goes out with these items narrows to a small group.

    Each exhibit's title and source, the grounds of its links, and the titles, dates and places of the incidents that it
    speaks to count together; what stands in the exhibits themselves is not read.
    """
    behind: dict[UUID, set[UUID]] = defaultdict(set)
    for reach in reaching(items):
        behind[reach.witness_id].add(reach.item_id)
    said = _said_of(case, {item for found in behind.values() for item in found})
    witnesses = Witness.objects.filter(case=case, pk__in=behind)
    texts = {one: [text for item in behind[one.pk] for text in said[item]] for one in witnesses}
    return [
        Narrowed(one, attributes_in_words(small), small.at_least, small.key)
        for one, small in narrowed(case, texts)
    ]


def unassessed_behind(case: Case, items: Collection[UUID]) -> list[Witness]:
    """The witnesses of the case behind these items whose danger was never assessed, or is to be assessed anew."""
    behind = {reach.witness_id for reach in reaching(items)}
    found = dangers(Witness.objects.filter(case=case, pk__in=behind))
    return [one.witness for one in found if one.is_due]


@sensitive_variables()
def _said_of(case: Case, items: Collection[UUID]) -> dict[UUID, list[str]]:
    said: dict[UUID, list[str]] = defaultdict(list)
    for item_id, *texts in EvidenceItem.objects.filter(pk__in=items).values_list("pk", "title", "source"):
        said[item_id] += texts
    links = EvidenceLink.objects.filter(case=case, item__in=items)
    for link in links.select_related("incident__place", "place"):
        said[link.item_id] += [link.basis, link.pinpoint]
        places = [link.place]
        if link.incident:
            said[link.item_id] += [link.incident.title, link.incident.date_as_written]
            places.append(link.incident.place)
        said[link.item_id] += [
            name for place in places if place for name in (place.name_fa, place.name_latin)
        ]
    return said
