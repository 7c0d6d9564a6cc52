"""Whether what is about to be written narrows a pseudonym to a small group, by what the case knows; and saying so."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.erased import ErasedText
from audit.private import sealed
from cases.access import require_member
from cases.folding import fold
from cases.models import Case, Place
from cases.plain_text import clean_line
from witnesses.assessing import ASSESS, LONGEST_LINE
from witnesses.models import KnownGroup, Witness
from witnesses.risk_errors import BadRisk
from witnesses.small_groups import Group, Known, Narrowing, narrowing, read_said, ward_key

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


@sensitive_variables()
def narrows(case: Case, texts: Iterable[str]) -> Narrowing | None:
    """Whether these texts together, written of a pseudonym of the case, fit fewer people than protect it."""
    known = _known(case)
    said = read_said([text for text in texts if not isinstance(text, ErasedText)], known)
    return narrowing(said, known.groups, wanted=settings.DADKHAH_SMALLEST_GROUP)


@sensitive_variables()
def narrowed(case: Case, texts: Mapping[Witness, Collection[str]]) -> list[tuple[Witness, Narrowing]]:
    """Those of these witnesses of the case whom the texts about each narrow to a small group, by pseudonym."""
    known = _known(case)
    found = []
    for witness, said in sorted(texts.items(), key=lambda one: one[0].pseudonym):
        kept = [text for text in said if not isinstance(text, ErasedText)]
        small = narrowing(read_said(kept, known), known.groups, wanted=settings.DADKHAH_SMALLEST_GROUP)
        if small is not None:
            found.append((witness, small))
    return found


def attributes_in_words(found: Narrowing) -> str:
    """By which kinds of attributes it narrows, for a reader."""
    words = {"place": _("the place"), "ward": _("the ward"), "role": _("the role"), "year": _("the time")}
    return ", ".join(words[kind] for kind in found.kinds)


def acknowledge_narrowing(witness: Witness, found: Narrowing, *, actor: User) -> None:
    """Log that somebody writes it all the same, having been warned: which kinds of attributes, not which words.

    Belongs into the transaction of what is written.
    """
    log.append(
        Action.SMALL_GROUP_ACKNOWLEDGED,
        subject=witness,
        actor=actor,
        facts={"by": list(found.kinds), "at_least": found.at_least, "wanted": found.wanted},
        case_id=witness.case_id,
    )


def _known(case: Case) -> Known:
    places: dict[str, str] = {}
    for place in Place.objects.filter(uses__case=case):
        for name in (place.name_fa, place.name_latin):
            if name and not isinstance(name, ErasedText):
                places[fold(name)] = str(place.pk)
    newest: dict[tuple[object, ...], Group] = {}
    for row in KnownGroup.objects.filter(case=case).order_by("recorded_at"):
        group = Group(
            row.at_least,
            str(row.place_id),
            ward_key(row.ward),
            fold(row.role),
            row.first_year,
            row.last_year,
        )
        newest[group.place, group.ward, group.role, group.first, group.last] = group
    return Known(places, tuple(newest.values()))
