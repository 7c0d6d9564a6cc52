"""Whose names are looked for in a package: of every case that its exhibits have to do with, not of its own alone.

Else a side case would let out what another case has sealed: an exhibit is put into it, or its bytes are taken in anew,
as they are or in another form that the house knows.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from cases.models import Case
from witnesses.models import SealedIdentity, Witness
from witnesses.models.witness import SealedRecordQuerySet
from witnesses.reach import cases_of, in_other_forms, reaching


@dataclass(frozen=True, slots=True)
class Sought:
    """The cases of which every witness is looked for, and witnesses of further cases on whom an exhibit rests."""

    own: UUID
    cases: frozenset[UUID]
    witnesses: frozenset[UUID]

    @property
    def whose(self) -> Q:
        """The rows of a table that has a `witness` which are of one of them."""
        return Q(witness__case__in=self.cases) | Q(witness__in=self.witnesses)

    def living(self) -> SealedRecordQuerySet:
        """Every version of every identity: an older version can hold a name that the newest corrects."""
        return SealedIdentity.objects.living().filter(self.whose)

    def is_beyond(self) -> bool:
        """Whether identities of other cases than the package's own are among them."""
        return self.living().exclude(witness__case=self.own).exists()


def sought_for(case: Case, items: Collection[UUID]) -> Sought:
    """Whose names are looked for in a package of the case that holds these items."""
    forms = in_other_forms(items)
    cases = {case.pk, *cases_of(forms)}
    behind = {reach.witness_id for reach in reaching(forms)}
    further = Witness.objects.filter(pk__in=behind).exclude(case__in=cases)
    return Sought(case.pk, frozenset(cases), frozenset(further.values_list("pk", flat=True)))
