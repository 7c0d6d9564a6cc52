"""The groups that the vocabulary of the log is read in."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.worded import Worded


class Group(Worded):
    """What an action is about. The first word of its value says which group it stands in."""

    PEOPLE = "people", _("People and access")
    CASES = "cases", _("Cases")
    EVIDENCE = "evidence", _("Evidence")
    WITNESSES = "witnesses", _("Witnesses")
    DOSSIERS = "dossiers", _("Dossiers")
    LOG = "log", _("The log itself")

    @property
    def label(self) -> "str | Promise":
        """The group's name for a reader."""
        return self.sentence


# A first word that stands in no group is a mistake of ours, which a test finds.
GROUPS: Mapping[str, Group] = {
    "account": Group.PEOPLE,
    "access": Group.PEOPLE,
    "case": Group.CASES,
    "person": Group.CASES,
    "place": Group.CASES,
    "incident": Group.CASES,
    "intake": Group.EVIDENCE,
    "evidence": Group.EVIDENCE,
    "vault": Group.EVIDENCE,
    "witness": Group.WITNESSES,
    "dossier": Group.DOSSIERS,
    "log": Group.LOG,
}
