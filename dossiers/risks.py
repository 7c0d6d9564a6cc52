"""What a dossier could do to the witnesses behind it although nothing forbids it: said before it is asked for."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.views.decorators.debug import sensitive_variables

from cases.models import Case
from evidence.recorded_words import words_of_exhibits
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

    What is recorded of each exhibit (source, acquisition, capture, custody, what was made of it), the grounds of its
    links, and the titles, dates and places of the incidents that it speaks to count together; what stands in the
    exhibits themselves is not read.
    """
    behind: dict[UUID, set[UUID]] = defaultdict(set)
    for reach in reaching(items):
        behind[reach.witness_id].add(reach.item_id)
    said = words_of_exhibits({item for found in behind.values() for item in found}, case=case)
    witnesses = Witness.objects.filter(case=case, pk__in=behind)
    texts = {one: [text for item in behind[one.pk] for text in said.get(item, ())] for one in witnesses}
    return [
        Narrowed(one, attributes_in_words(small), small.at_least, small.key)
        for one, small in narrowed(case, texts)
    ]


def unassessed_behind(case: Case, items: Collection[UUID]) -> list[Witness]:
    """The witnesses of the case behind these items whose danger was never assessed, or is to be assessed anew."""
    behind = {reach.witness_id for reach in reaching(items)}
    found = dangers(Witness.objects.filter(case=case, pk__in=behind))
    return [one.witness for one in found if one.is_due]
