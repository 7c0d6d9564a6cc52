"""Postal addresses: a street with its number, or most of the words of one. A town alone tells nothing. Pure.

A street is known in another spelling and in the other script too, which is less sure.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from witnesses.leaks.hearing import Reading, agree, readings
from witnesses.leaks.letters import words
from witnesses.leaks.pages import Page
from witnesses.leaks.plain_words import ADDRESS, ALONE, GIVEN, SENTENCE, TRANSLATED
from witnesses.leaks.surety import Surety

_WINDOW, _NEAR = 12, 3
_MOST_WORDS: Final = 3
_SHORTEST: Final = 3
_LONGEST_NUMBER: Final = 5
_LONGEST_WORD: Final = 40
# Shorter words sound like too many others: of one alone, and of several.
_FEWEST_CONSONANTS_ALONE: Final = 3
_MOST_SILENT: Final = 200_000


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class _Address:
    label: str
    words: frozenset[str]
    numbers: frozenset[str]

    def __repr__(self) -> str:
        return "<sealed>"


@dataclass(frozen=True, slots=True, order=True, repr=False)
class _Spot:
    """A word of an address where it stands in a text: as it was sealed, or otherwise."""

    place: int
    word: str
    exact: bool

    def __repr__(self) -> str:
        return "<sealed>"


_place: Final = attrgetter("place")


class Addresses:
    """The postal addresses that are looked for."""

    __slots__ = ("_by_sound", "_by_word", "_heard", "_numbers", "_silent", "_translated")

    def __init__(self) -> None:
        self._by_word: dict[str, list[_Address]] = defaultdict(list)
        self._by_sound: dict[str, list[tuple[Reading, str]]] = defaultdict(list)
        self._translated: dict[str, set[str]] = defaultdict(set)
        self._numbers: set[str] = set()
        # Of the words of texts, what each is heard as, and those that are heard as nothing.
        self._heard: dict[str, tuple[str, ...]] = {}
        self._silent: set[str] = set()

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, label: str, text: str) -> None:
        """Takes an address as somebody wrote it; nothing of one that names no street."""
        self.let_go_of_texts()
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
            self._numbers |= numbers
            for word in telling:
                if word not in self._by_word:
                    self._take_sound(word)
                self._by_word[word].append(address)

    def forget(self) -> None:
        """Lets go of all."""
        for held in (self._by_word, self._by_sound, self._translated, self._numbers):
            held.clear()
        self.let_go_of_texts()

    def let_go_of_texts(self) -> None:
        """Forgets the words of texts."""
        self._heard.clear()
        self._silent.clear()

    def found(self, page: Page) -> Iterator[tuple[str, Surety]]:
        """Each label with how sure; the same label several times."""
        numbers = page.distinct & self._numbers
        hears = bool(numbers) or not page.distinct.isdisjoint(ADDRESS)
        present = page.distinct & self._by_word.keys()
        meant = {word: (word,) for word in present} | (self._meant(page) if hears else {})
        if not meant:
            return
        spots: dict[str, list[_Spot]] = defaultdict(list)
        numbered: dict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(page.words):
            for sealed in meant.get(word, ()):
                spots[sealed].append(_Spot(place, sealed, word == sealed))
            if word in numbers:
                numbered[word].append(place)
        for address in {address for word in spots for address in self._by_word[word]}:
            levels = (
                _level(named, at, page.words) for named, at in _neighbourhoods(address, spots, numbered)
            )
            yield from ((address.label, level) for level in levels if level)

    def _take_sound(self, word: str) -> None:
        for reading in readings(word):
            self._by_sound[reading.consonants].append((reading, word))
        if word in TRANSLATED:
            self._translated[TRANSLATED[word]].add(word)

    def _meant(self, page: Page) -> dict[str, tuple[str, ...]]:
        """Of the page's words those that can be words of an address in another spelling, and which."""
        unheard = page.distinct - self._silent
        if len(self._silent) > _MOST_SILENT:
            self._silent.clear()
        meant = {word: heard for word in unheard if (heard := self._hear(word))}
        self._silent |= unheard - meant.keys()
        return meant

    def _hear(self, word: str) -> tuple[str, ...]:
        known = self._heard.get(word)
        if known is None:
            found = {word} & self._by_word.keys() | self._translated.get(TRANSLATED.get(word, ""), set())
            if word.isalpha() and _SHORTEST <= len(word) <= _LONGEST_WORD and word not in SENTENCE:
                for reading in readings(word):
                    alike = self._by_sound.get(reading.consonants, ())
                    found |= {sealed for sought, sealed in alike if agree(reading, sought)}
            known = tuple(found)
            if known:
                self._heard[word] = known
        return known


def _neighbourhoods(
    address: _Address, spots: dict[str, list[_Spot]], numbered: dict[str, list[int]]
) -> Iterator[tuple[list[_Spot], list[int]]]:
    """The words and numbers of an address that stand near each other, in stretches of a text.

    Around each but the most frequent of them: two are needed anyway, and a word that all addresses of a text have would
    make the work grow with the square of how many there are.
    """
    words = [spots[word] for word in address.words if word in spots]
    numbers = [numbered[number] for number in address.numbers if number in numbered]
    places = [*([spot.place for spot in one] for one in words), *numbers]
    rare = sorted(places, key=len)[:-1] if len(words) >= _MOST_WORDS or numbers else ()
    for place in (place for held in rare for place in held):
        low, high = place - _WINDOW, place + _WINDOW
        named = [
            spot
            for held in words
            for spot in held[bisect_left(held, low, key=_place) : bisect_right(held, high, key=_place)]
        ]
        at = [one for held in numbers for one in held[bisect_left(held, low) : bisect_right(held, high)]]
        yield sorted(named), sorted(at)


def _level(named: list[_Spot], numbered: list[int], page_words: list[str]) -> Surety | None:
    best: Surety | None = None
    for index, spot in enumerate(named):
        near = [spot]
        for other in named[index + 1 :]:
            if other.place - spot.place > _WINDOW:
                break
            near.append(other)
        first = bisect_left(numbered, spot.place - _WINDOW)
        beside = numbered[first : bisect_right(numbered, spot.place + _WINDOW)]
        level = _near(near, [_apart(page_words, spot.place, place) for place in beside])
        if level is Surety.SURE:
            return level
        best = level.or_stronger(best) if level else best
    return best


def _near(spots: list[_Spot], distances: list[int]) -> Surety | None:
    """How sure the words of an address are that stand near each other, with its numbers so far away."""
    words_exact, words_all = {spot.word for spot in spots if spot.exact}, {spot.word for spot in spots}
    beside = bool(distances) and min(distances) <= _NEAR
    first = spots[0]
    if len(words_exact) > 1 and distances:
        return Surety.SURE
    if (first.exact and beside) or len(words_exact) >= _MOST_WORDS or (len(words_all) > 1 and distances):
        return Surety.LIKELY
    is_telling = any(len(one.consonants) >= _FEWEST_CONSONANTS_ALONE for one in readings(first.word))
    if len(words_all) >= _MOST_WORDS or (beside and is_telling and first.word not in TRANSLATED):
        return Surety.POSSIBLE
    return None


def _apart(page_words: list[str], one: int, other: int) -> int:
    """How far two words are apart, those of every address not counted."""
    low, high = sorted((one, other))
    return 1 + sum(word not in ADDRESS and word != "." for word in page_words[low + 1 : high])
