"""References for people: short, random, hard to mistype and telling nothing about order or number."""

import secrets
from uuid import UUID

# Crockford's base 32: no I, L, O or U, so that a reference read aloud or copied by hand comes out right.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """A reference such as `E-4KQ7-2M9D`: 40 random bits; the table refuses the rare repeat."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"E-{letters[:4]}-{letters[4:]}"


def delivery_reference(key: UUID) -> str:
    """What a delivery is called on paper, such as `D-4KQ7-2M9D`: the first 40 of its key's random bits."""
    bits = key.int >> 88
    letters = "".join(_ALPHABET[(bits >> shift) & 31] for shift in range(35, -1, -5))
    return f"D-{letters[:4]}-{letters[4:]}"


def read_reference(text: str) -> str:
    """What somebody typed, in the form that the table holds: small letters, I, L and O are forgiven."""
    plain = text.strip().upper()
    head, tail = plain[:2], plain[2:]
    return head + tail.translate(str.maketrans("ILO", "110"))
