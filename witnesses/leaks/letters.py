"""Text as words that can be compared, whatever a program made of it on the way. Pure.

Letters are folded as `cases.folding.fold` folds them, presentation forms and marks included; what is neither letter
nor digit becomes a space, an apostrophe nothing. A dot stays a word of its own, for it tells an initial, unless it
joins words as in a file name. The joiner that parts Persian words (ZWNJ) becomes a space: neighbours are joined again
when they are compared.
"""

import html
import re
from typing import Final

from cases.folding import fold
from witnesses.leaks.disguises import uncovered
from witnesses.leaks.folded import unfolded

_APOSTROPHES: Final = frozenset("'’‘ʼʻʿʾ`´′")
_SOFT_BREAK: Final = "\u200c"
_POSSESSIVE: Final = re.compile(r"['’]s\b", re.IGNORECASE)
_JOINING_DOT: Final = re.compile(r"\.(?<=[^\W_][^\W_]\.)(?=[^\W_])")
# Letters that no reader sees: the same as those of ASCII, so far above them.
_UNSEEN: Final = range(0xE0020, 0xE007F)
_UNSEEN_ABOVE: Final = 0xE0000
# White letters on a disc or a square, and the letters of flags: 26 each.
_ON_A_GROUND: Final = (0x1F150, 0x1F170, 0x1F1E6)
_LARGEST_TABLE: Final = 20_000


class _Table(dict[int, str]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        if len(self) > _LARGEST_TABLE:
            self.clear()
        self[code] = become = _become(chr(code))
        return become


def _become(letter: str) -> str:
    if ord(letter) in _UNSEEN:
        letter = chr(ord(letter) - _UNSEEN_ABOVE)
    for first in _ON_A_GROUND:
        if first <= ord(letter) < first + 26:
            letter = chr(ord("a") + ord(letter) - first)
    if letter in _APOSTROPHES:
        return ""
    if letter == _SOFT_BREAK:
        return " "
    if letter == ".":
        return " . "
    folded = fold(letter)
    if not folded and letter.isspace():
        return " "
    return "".join(one if one.isalnum() else " " for one in folded)


_TABLE: Final = _Table()


def words(text: str) -> list[str]:
    """The words of a text, in order; codes and entities read, possessives cut, words that a dot joins parted.

    Behind what is folded into letters comes what is in it.
    """
    return words_as_they_stand(unfolded(text))


def words_as_they_stand(text: str) -> list[str]:
    """The same, and nothing between them of what is folded into letters: it parts what was written as one."""
    text = uncovered(text)
    if "&" in text:
        text = html.unescape(text)
    if "'" in text or "’" in text:
        text = _POSSESSIVE.sub(" ", text)
    return _JOINING_DOT.sub(" ", text).translate(_TABLE).split()


def is_persian(word: str) -> bool:
    """Whether a word is written in the Arabic script."""
    return "\u0600" <= word[:1] <= "\u06ff"


def is_cyrillic(word: str) -> bool:
    """Whether a folded word is written in Cyrillic letters alone."""
    return bool(word) and all("\u0430" <= letter <= "\u052f" for letter in word)


def is_latin(word: str) -> bool:
    """Whether a folded word is written in Latin letters alone."""
    return word.isascii() and word.isalpha()
