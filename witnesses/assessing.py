"""Assessing the danger to a witness, to family and to third persons; what it says gates contact and disclosure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from cases.access import require_member
from cases.errors import BadText
from cases.models import Case
from cases.plain_text import clean_line, clean_text
from witnesses.consent_state import today
from witnesses.danger_content import ASSESSMENTS, assessment_bytes
from witnesses.models import ProtectiveMeasure, RiskAssessment, RiskWords, SealedIdentity, Witness
from witnesses.risk_errors import BadRisk, RiskMovedOn
from witnesses.risk_words import LONGEST_REVIEW_DAYS, Contact, Disclosure, Level, Measure, Threat
from witnesses.sealed import SealedBytes, SealedText
from witnesses.sealing_words import seal_facts, seal_words
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
    """What was thought of the danger, and why. `sealed` says that only a quorum may read its words again.

    Its `repr` says nothing.
    """

    to_witness: Level | str
    to_family: Level | str
    to_third: Level | str
    contact: Contact | str
    disclosure: Disclosure | str
    due_on: date
    grounds: str
    sealed: bool
    threats: Sequence[Threat | str] = ()
    measures: Sequence[MeasureFacts] = field(default_factory=tuple)

    def __repr__(self) -> str:
        return "<private>"


@sensitive_variables()
def assess_risk(witness: Witness, *, facts: RiskFacts, last_seen: int, actor: Actor) -> RiskAssessment:
    """Add the next assessment, which counts at once for contact and disclosure; those before it stay.

    Its words are sealed with public keys alone where the facts say so: nobody, their writer included, reads them again
    without a quorum, and levels, gates, days and the kinds of measures stay in clear. `last_seen` is the version that
    the actor read, 0 for none. Raises NotPermitted, NotAMember, BadRisk, RiskMovedOn, SmallGroup, UnwritableWords, and
    TooFewCustodians where no quorum could ever open the words; leaves no row behind.
    """
    user = require_member(witness.case, require(actor, ASSESS))
    _check(facts)
    facts = _cleaned(facts)
    content = _content(facts) if facts.sealed else None
    with transaction.atomic():
        if content is not None:
            # Whoever seals takes the case first, as every act on sealed records does.
            Case.objects.select_for_update(no_key=True).get(pk=witness.case_id)
        # The witness's row is the lock, as for consent: no dossier that rests on them goes out meanwhile.
        Witness.objects.select_for_update(no_key=True).get(pk=witness.pk)
        last = RiskAssessment.objects.filter(witness=witness).aggregate(last=Max("version"))["last"] or 0
        if last != last_seen:
            raise RiskMovedOn
        record = None
        if content is not None:
            record = seal_words(witness, content, part=ASSESSMENTS, by=user)
        else:
            said = [text for one in facts.measures for text in (one.text, one.by_whom)]
            require_wide(witness, [facts.grounds, *said], actor=user)
        made = _recorded(witness, last + 1, facts, record, user)
        for place, measure in enumerate(facts.measures, 1):
            _keep(made, place, measure, user, is_sealed=facts.sealed)
    return made


@sensitive_variables()
def _content(facts: RiskFacts) -> SealedBytes:
    return assessment_bytes(facts.grounds, [(one.kind, one.text, one.by_whom) for one in facts.measures])


@sensitive_variables()
def _recorded(
    witness: Witness, version: int, facts: RiskFacts, record: SealedIdentity | None, user: User
) -> RiskAssessment:
    made = RiskAssessment.objects.create(
        witness=witness,
        version=version,
        to_witness=facts.to_witness,
        to_family=facts.to_family,
        to_third=facts.to_third,
        threats=" ".join(sorted(set(map(str, facts.threats)))),
        contact=facts.contact,
        disclosure=facts.disclosure,
        due_on=facts.due_on,
        assessed_by=user,
    )
    grounds = "" if record else facts.grounds
    words = RiskWords.objects.create(assessment=made, grounds=grounds, sealed_record=record)
    seal: dict[str, Json] = seal_facts(record) if record else {}
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
            "measures": len(facts.measures),
            "risk_words": str(words.pk),
            **words.commitments(),
            **seal,
        },
        case_id=witness.case_id,
    )
    return made


@sensitive_variables()
def _keep(made: RiskAssessment, place: int, facts: MeasureFacts, user: User, *, is_sealed: bool) -> None:
    kept = ProtectiveMeasure.objects.create(
        assessment=made,
        place=place,
        kind=facts.kind,
        is_sealed=is_sealed,
        text="" if is_sealed else facts.text,
        by_whom="" if is_sealed else facts.by_whom,
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
def _cleaned(facts: RiskFacts) -> RiskFacts:
    grounds = cleaned(clean_text, SealedText(facts.grounds), label=_("The grounds"), max_length=LONGEST_TEXT)
    if not grounds:
        raise BadRisk(_("Say on what the assessment rests."))
    return replace(facts, grounds=grounds, measures=[_measured(one) for one in facts.measures])


@sensitive_variables()
def _measured(facts: MeasureFacts) -> MeasureFacts:
    if facts.kind not in Measure.values:
        raise BadRisk(_("Choose the kind of each measure from its list."))
    text = cleaned(clean_line, SealedText(facts.text), label=_("The measure"), max_length=LONGEST_LINE)
    by_whom = cleaned(
        clean_line, SealedText(facts.by_whom), label=_("By whom"), required=False, max_length=LONGEST_LINE
    )
    return replace(facts, text=text, by_whom=by_whom)


@sensitive_variables()
def cleaned(clean: Callable[..., str], text: SealedText, **how: Any) -> SealedText:
    """The text as it is kept. Raises BadRisk.

    No frame that raises holds it in clear: a crash report may print its variables.
    """
    try:
        return SealedText(clean(str.__str__(text), **how))
    except BadText as error:
        said = str(error)
    raise BadRisk(said)
