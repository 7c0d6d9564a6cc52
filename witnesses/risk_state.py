"""What stands of the danger to witnesses, and what it lets happen, read from the rows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Max, OuterRef, QuerySet, Subquery

from witnesses.consent_state import today
from witnesses.models import RiskAssessment, ThreatIncident, Witness
from witnesses.risk_words import Contact, Disclosure


@dataclass(frozen=True, slots=True)
class Danger:
    """A witness's newest assessment, and the day by which it is to be looked at again. None of its words."""

    witness: Witness
    assessment: RiskAssessment | None
    due_on: date | None
    threatened: bool

    @property
    def is_due(self) -> bool:
        """Whether it was never assessed, is to be looked at again today, or something happened since."""
        return self.due_on is None or self.due_on <= today() or self.threatened

    @property
    def no_contact(self) -> bool:
        """Whether nobody contacts the witness for now."""
        return self.assessment is not None and self.assessment.contact == Contact.NONE

    @property
    def safe_way_only(self) -> bool:
        """Whether contact has one way alone, which lies sealed."""
        return self.assessment is not None and self.assessment.contact == Contact.SAFE_WAY

    @property
    def no_disclosure(self) -> bool:
        """Whether nothing that rests on the witness goes out for now."""
        return self.assessment is not None and self.assessment.disclosure == Disclosure.NONE


def danger_to(witness: Witness) -> Danger:
    """The danger to one witness, who was found for the reader already."""
    return dangers(Witness.objects.filter(pk=witness.pk))[0]


def dangers(witnesses: QuerySet[Witness]) -> list[Danger]:
    """The danger to each of these witnesses, in three queries; those to be looked at again come first."""
    rows = list(witnesses.select_related("case"))
    ids = [one.pk for one in rows]
    newest = {one.witness_id: one for one in newest_of(ids)}
    first = ThreatIncident.objects.filter(witness__in=ids, version=1).order_by()
    last = dict(first.values_list("witness").annotate(Max("recorded_at")))
    found = []
    for row in rows:
        assessment = newest.get(row.pk)
        happened = last.get(row.pk)
        threatened = happened is not None and (assessment is None or happened > assessment.assessed_at)
        found.append(Danger(row, assessment, assessment.due_on if assessment else None, threatened))
    return sorted(found, key=lambda one: (not one.threatened, not one.is_due, one.witness.pseudonym))


def newest_of(witnesses: Collection[UUID]) -> QuerySet[RiskAssessment]:
    """The newest assessment of each of these witnesses who has one."""
    last = RiskAssessment.objects.filter(witness=OuterRef("witness")).order_by("-version").values("pk")[:1]
    return RiskAssessment.objects.filter(witness__in=witnesses, pk=Subquery(last))


def stopped(witnesses: Collection[UUID]) -> set[UUID]:
    """Those of these witnesses of whom nothing may go out for now."""
    held = newest_of(witnesses).filter(disclosure=Disclosure.NONE)
    return set(held.order_by().values_list("witness_id", flat=True))
