"""What can be wrong with an assessment of danger, a threat or an offer of help."""

from django.utils.translation import gettext_lazy as _

from audit.errors import BadInput, Conflict, NotFound
from witnesses.errors import WitnessError


class BadRisk(WitnessError, BadInput):
    """Something is missing, outside the vocabulary or contradicts itself; the sentence says what."""


class UnwritableWords(WitnessError, BadInput):
    """Words that no seal takes."""

    sentence = _("The words hold a character that cannot be written. Type them again.")


class RiskMovedOn(WitnessError, Conflict):
    """Somebody recorded more than the actor has read."""

    sentence = _(
        "Somebody recorded more meanwhile. Nothing was saved: read what is new, then send the form again."
    )


class NoContact(WitnessError, Conflict):
    """The newest assessment forbids contact with the witness."""

    sentence = _(
        "The newest assessment of the danger says: no contact with this witness for now. A lawyer of the case can "
        "assess it anew."
    )


class UnknownAssessment(WitnessError, NotFound):
    """No such assessment, or none that this actor may know of."""

    sentence = _("There is no such assessment, or you are not a member of the case.")


class UnknownThreat(WitnessError, NotFound):
    """No such incident, or none that this actor may know of."""

    sentence = _("There is no such incident, or you are not a member of the case.")


class UnknownReferral(WitnessError, NotFound):
    """No such referral, or none that this actor may know of."""

    sentence = _("There is no such referral, or you are not a member of the case.")
