"""What can go wrong where exhibits and witnesses meet, one sentence each."""

from django.utils.translation import gettext_lazy as _

from audit.errors import BadInput, Conflict, NotFound
from witnesses.errors import WitnessError


class BadDependence(WitnessError, BadInput):
    """The dependence names no way, or its ending no reason; the sentence says which."""


class ItemNotInCase(WitnessError, Conflict):
    """The exhibit does not lie in the witness's case."""

    sentence = _("This exhibit is not in the witness's case. Put it into the case first.")


class AlreadyDepends(WitnessError, Conflict):
    """The same is recorded already."""

    sentence = _("This is recorded already. Nothing had to be done.")


class DependenceEnded(WitnessError, Conflict):
    """Somebody ended the dependence before."""

    sentence = _("This was ended before. Reload the page.")


class UnknownDependence(WitnessError, NotFound):
    """No such dependence, or none that this actor may know of."""

    sentence = _("There is no such dependence, or you are not a member of the case.")


class UnknownPseudonym(WitnessError, BadInput):
    """No witness of the item's cases goes by what was typed."""

    sentence = _("No witness of this exhibit's cases goes by this pseudonym. Check it.")
