"""Assessing the danger to a witness, to family and to third persons; what it says gates contact and disclosure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.access import require_member
from cases.plain_text import clean_line, clean_text
from witnesses.consent_state import today
from witnesses.models import ProtectiveMeasure, RiskAssessment, RiskWords, Witness
from witnesses.risk_errors import BadRisk, RiskMovedOn
from witnesses.risk_words import LONGEST_REVIEW_DAYS, Contact, Disclosure, Level, Measure, Threat
from witnesses.weighing import require_wide

ASSESS: Final = "witnesses.assess_risk"
LONGEST_LINE: Final = 300
LONGEST_TEXT: Final = 4000
MOST_MEASURES: Final = 40


@dataclass(frozen=True, slots=True, repr=False)
class MeasureFacts:
    """One thing that protects. Its `repr` says nothing."""

    kind: Measure | str
    text: str
    by_whom: str = ""
    until: date | None = None
    done: bool = False

    def __repr__(self) -> str:
        return "<private>"


@dataclass(frozen=True, slots=True, repr=False)
class RiskFacts:
    """What was thought of the danger, and why. Its `repr` says nothing."""

    to_witness: Level | str
    to_family: Level | str
    to_third: Level | str
    contact: Contact | str
    disclosure: Disclosure | str
    due_on: date
    grounds: str
    threats: Sequence[Threat | str] = ()
    measures: Sequence[MeasureFacts] = field(default_factory=tuple)

    def __repr__(self) -> str:
        return "<private>"


@sensitive_variables()
def assess_risk(witness: Witness, *, facts: RiskFacts, last_seen: int, actor: Actor) -> RiskAssessment:
    """Add the next assessment, which counts at once for contact and disclosure; those before it stay.

    `last_seen` is the version that the actor read, 0 for none. Raises NotPermitted, NotAMember, BadText, BadRisk,
    RiskMovedOn or SmallGroup; leaves no row behind.
    """
    user = require_member(witness.case, require(actor, ASSESS))
    _check(facts)
    grounds = clean_text(facts.grounds, label=_("The grounds"), max_length=LONGEST_TEXT)
    if not grounds:
        raise BadRisk(_("Say on what the assessment rests."))
    measures = [_measured(one) for one in facts.measures]
    with transaction.atomic():
        # The witness's row is the lock, as for consent: no dossier that rests on them goes out meanwhile.
        Witness.objects.select_for_update(no_key=True).get(pk=witness.pk)
        last = RiskAssessment.objects.filter(witness=witness).aggregate(last=Max("version"))["last"] or 0
        if last != last_seen:
            raise RiskMovedOn
        said = [text for one in measures for text in (one.text, one.by_whom)]
        require_wide(witness, [grounds, *said], actor=user)
        made = RiskAssessment.objects.create(
            witness=witness,
            version=last + 1,
            to_witness=facts.to_witness,
            to_family=facts.to_family,
            to_third=facts.to_third,
            threats=" ".join(sorted(set(map(str, facts.threats)))),
            contact=facts.contact,
            disclosure=facts.disclosure,
            due_on=facts.due_on,
            assessed_by=user,
        )
        words = RiskWords.objects.create(assessment=made, grounds=grounds)
        log.append(
            Action.RISK_ASSESSED,
            subject=witness,
            actor=user,
            facts={
                "risk_assessment": str(made.pk),
                "version": made.version,
                "to_witness": str(made.to_witness),
                "to_family": str(made.to_family),
                "to_third": str(made.to_third),
                "contact": str(made.contact),
                "disclosure": str(made.disclosure),
                "due_on": made.due_on.isoformat(),
                "measures": len(measures),
                "risk_words": str(words.pk),
                **words.commitments(),
            },
            case_id=witness.case_id,
        )
        for place, measure in enumerate(measures, 1):
            _keep(made, place, measure, user)
    return made


@sensitive_variables()
def _keep(made: RiskAssessment, place: int, facts: MeasureFacts, user: User) -> None:
    kept = ProtectiveMeasure.objects.create(
        assessment=made,
        place=place,
        kind=facts.kind,
        text=facts.text,
        by_whom=facts.by_whom,
        until=facts.until,
        done=facts.done,
    )
    # An entry each: an entry names one row of private words, so that its commitments are found again.
    log.append(
        Action.MEASURE_RECORDED,
        subject=made.witness,
        actor=user,
        facts={
            "risk_assessment": str(made.pk),
            "protective_measure": str(kept.pk),
            "kind": str(kept.kind),
            "until": kept.until.isoformat() if kept.until else None,
            "done": kept.done,
            **kept.commitments(),
        },
        case_id=made.witness.case_id,
    )


def _check(facts: RiskFacts) -> None:
    if any(level not in Level.values for level in (facts.to_witness, facts.to_family, facts.to_third)):
        raise BadRisk(_("Say how great the danger is to each: to the witness, to family, to third persons."))
    if facts.contact not in Contact.values or facts.disclosure not in Disclosure.values:
        raise BadRisk(_("Say what follows for contact and for disclosure."))
    if any(threat not in Threat.values for threat in facts.threats):
        raise BadRisk(_("Choose the threats from the list."))
    if not today() < facts.due_on <= today() + timedelta(days=LONGEST_REVIEW_DAYS):
        raise BadRisk(_("It is to be looked at again on a day to come, within twelve months."))
    if len(facts.measures) > MOST_MEASURES:
        raise BadRisk(_("These are more measures than one assessment can list."))


@sensitive_variables()
def _measured(facts: MeasureFacts) -> MeasureFacts:
    if facts.kind not in Measure.values:
        raise BadRisk(_("Choose the kind of each measure from its list."))
    text = clean_line(facts.text, label=_("The measure"), max_length=LONGEST_LINE)
    by_whom = clean_line(facts.by_whom, label=_("By whom"), required=False, max_length=LONGEST_LINE)
    return MeasureFacts(facts.kind, text, by_whom, facts.until, facts.done)
