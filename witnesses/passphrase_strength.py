"""Which passphrases are refused: what a guesser with a stolen disk and a year would find. Pure: no Django."""

import re
import unicodedata
from itertools import pairwise
from typing import Final

SHORTEST: Final = 14
_FEWEST_DIFFERENT: Final = 8
# Fragments that guessers try first, whatever is added before, after or between.
_COMMON: Final = (
    "password", "passphrase", "passwort", "qwerty", "azerty", "1234567", "abcdefg", "letmein", "welcome", "iloveyou",
    "administrator", "dadkhah", "custodian", "trustno1", "correcthorsebatterystaple", "monkey", "dragon", "football",
    "گذرواژه", "دادخواه", "رمزعبور",
)  # fmt: skip


def weakness(passphrase: str, *, names: tuple[str, ...] = ()) -> str | None:
    """What is wrong with the passphrase, as a word that the caller turns into a sentence; None if nothing is.

    "short", "common", "named" (holds a sign-in name or a part of the person's name), "repetitive" or "plain" (one
    word of one kind of character: several words, or several kinds, are asked for).
    """
    folded = _folded(passphrase)
    joined = re.sub(r"[\s\W_]+", "", folded)
    if len(passphrase) < SHORTEST:
        return "short"
    # A common fragment is forgiven where enough else is around it.
    if any(word in joined and len(joined.replace(word, "")) < SHORTEST for word in _COMMON):
        return "common"
    if any(
        len(part) >= 3 and part in folded for name in names for part in re.split(r"[\s._@-]+", _folded(name))
    ):
        return "named"
    if len(set(folded)) < _FEWEST_DIFFERENT or _is_run(joined):
        return "repetitive"
    if len(set(folded.split())) < 4 and _kinds(passphrase) < 3:
        return "plain"
    return None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _is_run(text: str) -> bool:
    """Whether most steps go to the next or the same character, as in 'aaaabbbbcccc' and 'abcdefgh'."""
    steps = [ord(b) - ord(a) for a, b in pairwise(text)]
    return bool(steps) and sum(step in (-1, 0, 1) for step in steps) * 3 > len(steps) * 2


def _kinds(text: str) -> int:
    tests = (
        str.isupper,
        str.islower,
        str.isdigit,
        lambda c: not c.isalnum() and not c.isspace(),
        _is_caseless,
    )
    return sum(any(test(character) for character in text) for test in tests)


def _is_caseless(character: str) -> bool:
    return character.isalpha() and not character.isupper() and not character.islower()
