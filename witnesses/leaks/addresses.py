"""Postal addresses: a street with its number, or most of the words of one. A town alone tells nothing. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from witnesses.leaks.letters import words
from witnesses.leaks.pages import Page
from witnesses.leaks.plain_words import ADDRESS, ALONE, GIVEN, SENTENCE
from witnesses.leaks.surety import Surety

_WINDOW, _NEAR = 12, 3
_MOST_WORDS: Final = 3
_SHORTEST: Final = 3
_LONGEST_NUMBER: Final = 5


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class _Address:
    label: str
    words: frozenset[str]
    numbers: frozenset[str]

    def __repr__(self) -> str:
        return "<sealed>"


class Addresses:
    """The postal addresses that are looked for."""

    __slots__ = ("_by_word",)

    def __init__(self) -> None:
        self._by_word: dict[str, list[_Address]] = defaultdict(list)

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, label: str, text: str) -> None:
        """Takes an address as somebody wrote it; nothing of one that names no street."""
        split = [word for word in words(text) if word not in ADDRESS]
        numbers = frozenset(word for word in split if word[0].isdigit() and len(word) <= _LONGEST_NUMBER)
        places = ALONE - GIVEN
        telling = frozenset(
            word
            for word in split
            if word.isalpha() and len(word) >= _SHORTEST and word not in places and word not in SENTENCE
        )
        if telling and (numbers or len(telling) >= _MOST_WORDS):
            address = _Address(label, telling, numbers)
            for word in telling:
                self._by_word[word].append(address)

    def forget(self) -> None:
        """Lets go of all."""
        self._by_word.clear()

    def found(self, page: Page) -> Iterator[tuple[str, Surety]]:
        """Each label with how sure; the same label several times."""
        present = page.distinct & self._by_word.keys()
        for address in {address for word in present for address in self._by_word[word]}:
            level = _level(address, page)
            if level:
                yield address.label, level


def _level(address: _Address, page: Page) -> Surety | None:
    at = page.positions(address.words | address.numbers)
    named = sorted((place, word) for word in address.words for place in at.get(word, ()))
    numbered = [place for number in address.numbers for place in at.get(number, ())]
    best: Surety | None = None
    for place, _word in named:
        near = {other for spot, other in named if 0 <= spot - place <= _WINDOW}
        distances = [_apart(page.words, place, spot) for spot in numbered if abs(spot - place) <= _WINDOW]
        if len(near) > 1 and distances:
            return Surety.SURE
        if (distances and min(distances) <= _NEAR) or len(near) >= _MOST_WORDS:
            best = Surety.LIKELY
    return best


def _apart(page_words: list[str], one: int, other: int) -> int:
    """How far two words are apart, those of every address not counted."""
    low, high = sorted((one, other))
    return 1 + sum(word not in ADDRESS and word != "." for word in page_words[low + 1 : high])
