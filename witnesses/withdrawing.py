"""Taking consent back: it holds from the moment it is recorded, and cannot call back what has left."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.access import require_member
from cases.dated import dated_columns
from cases.dating import PartialDate
from cases.plain_text import clean_text
from witnesses.already_shared import already_shared
from witnesses.consent_errors import BadConsent, NothingToWithdraw
from witnesses.consent_state import current_consent, states_of, today
from witnesses.consent_words import Purpose, Standing, WithdrawalWay
from witnesses.consenting import LONGEST, RECORD
from witnesses.models import Consent, ConsentWithdrawal, WithdrawalWords, Witness
from witnesses.weighing import require_wide

# What one entry of the log takes with room to spare; the count beside them is exact.
_LISTED = 500


@dataclass(frozen=True, slots=True, repr=False)
class WithdrawalFacts:
    """What is taken back, when the witness said so, and how it reached us. Its `repr` says nothing."""

    purposes: Sequence[str]
    when: PartialDate | None
    received: str
    note: str = ""

    def __repr__(self) -> str:
        return "<private>"


@sensitive_variables()
def withdraw_consent(witness: Witness, *, facts: WithdrawalFacts, actor: Actor) -> ConsentWithdrawal:
    """Record that the witness takes consent back, for some purposes or for all. No dossier goes out on it any more.

    What was shared before is named in the entry. Raises NotPermitted, NotAMember, BadText, BadConsent, SmallGroup,
    or NothingToWithdraw where nothing of it stands; leaves no row behind.
    """
    user = require_member(witness.case, require(actor, RECORD))
    chosen = _checked(facts)
    note = clean_text(facts.note, label=_("The note"), max_length=LONGEST)
    with transaction.atomic():
        # Waits for a dossier that is being released at this moment, so that it is named among what was shared.
        Witness.objects.select_for_update(no_key=True).get(pk=witness.pk)
        consent = _withdrawable(witness, chosen)
        require_wide(witness, [note], actor=user)
        withdrawal = ConsentWithdrawal.objects.create(
            consent=consent,
            purposes=" ".join(one.value for one in chosen),
            received=facts.received,
            recorded_by=user,
        )
        words = WithdrawalWords.objects.create(withdrawal=withdrawal, note=note, **dated_columns(facts.when))
        shared = already_shared(witness, user=user)
        log.append(
            Action.CONSENT_WITHDRAWN,
            subject=witness,
            actor=user,
            facts={
                "consent": str(consent.pk),
                "withdrawal": str(withdrawal.pk),
                "purposes": [one.value for one in chosen],
                "received": str(facts.received),
                "already_shared": [str(one.dossier_id) for one in shared[:_LISTED]],
                "shared": len(shared),
                "withdrawal_words": str(words.pk),
                **words.commitments(),
            },
            case_id=witness.case_id,
        )
    return withdrawal


def _checked(facts: WithdrawalFacts) -> list[Purpose]:
    chosen = [one for one in Purpose if one.value in facts.purposes]
    if not chosen or len(chosen) != len(set(facts.purposes)):
        raise BadConsent(_("Choose what the witness takes back."))
    if facts.received not in WithdrawalWay.values:
        raise BadConsent(_("Say how the withdrawal reached you."))
    if facts.when is None:
        raise BadConsent(_("Say when the witness withdrew, as exactly as it is known."))
    if facts.when.earliest is not None and facts.when.earliest > timezone.now().date():
        raise BadConsent(_("The withdrawal cannot have been made on a day that is still to come."))
    return chosen


def _withdrawable(witness: Witness, chosen: Sequence[Purpose]) -> Consent:
    """The consent of which at least one of the chosen purposes still stands, expired ones too."""
    consent = current_consent(witness)
    standing = {one.purpose: one.standing for one in states_of(consent, on=today())}
    open_to_it = (Standing.YES, Standing.CONDITIONAL, Standing.EXPIRED)
    if consent is None or not any(standing[one] in open_to_it for one in chosen):
        raise NothingToWithdraw
    return consent
