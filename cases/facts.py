"""What is told about a person or place when it is entered in the register."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from cases.models import NameKind, Script
from cases.partial_date import PartialDate


@dataclass(frozen=True, slots=True)
class NameFacts:
    """One name as a source wrote it; `romanisation` is the system that the source or we used, never a guess."""

    text: str
    kind: NameKind = NameKind.PREFERRED
    romanisation: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class PostFacts:
    """An office and the time of holding it."""

    title: str
    organisation: str = ""
    when: PartialDate | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A position in degrees (WGS 84) and where we have it from."""

    latitude: Decimal
    longitude: Decimal
    source: str

    def __repr__(self) -> str:
        return "Coordinates(<restricted>)"


def script_of(text: str) -> Script:
    """The script of the first letter that belongs to one of the scripts that we tell apart."""
    for letter in text:
        name = unicodedata.name(letter, "")
        if name.startswith("ARABIC LETTER"):
            return Script.PERSIAN
        if name.startswith("LATIN"):
            return Script.LATIN
    return Script.OTHER
