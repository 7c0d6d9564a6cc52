"""Recording how many people are known to have been somewhere, by which texts about witnesses are measured."""

from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.private import sealed
from cases.access import require_member
from cases.models import Case, Place
from cases.plain_text import clean_line
from witnesses.assessing import ASSESS, LONGEST_LINE
from witnesses.models import KnownGroup
from witnesses.risk_errors import BadRisk

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100


@dataclass(frozen=True, slots=True, repr=False)
class GroupFacts:
    """How many people are known to have been somewhere. Its `repr` says nothing."""

    place: Place
    first_year: int
    last_year: int
    at_least: int
    source: str
    ward: str = ""
    role: str = ""

    def __repr__(self) -> str:
        return "<private>"


@sensitive_variables()
def record_group(case: Case, *, facts: GroupFacts, actor: Actor) -> KnownGroup:
    """Add what is known of a group's size; for the same group the newest counts.

    The place is one of the case. Raises NotPermitted, NotAMember, BadText or BadRisk; leaves no row behind.
    """
    user = require_member(case, require(actor, ASSESS))
    if not Place.objects.filter(pk=facts.place.pk, uses__case=case).exists():
        raise BadRisk(_("Choose a place of this case."))
    if not FIRST_YEAR <= facts.first_year <= facts.last_year <= LAST_YEAR:
        raise BadRisk(_("Give the years from the earlier to the later one."))
    with transaction.atomic():
        made = KnownGroup.objects.create(
            case=case,
            place=facts.place,
            ward=clean_line(facts.ward, label=_("The ward"), required=False, max_length=LONGEST_LINE),
            role=clean_line(facts.role, label=_("The role"), required=False, max_length=LONGEST_LINE),
            first_year=facts.first_year,
            last_year=facts.last_year,
            at_least=facts.at_least,
            source=clean_line(facts.source, label=_("The source"), max_length=LONGEST_LINE),
            recorded_by=user,
        )
        log.append(
            Action.GROUP_RECORDED,
            subject=case,
            actor=user,
            facts={
                "known_group": str(made.pk),
                "place": str(made.place_id),
                "first_year": made.first_year,
                "last_year": made.last_year,
                "at_least": made.at_least,
                **{value.name: sealed(made, value.name) for value in KnownGroup.PRIVATE.values},
            },
            case_id=case.pk,
        )
    return made
