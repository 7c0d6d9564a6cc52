"""What can go wrong with consent, one sentence each."""

from django.utils.translation import gettext_lazy as _

from audit.errors import BadInput, Conflict, NotFound
from witnesses.errors import WitnessError


class BadConsent(WitnessError, BadInput):
    """An answer is missing, or what an answer needs; the sentence says what."""


class ConsentOlderThanWithdrawal(WitnessError, Conflict):
    """A consent that was given before it was withdrawn does not come back by being recorded once more."""

    sentence = _(
        "This consent was given before the witness withdrew it, so it counts no more. Ask the witness anew and record "
        "that."
    )


class NothingToWithdraw(WitnessError, Conflict):
    """Nothing stands that could be taken back."""

    sentence = _("Nothing of this stands: the witness did not consent to it, or it was withdrawn before.")


class UnknownConsent(WitnessError, NotFound):
    """No such version of the witness's consent."""

    sentence = _("There is no such version of the consent. Reload the page.")
