"""Recording that help was offered to a witness, and what became of it."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.access import require_member
from cases.plain_text import clean_line, clean_text
from witnesses.assessing import ASSESS, LONGEST_LINE, LONGEST_TEXT
from witnesses.consent_state import today
from witnesses.models import Referral, ReferralEvent, ReferralWords, Witness
from witnesses.risk_errors import BadRisk
from witnesses.risk_words import ReferralAnswer, ReferralKind
from witnesses.weighing import require_wide


@dataclass(frozen=True, slots=True, repr=False)
class ReferralFacts:
    """An offer of help. Its `repr` says nothing."""

    kind: ReferralKind | str
    organisation: str
    offered_on: date
    answer: ReferralAnswer | str = ReferralAnswer.NOT_YET
    note: str = ""

    def __repr__(self) -> str:
        return "<private>"


@sensitive_variables()
def record_referral(witness: Witness, *, facts: ReferralFacts, actor: Actor) -> Referral:
    """Record an offer, with the answer if there is one. Raises NotPermitted, NotAMember, BadText, BadRisk
    or SmallGroup.
    """
    user = require_member(witness.case, require(actor, ASSESS))
    if facts.kind not in ReferralKind.values:
        raise BadRisk(_("Choose which help was offered."))
    organisation = clean_line(facts.organisation, label=_("The organisation"), max_length=LONGEST_LINE)
    note = clean_text(facts.note, label=_("The note"), max_length=LONGEST_TEXT)
    _check(facts.answer, facts.offered_on)
    with transaction.atomic():
        require_wide(witness, [organisation, note], actor=user)
        made = Referral.objects.create(
            witness=witness, kind=facts.kind, offered_on=facts.offered_on, recorded_by=user
        )
        words = ReferralWords.objects.create(referral=made, organisation=organisation, note=note)
        log.append(
            Action.REFERRAL_RECORDED,
            subject=witness,
            actor=user,
            facts={
                # Which help it is tells of a person's health, and the log can never be rid of it.
                "referral": str(made.pk),
                "referral_words": str(words.pk),
                **words.commitments(),
            },
            case_id=witness.case_id,
        )
        _add(made, facts.answer, facts.offered_on, user)
    return made


def answer_referral(
    referral: Referral, *, answer: ReferralAnswer | str, on: date, actor: Actor
) -> ReferralEvent:
    """Record what became of an offer. Raises NotPermitted, NotAMember or BadRisk; leaves no row behind."""
    user = require_member(referral.witness.case, require(actor, ASSESS))
    _check(answer, on)
    if on < referral.offered_on:
        raise BadRisk(_("That is before the help was offered."))
    with transaction.atomic():
        return _add(referral, answer, on, user)


def _add(referral: Referral, answer: ReferralAnswer | str, on: date, user: User) -> ReferralEvent:
    event = ReferralEvent.objects.create(referral=referral, answer=answer, on=on, recorded_by=user)
    log.append(
        Action.REFERRAL_ANSWERED,
        subject=referral.witness,
        actor=user,
        facts={
            "referral": str(referral.pk),
            "referral_event": str(event.pk),
        },
        case_id=referral.witness.case_id,
    )
    return event


def _check(answer: str, on: date) -> None:
    if answer not in ReferralAnswer.values:
        raise BadRisk(_("Choose what became of it from the list."))
    if on > today():
        raise BadRisk(_("That day is still to come."))
