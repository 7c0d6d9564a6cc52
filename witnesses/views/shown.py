"""What the page that is shown once says of an opened identity, field by field."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.views.decorators.debug import sensitive_variables

from cases.dating import read_date
from cases.errors import BadDate
from cases.partial_date import PartialDate
from witnesses.danger_content import WORDS
from witnesses.identity import ROWS, OpenedIdentity
from witnesses.identity_words import ASKED_LABELS, NAME_KINDS, SCRIPTS, WORD_LABELS, kind_words
from witnesses.photographs import Photograph
from witnesses.sealed import SealedText

_HARMLESS_DATE = "2000-01-01"
_DATES = ("date_of_birth", "happened")


@dataclass(frozen=True, slots=True, repr=False)
class ShownValue:
    """One value with what is said about it."""

    text: str
    about: Sequence[str | Promise] = ()
    date: PartialDate | None = None

    def __repr__(self) -> str:
        return "<sealed>"


@dataclass(frozen=True, slots=True, repr=False)
class ShownField:
    """A field of the identity, in words, with its values; `image` is an address that holds the photograph itself."""

    label: str | Promise
    values: Sequence[ShownValue] = ()
    image: str = ""

    def __repr__(self) -> str:
        return "<sealed>"


@sensitive_variables()
def fields_shown(opened: OpenedIdentity, names: Sequence[str]) -> list[ShownField]:
    """The fields that were asked for, in the order of the record; words of danger one by one."""
    asked = [name for name in ASKED_LABELS if name in names]
    return [_field(opened, one) for name in asked for one in WORDS.get(name, (name,))]


@sensitive_variables()
def _field(opened: OpenedIdentity, name: str) -> ShownField:
    label = WORD_LABELS[name]
    if name == "full_names":
        return ShownField(
            label,
            [
                ShownValue(one.text, [SCRIPTS.get(one.script, one.script), *_kind(one.kind)])
                for one in opened.full_names
            ],
        )
    if name == "photograph":
        return ShownField(label, image=_address_of(opened.photograph))
    if name in ROWS or name == "measures":
        rows = opened.rows(name)
        return ShownField(
            label, [ShownValue(row.text, [kind_words(name, row.kind)] if row.kind else []) for row in rows]
        )
    text = opened.text(name)
    dated = _dated(text) if name in _DATES else None
    return ShownField(label, [ShownValue(text, date=dated)] if text else [])


def _kind(kind: str) -> list[str | Promise]:
    return [NAME_KINDS.get(kind, kind)] if kind else []


@sensitive_variables()
def _address_of(photograph: Photograph | None) -> SealedText:
    if photograph is None:
        return SealedText()
    content = base64.b64encode(photograph.content).decode("ascii")
    return SealedText(f"data:{photograph.media_type};base64,{content}")


@sensitive_variables()
def _dated(text: str) -> PartialDate | None:
    """The date in both calendars, where it can be read at all; else it stands as it was written."""
    try:
        return read_date(text)
    except BadDate:
        return None
    finally:
        # The parser of dates keeps what it read last; that must be nobody's birth.
        read_date(_HARMLESS_DATE)
