"""Numbers in the digits that a language writes them with."""

from django.utils.translation import get_language

_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def persian_digits(text: str) -> str:
    """The text with its numbers in Persian digits."""
    return text.translate(_PERSIAN)


def in_digits(said: object) -> str:
    """A number, or a text with its numbers, in the digits of the reader's language. No text that holds a reference."""
    text = str(said)
    return persian_digits(text) if (get_language() or "").startswith("fa") else text
