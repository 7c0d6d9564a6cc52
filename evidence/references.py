"""References for people: short, random, hard to mistype and telling nothing about order or number."""

import re
import secrets
from uuid import UUID

# Crockford's base 32: no I, L, O or U, so that a reference read aloud or copied by hand comes out right.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_MISREAD = str.maketrans("ILO", "110")
# With any word before it, as a list names a thing: "Exhibit E-4KQ7-2M9D".
_WHOLE = re.compile(
    r"(?:[^\W\d_]+\s+)*?"
    r"(?:(?P<letter>[ED])(?P<apart>[\s-]*))?(?P<first>[0-9A-Z]{4})[\s-]*(?P<second>[0-9A-Z]{4})"
)


def new_reference() -> str:
    """A reference such as `E-4KQ7-2M9D`: 40 random bits; the table refuses the rare repeat."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"E-{letters[:4]}-{letters[4:]}"


def delivery_reference(key: UUID) -> str:
    """What a delivery is called on paper, such as `D-4KQ7-2M9D`: the first 40 of its key's random bits."""
    bits = key.int >> 88
    letters = "".join(_ALPHABET[(bits >> shift) & 31] for shift in range(35, -1, -5))
    return f"D-{letters[:4]}-{letters[4:]}"


def keys_of_delivery(reference: str) -> tuple[UUID, UUID]:
    """The first and the last key that a delivery of this reference can have."""
    bits = 0
    for letter in reference[2:].replace("-", ""):
        bits = bits << 5 | _ALPHABET.index(letter)
    return UUID(int=bits << 88), UUID(int=((bits + 1) << 88) - 1)


def find_reference(text: str) -> tuple[str, bool] | None:
    """The whole reference that somebody typed in Latin digits, and whether it can have been meant as nothing else.

    Letter case, hyphens, spaces, look-alikes and words before it are forgiven; one without a letter is an exhibit's.
    None for what is no whole reference.
    """
    found = _WHOLE.fullmatch(text.strip().upper())
    if found is None:
        return None
    letters = (found["first"] + found["second"]).translate(_MISREAD)
    if not set(letters) <= set(_ALPHABET):
        return None
    return f"{found['letter'] or 'E'}-{letters[:4]}-{letters[4:]}", bool(found["apart"])


def read_reference(text: str) -> str:
    """What somebody typed, in the form that the table holds: small letters, I, L and O are forgiven."""
    plain = text.strip().upper()
    head, tail = plain[:2], plain[2:]
    return head + tail.translate(_MISREAD)
