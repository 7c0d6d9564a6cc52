"""The forms in which parts of names can stand in a text, and what a word of a text is a form of. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from witnesses.leaks.disguises import as_it_looks
from witnesses.leaks.hearing import Reading, agree, readings
from witnesses.leaks.letters import is_persian
from witnesses.leaks.name_parts import Name
from witnesses.leaks.plain_words import SENTENCE

_MOST_JOINED: Final = 4
_SHORTEST_HEARD: Final = 2
_SHORTEST_REVERSED: Final = 4
_SHORTEST_STEM: Final = 4
_LONGEST_WORD: Final = 60
# How Mohammad is shortened.
SHORTENED: Final = ("md", "mohd", "muhd", "mhd")
_SUFFIXES: Final = ("های", "هایی", "ها", "ام", "اش", "ش", "م", "را", "ی")
_ARTICLES: Final = ("ال", "al", "el")


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """One or several parts of a name, as bits, and whether they stand as they were sealed."""

    name: Name
    bits: int
    exact: bool

    def __repr__(self) -> str:
        return "<sealed>"


class NameForms:
    """Which words are a form of which parts."""

    __slots__ = ("_heard", "_other", "written")

    def __init__(self) -> None:
        self.written: dict[str, list[Part]] = defaultdict(list)
        self._other: dict[str, list[Part]] = defaultdict(list)
        self._heard: dict[str, list[tuple[Reading, Part]]] = defaultdict(list)

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, name: Name) -> None:
        """Takes the name's parts, alone and joined to their neighbours."""
        for bits, form in _joined(name):
            self.written[form].append(Part(name, bits, exact=True))
            heard = Part(name, bits, exact=False)
            for reading in readings(form):
                self._heard[reading.consonants].append((reading, heard))
                if reading.consonants == "mhmd" and not bits & (bits - 1):
                    for short in SHORTENED:
                        self._other[short].append(heard)
            shortest = _SHORTEST_HEARD if is_persian(form) else _SHORTEST_REVERSED
            if len(form) > shortest:
                # Some programs give the letters of a right-to-left line in the order of the page; and a mark that turns
                # the direction shows letters as a name that stand the other way round.
                self._other[form[::-1]].append(heard)

    def of(self, word: str) -> list[Part]:
        """What the word is a form of, each part of a name once, as written before as heard."""
        if len(word) > _LONGEST_WORD:
            return []
        looks = "" if word.isascii() and word.isalpha() else as_it_looks(word)
        if not word.isalpha():
            word = "".join(letter for letter in word if letter.isalpha())
        found = {(part.name, part.bits): part for part in self._alike(word)}
        if looks and looks != word:
            found |= {(part.name, part.bits): part for part in self._alike(looks)}
            hidden = self.written.get(looks, ())
            found |= {(part.name, part.bits): Part(part.name, part.bits, exact=False) for part in hidden}
        found |= {(part.name, part.bits): part for part in self.written.get(word, ())}
        return list(found.values())

    def clear(self) -> None:
        """Lets go of all forms."""
        for held in (self.written, self._other, self._heard):
            held.clear()

    def _alike(self, word: str) -> Iterator[Part]:
        yield from self._other.get(word, ())
        if len(word) < _SHORTEST_HEARD or word in SENTENCE:
            return
        yield from self._sounding(word)
        for stem in _stems(word):
            yield from (Part(part.name, part.bits, exact=False) for part in self.written.get(stem, ()))
            yield from self._sounding(stem)

    def _sounding(self, word: str) -> Iterator[Part]:
        for reading in readings(word):
            for sought, part in self._heard.get(reading.consonants, ()):
                if agree(reading, sought):
                    yield part


def _joined(name: Name) -> Iterator[tuple[int, str]]:
    """Each run of neighbouring parts as bits and as one word; of two parts the other order too."""
    count = len(name.parts)
    for start in range(count):
        for end in range(start + 1, min(count, start + _MOST_JOINED) + 1):
            yield sum(1 << part for part in range(start, end)), "".join(name.parts[start:end])
    if count > 1:
        yield 1 | 1 << (count - 1), name.parts[-1] + name.parts[0]
        if count > 2:
            yield 1 | 1 << (count - 1), name.parts[0] + name.parts[-1]


def _stems(word: str) -> Iterable[str]:
    if is_persian(word):
        for suffix in _SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
                yield word[: -len(suffix)]
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= _SHORTEST_STEM:
            yield word[len(article) :]
