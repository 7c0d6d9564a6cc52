"""What a document says, before anyone decides how it looks.

Labels are in English and Persian side by side, so that one certificate serves the prosecutor, the court and the
family, and so that the same dossier is the same bytes whatever language its compiler reads. Values are data: they are
never markup, and each carries its own direction.
"""

import unicodedata
from dataclasses import dataclass, field
from typing import Literal

_KEPT_FORMATS = "\u200c\u200d"
_RIGHT_TO_LEFT = frozenset({"R", "AL"})


@dataclass(frozen=True, slots=True)
class Label:
    """One term in both languages."""

    en: str
    fa: str


@dataclass(frozen=True, slots=True)
class Value:
    """A piece of text as a source or a person wrote it; `code` sets it in a monospaced face, left to right."""

    text: str
    code: bool = False

    @property
    def lines(self) -> list[str]:
        """The lines of the text; each runs in its own direction."""
        return self.text.split("\n")

    def direction_of(self, line: str) -> str:
        """`rtl` where the line's first strong letter is Persian, Arabic or Hebrew, else `ltr`."""
        return "ltr" if self.code else direction_of(line)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the sheet."""

    label: Label


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or more of ours, in both languages."""

    label: Label


@dataclass(frozen=True, slots=True)
class Fields:
    """Facts, one per line: label, value."""

    rows: list[tuple[Label, Value]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `widths` are shares of the line."""

    columns: list[Label]
    widths: list[int]
    rows: list[list[Value]]


@dataclass(frozen=True, slots=True)
class Code:
    """A square code that a telephone reads, with its content in words below it."""

    content: str


Block = Heading | Paragraph | Fields | Table | Code


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole document: who issues it, its title and reference, its parts, and what stands in its foot.

    `language` is `en` or `fa` for a document whose reader is known: its labels are in that language alone, and a
    Persian one runs from right to left. `both` sets them side by side.
    """

    organisation: str
    title: Label
    reference: str
    foot: str
    blocks: list[Block] = field(default_factory=list)
    language: Literal["both", "en", "fa"] = "both"


def direction_of(text: str) -> str:
    """The direction of the first strong letter; left to right where there is none (Unicode UAX #9, rule P2)."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in _RIGHT_TO_LEFT:
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def visible(text: str) -> str:
    """The text with control, direction and unpaired surrogate characters written as escapes.

    A file name that turns itself round, or a note that hides something, is shown as what it is. Line feeds and the
    joiners of Persian spelling stay.
    """
    return "".join(letter if letter == "\n" or not _hidden(letter) else escape(letter) for letter in text)


def escape(letter: str) -> str:
    """A letter that cannot be shown as itself, as `<U+202E>`."""
    return f"<U+{ord(letter):04X}>"


def _hidden(letter: str) -> bool:
    category = unicodedata.category(letter)
    return category in ("Cc", "Cs", "Zl", "Zp") or (category == "Cf" and letter not in _KEPT_FORMATS)
