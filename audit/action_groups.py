"""The groups that the vocabulary of the log is read in."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Group(StrEnum):
    """What an action is about. The first word of its value says which group it stands in."""

    label: "str | Promise"

    def __new__(cls, value: str, label: "str | Promise" = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    PEOPLE = "people", _("People and access")
    CASES = "cases", _("Cases")
    EVIDENCE = "evidence", _("Evidence")
    WITNESSES = "witnesses", _("Witnesses")
    DOSSIERS = "dossiers", _("Dossiers")
    LOG = "log", _("The log itself")


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
