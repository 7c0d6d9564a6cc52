"""Recording what a witness consents to. Each time a new version; the newest counts, and none is ever changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.access import require_member
from cases.dated import dated_columns
from cases.dating import PartialDate
from cases.plain_text import clean_line, clean_text
from evidence.models import EvidenceItem
from evidence.queries import unknown_item
from evidence.vocabulary import Language
from witnesses.consent_errors import BadConsent, ConsentOlderThanWithdrawal
from witnesses.consent_words import Answer, ConsentForm, ConsentGiver, ConsentMethod, Purpose
from witnesses.models import Consent, ConsentAnswer, ConsentWords, WithdrawalWords, Witness
from witnesses.weighing import require_wide

RECORD = "witnesses.record_consent"
LONGEST = 2000


@dataclass(frozen=True, slots=True, repr=False)
class ConsentFacts:
    """What was answered, and how. People stand here by a reference or a pseudonym, never by a name. Its `repr` says
    nothing.

    `answers` has every purpose. `expires_on` is the last day on which the consent holds. `prosecutors` are lines.
    """

    answers: Mapping[str, str]
    given: PartialDate | None
    form: str
    language: str
    method: str
    given_by: str
    taken_by: str
    interpreter: str = ""
    heard_by: str = ""
    capacity_note: str = ""
    minor: bool = False
    guardian: str = ""
    prosecutors: str = ""
    contact_by: str = ""
    conditions: str = ""
    expires_on: date | None = None
    signed_form: EvidenceItem | None = field(default=None)

    def __repr__(self) -> str:
        return "<private>"


@sensitive_variables()
def record_consent(witness: Witness, *, facts: ConsentFacts, actor: Actor) -> Consent:
    """Add the next version of what the witness consents to; what was answered before counts no more.

    Raises NotPermitted, NotAMember, UnknownEvidence for a signed form that is not in the case, BadText, BadConsent,
    ConsentOlderThanWithdrawal or SmallGroup; leaves no row behind.
    """
    user = require_member(witness.case, require(actor, RECORD))
    _check(facts)
    _check_form(facts, witness, user)
    words = _words(facts)
    with transaction.atomic():
        if facts.signed_form is not None:
            # The exhibit first, as a dossier that goes out does: it holds its exhibits, then asks their witnesses.
            EvidenceItem.objects.select_for_update(no_key=True).values_list("pk").get(pk=facts.signed_form.pk)
        # One change of a witness's consent at a time, and none while a dossier that rests on it goes out.
        Witness.objects.select_for_update(no_key=True).get(pk=witness.pk)
        _refuse_older(witness, facts.given)
        number = Consent.objects.filter(witness=witness).aggregate(last=Max("version"))["last"] or 0
        require_wide(witness, words.values(), actor=user)
        consent = Consent.objects.create(
            witness=witness,
            version=number + 1,
            form=facts.form,
            language=facts.language,
            method=facts.method,
            given_by=facts.given_by,
            minor=facts.minor,
            expires_on=facts.expires_on,
            signed_form=facts.signed_form,
            recorded_by=user,
        )
        for purpose in Purpose:
            ConsentAnswer.objects.create(
                consent=consent, purpose=purpose, answer=facts.answers[purpose.value]
            )
        ConsentWords.objects.create(consent=consent, **words, **dated_columns(facts.given))
        log.append(
            Action.CONSENT_RECORDED,
            subject=witness,
            actor=user,
            facts=consent.facts(),
            case_id=witness.case_id,
        )
    return consent


def _check(facts: ConsentFacts) -> None:
    """Raises BadConsent for what is missing or contradicts itself."""
    unanswered = [one for one in Purpose if facts.answers.get(one.value) not in Answer.values]
    if unanswered:
        raise BadConsent(
            _("Every purpose needs its own answer. Ask the witness about: %(purpose)s.")
            % {"purpose": unanswered[0].label}
        )
    closed = (
        (facts.form, ConsentForm.values),
        (facts.language, Language.values),
        (facts.method, ConsentMethod.values),
        (facts.given_by, ConsentGiver.values),
    )
    if any(value not in known for value, known in closed):
        raise BadConsent(_("Choose the form, the language, the way and the person from the lists."))
    if facts.given is None:
        raise BadConsent(_("Say when the consent was given, as exactly as it is known."))
    today = timezone.now().date()
    if facts.given.earliest is not None and facts.given.earliest > today:
        raise BadConsent(_("The consent cannot have been given on a day that is still to come."))
    if facts.expires_on and facts.given.earliest and facts.expires_on < facts.given.earliest:
        raise BadConsent(_("The consent would have expired before it was given. Check both days."))
    for missing, sentence in _missing(facts):
        if missing:
            raise BadConsent(sentence)


def _missing(facts: ConsentFacts) -> Iterable[tuple[bool, str]]:
    """What an answer asks for beside it, each with the sentence that says so."""
    agreed = {one for one in Purpose if facts.answers[one.value] != Answer.NO}
    conditional = Answer.CONDITIONAL in facts.answers.values()
    return (
        (
            Purpose.NAMED_PROSECUTORS in agreed and not facts.prosecutors.strip(),
            _("Name the prosecutors whom the witness agreed to, one on each line."),
        ),
        (
            Purpose.CONTACT in agreed and not facts.contact_by.strip(),
            _("Say who may contact the witness again."),
        ),
        (
            conditional and not facts.conditions.strip(),
            _("Write down the conditions under which the witness agreed."),
        ),
        (
            facts.minor and (facts.given_by != ConsentGiver.GUARDIAN or not facts.guardian.strip()),
            _("For a minor, a parent or guardian gives consent; say in which relation they stand."),
        ),
        (
            facts.method == ConsentMethod.ORAL and not facts.heard_by.strip(),
            _("Say before whom the consent was spoken."),
        ),
    )


def _check_form(facts: ConsentFacts, witness: Witness, user: User) -> None:
    if facts.signed_form is None:
        return
    seen = EvidenceItem.objects.visible_to(user).filter(placements__case=witness.case_id)
    if not seen.filter(pk=facts.signed_form.pk).exists():
        raise unknown_item()


@sensitive_variables()
def _words(facts: ConsentFacts) -> dict[str, str]:
    return {
        "taken_by": clean_line(facts.taken_by, label=_("Who took the consent"), max_length=300),
        "interpreter": _line(facts.interpreter, _("The interpreter")),
        "heard_by": _line(facts.heard_by, _("Who heard it")),
        "capacity_note": clean_text(facts.capacity_note, label=_("The note on capacity"), max_length=LONGEST),
        "guardian": _line(facts.guardian, _("The guardian")),
        "prosecutors": clean_text(facts.prosecutors, label=_("The prosecutors"), max_length=LONGEST),
        "contact_by": _line(facts.contact_by, _("Who may make contact")),
        "conditions": clean_text(facts.conditions, label=_("The conditions"), max_length=LONGEST),
    }


def _line(text: str, label: str) -> str:
    return clean_line(text, label=label, required=False, max_length=300)


def _refuse_older(witness: Witness, given: PartialDate | None) -> None:
    """A withdrawal is not undone by recording an older consent after it."""
    if given is None or given.latest is None:
        return
    spoken = WithdrawalWords.objects.filter(withdrawal__consent__witness=witness)
    if spoken.filter(date_earliest__gt=given.latest).exists():
        raise ConsentOlderThanWithdrawal
