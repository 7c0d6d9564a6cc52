"""Numbers in the digits that a language writes them with, and back from what somebody typed or pasted."""

import re

from django.utils.translation import get_language

_LATIN = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
# Marks of direction come along with what is copied from a page; nobody sees them.
_UNSEEN = dict.fromkeys(
    map(ord, "\u00ad\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
)
_HYPHENS = re.compile("[\u2010-\u2015\u2212]")
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def persian_digits(text: str) -> str:
    """The text with its numbers in Persian digits."""
    return text.translate(_PERSIAN)


def in_digits(said: object) -> str:
    """A number, or a text with its numbers, in the digits of the reader's language. No text that holds a reference."""
    text = str(said)
    return persian_digits(text) if (get_language() or "").startswith("fa") else text


def latin(typed: str) -> str:
    """What was typed in any digits, hyphens and spaces, as our references and dates are written."""
    plain = typed.translate(_UNSEEN).translate(_LATIN)
    return " ".join(_HYPHENS.sub("-", plain).split())
