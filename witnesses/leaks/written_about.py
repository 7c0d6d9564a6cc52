"""Names and places in what somebody wrote freely: taken only where the words around say that it is one. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from cases.folding import fold
from witnesses.leaks.letters import is_persian, words
from witnesses.leaks.name_parts import Name, names_in
from witnesses.leaks.plain_words import ADDRESS, ALONE, FIELD, GIVEN, KIN, NO_NAMES, PLACES, SENTENCE, TITLES

_SENTENCE: Final = re.compile(r"[\n\r.,،;؛:()\d@/|!?؟]+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:[\u200c'’-][^\W\d_]+)*")
_MOST_PARTS: Final = 3
_FAMILY_ENDS: Final = ("ی", "زاده", "پور", "نژاد", "نیا", "فر", "یان", "مند", "وند", "لو", "راد")
_NAME_OF: Final = frozenset(
    map(fold, ("روستای", "روستا", "ده", "دهستان", "بخش", "شهر", "شهرستان", "village", "of"))
)
_MOST_PLACE_WORDS, _SHORTEST_PLACE = 3, 4


def names_written_in(label: str, text: str) -> Iterator[Name]:
    """The names after a word for a relative, and of a line that is nothing but a name.

    Other names are not taken: of a free text every other word would be one.
    """
    for sentence in _SENTENCE.split(text):
        said = _WORD.findall(sentence)
        for at, word in enumerate(said):
            if _is_kin(fold(word)):
                yield from _name_at(label, said[at + 1 :])
        if 2 <= len(said) <= _MOST_PARTS and fold(said[0]) in GIVEN:
            yield from _name_at(label, said, whole=len(said))


def village_in(text: str) -> str:
    """The words of a place of birth that few share, folded and joined by blanks; empty for a city or country."""
    first = re.split(r"[,،;؛()\n/]", text)[0]
    split = [word for word in words(first) if word not in _NAME_OF and word != "."]
    known = PLACES | (ALONE - GIVEN)
    joined = "".join(split)
    if not split or len(split) > _MOST_PLACE_WORDS or len(joined) < _SHORTEST_PLACE or joined in known:
        return ""
    if all(word in known or word in SENTENCE or word in ADDRESS or word in FIELD for word in split):
        return ""
    return " ".join(split)


def _is_kin(word: str) -> bool:
    """Whether a word says who somebody is to another; in Persian also with "his" at its end."""
    return word in KIN or (
        is_persian(word) and any(word == f"{one}{end}" for one in KIN for end in ("ش", "م", "اش"))
    )


def _name_at(label: str, said: list[str], *, whole: int = 0) -> Iterator[Name]:
    taken: list[str] = []
    for word in said[: _MOST_PARTS + 1]:
        plain = fold(word)
        if plain in TITLES and not taken:
            continue
        if plain in SENTENCE or plain in NO_NAMES or _is_kin(plain) or len(taken) == _MOST_PARTS:
            break
        if not is_persian(plain) and not word[:1].isupper():
            break
        taken.append(word)
    if taken and is_persian(fold(taken[0])):
        # Without capitals only a common given name, or how family names end, tells a name from a verb.
        taken = taken[:2]
        if fold(taken[0]) not in GIVEN and not (len(taken) == 2 and fold(taken[1]).endswith(_FAMILY_ENDS)):
            return
    if len(taken) > 1 and len(taken) >= whole:
        yield from names_in(label, " ".join(taken))
