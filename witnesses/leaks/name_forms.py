"""The forms in which parts of names can stand in a text, and what a word of a text is a form of. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from witnesses.leaks.hearing import Reading, agree, readings
from witnesses.leaks.letters import is_persian
from witnesses.leaks.look_alikes import is_of_a_language, looks_of
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
        # By consonants: many people have one name, and it is compared once.
        self._heard: dict[str, dict[Reading, list[Part]]] = defaultdict(lambda: defaultdict(list))

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, name: Name) -> None:
        """Takes the name's parts, alone and joined to their neighbours."""
        for bits, form in _joined(name):
            self.written[form].append(Part(name, bits, exact=True))
            heard = Part(name, bits, exact=False)
            # Of letters that nobody reads by our rules (Azeri ones) what they look like.
            for reading in readings(form) or [one for look in looks_of(form) for one in readings(look)]:
                self._heard[reading.consonants][reading].append(heard)
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
        looks = [] if word.isascii() and word.isalpha() else looks_of(word)
        is_foreign = is_of_a_language(word)
        if not word.isalpha():
            word = "".join(letter for letter in word if letter.isalpha())
        found = {(part.name, part.bits): part for part in self._alike(word)}
        for look in looks:
            hidden = (Part(part.name, part.bits, exact=False) for part in self.written.get(look, ()))
            # Nearly every Russian word looks like some word that sounds like something.
            alike = hidden if is_foreign else (*self._alike(look), *hidden)
            found |= {(part.name, part.bits): part for part in alike}
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
            for sought, parts in self._heard.get(reading.consonants, {}).items():
                if agree(reading, sought):
                    yield from parts


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
