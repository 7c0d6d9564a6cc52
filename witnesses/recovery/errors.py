"""What can go wrong with a recovery kit. No sentence says which word, sheet or key was the wrong one."""

from django.utils.translation import gettext_lazy as _

from audit.errors import BadInput, Broken, Conflict, NotFound
from witnesses.errors import WitnessError


class BadKit(WitnessError, BadInput):
    """A kit that would protect nothing, or that cannot be made where it was asked for."""


class BadKitFile(WitnessError, BadInput):
    """A file that is not what a command of the recovery kit writes, or was altered since."""

    sentence = _("This file is not what the recovery kit writes, or it was altered. Bring it over again.")


class FileNotWritten(WitnessError, Conflict):
    """A file of the recovery kit that is there already, or cannot be written."""


class WordsDoNotOpen(WitnessError, BadInput):
    """The words are not those of enough sheets of this kit. Says no more than that."""

    sentence = _(
        "These words do not open it. Type the words of as many different sheets of this kit as it needs, each whole."
    )


class NoKit(WitnessError, NotFound):
    """No recovery kit is installed, or none that records are sealed to."""

    sentence = _("No recovery kit is installed. Custodians install one together, from its public file.")


class KitBroken(WitnessError, Broken):
    """What was sealed to a kit does not open with it: altered, moved, or sealed to another kit."""

    sentence = _(
        "A record does not open with this kit: it was altered, or belongs elsewhere. Tell the auditor."
    )
