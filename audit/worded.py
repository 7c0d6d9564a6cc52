"""Closed lists whose members bring their words for a reader beside their value."""

from enum import StrEnum
from typing import Self

from django.utils.functional import Promise


class Worded(StrEnum):
    """A closed list: `UNREACHABLE = "unreachable", _("The authority could not be reached.")`.

    The value is for machines and, once written, keeps its meaning; the sentence is for people, in their language.
    A list whose members bring more than that takes the rest in an `__init__` of its own.
    """

    sentence: "str | Promise"

    def __new__(cls, value: str, sentence: "str | Promise" = "", *_more: object) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member
