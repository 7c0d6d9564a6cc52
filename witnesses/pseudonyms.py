"""Random words of Crockford's base32: pseudonyms for witnesses and codes for openings. Pure: no Django."""

import secrets
from typing import Final

from witnesses.sealed import SealedText

# Crockford's alphabet: no I, L, O, U, so nothing is misread and nothing becomes a word or a name.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})
CODE_GROUPS: Final = 5
CODE_GROUP: Final = 5


def new_pseudonym() -> str:
    """Such as `W-7K3Q-M`: 25 random bits, derived from nothing and in no order. The caller sees to uniqueness."""
    word = _random_word(5)
    return f"W-{word[:4]}-{word[4]}"


def read_pseudonym(typed: str) -> str:
    """A whole pseudonym as it was issued, whatever the letter case, the hyphens and the look-alikes; else empty.

    Only whole ones: a part would find others' witnesses, and what is no pseudonym, such as a name, finds nobody.
    """
    word = "".join(typed.upper().split()).replace("-", "").translate(_MISREAD)
    # The W in front may be left out; one that is a part of the word stays.
    word = word[1:] if len(word) == 6 and word[0] == "W" else word
    whole = len(word) == 5 and all(sign in ALPHABET for sign in word)
    return f"W-{word[:4]}-{word[4]}" if whole else ""


def new_opening_code() -> SealedText:
    """A code of 125 random bits in five groups of five."""
    return SealedText("-".join(_random_word(CODE_GROUP) for _ in range(CODE_GROUPS)))


def read_opening_code(typed: str) -> SealedText:
    """The code as it was issued, whatever the letter case, the spaces and the look-alikes it was typed with."""
    bare = "".join(c for c in typed.upper().translate(_MISREAD) if c in ALPHABET)
    groups = [bare[start : start + CODE_GROUP] for start in range(0, len(bare), CODE_GROUP)]
    return SealedText("-".join(groups))


def _random_word(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
