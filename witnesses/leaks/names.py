"""Names in a text: both names near each other, one with an initial, or one alone. Pure.

The work grows with the text and not with how many names it says: each word is asked once whose it can be, and two words
near each other whom they share.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from operator import attrgetter
from typing import Final

from witnesses.leaks.letters import is_latin
from witnesses.leaks.name_forms import SHORTENED, NameForms, Part
from witnesses.leaks.name_parts import Name
from witnesses.leaks.name_surety import alone, together
from witnesses.leaks.pages import Page
from witnesses.leaks.plain_words import BEGINNINGS, ENDINGS, ENGLISH, GIVEN, NO_INITIALS, SENTENCE
from witnesses.leaks.surety import Surety

Found = Iterator[tuple[str, Surety]]
# Between two fields of a form; nothing is farther apart.
_WIDEST_FORM: Final = 4
_SHORTEST_SPACED: Final = 5
_MOST_SILENT: Final = 200_000
# With a letter beside them they are words of a sentence.
_NO_FAMILY: Final = SENTENCE | ENGLISH
_COMPOUNDED: Final = ENDINGS | BEGINNINGS | GIVEN


class _Word:
    """What a word of a text is a form of: whose parts it can be, and how sure it is by itself."""

    __slots__ = ("alone", "families", "labels", "parts")

    def __init__(self, parts: list[Part]) -> None:
        self.parts: dict[Name, list[Part]] = defaultdict(list)
        for part in parts:
            self.parts[part.name].append(part)
        self.labels = frozenset(name.label for name in self.parts)
        self.families = [part.name for part in parts if part.bits >> (len(part.name.parts) - 1)]
        levels = ((part.name.label, alone(part.name, part.bits, exact=part.exact)) for part in parts)
        self.alone = frozenset((label, level) for label, level in levels if level)

    def __repr__(self) -> str:
        return "<sealed>"


@dataclass(frozen=True, slots=True, repr=False)
class _Spot:
    """Such a word where it stands, `width` words of the text wide."""

    start: int
    width: int
    word: _Word

    def __repr__(self) -> str:
        return "<sealed>"


class Names:
    """The names that are looked for."""

    __slots__ = ("_forms", "_known", "_silent")

    def __init__(self) -> None:
        self._forms = NameForms()
        self._known: dict[str, _Word] = {}
        self._silent: set[str] = set()

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, name: Name) -> None:
        """Takes a name."""
        self.let_go_of_texts()
        self._forms.add(name)

    def forget(self) -> None:
        """Lets go of all names."""
        self._forms.clear()
        self.let_go_of_texts()

    def let_go_of_texts(self) -> None:
        """Forgets the words of texts, which are remembered so that none is compared twice."""
        self._known.clear()
        self._silent.clear()

    def found(self, page: Page) -> Found:
        """Each label with how sure; the same label several times. Notes in the page where parts of names stand."""
        spots = self._spots(page)
        for word in {spot.word for spot in spots}:
            yield from word.alone
        for spot in spots:
            page.named[spot.start].append(spot.word.labels)
            if spot.word.families:
                letters = _initials(spot, page.words)
                fitting = spot.word.families if letters else ()
                yield from ((name.label, Surety.LIKELY) for name in fitting if letters & name.initials)
        for one, other in _near(spots):
            yield from _both(one, other, page.words)
        yield from self._spaced_out(page)

    def _spots(self, page: Page) -> list[_Spot]:
        words = [(at, 1, word) for word, places in self._spoken(page).items() for at in places]
        said = [*words, *page.joined(self._forms.written), *_compounds(page)]
        spots = [_Spot(start, width, of) for start, width, word in said if (of := self._of(word))]
        return sorted(spots, key=attrgetter("start", "width"))

    def _spoken(self, page: Page) -> dict[str, list[int]]:
        unheard = page.distinct - self._silent
        if len(self._silent) > _MOST_SILENT:
            self._silent.clear()
        speaking = {word for word in unheard if self._of(word)}
        self._silent |= unheard - speaking
        return page.positions(speaking) if speaking else {}

    def _of(self, word: str) -> _Word | None:
        found = self._known.get(word)
        if found is None:
            parts = self._forms.of(word)
            if parts:
                self._known[word] = found = _Word(parts)
        return found

    def _spaced_out(self, page: Page) -> Found:
        longest = max(map(len, self._forms.written), default=0) if page.spaced_out else 0
        for run in page.spaced_out:
            for start in range(len(run) - _SHORTEST_SPACED + 1):
                for end in range(start + _SHORTEST_SPACED, min(len(run), start + longest) + 1):
                    for part in self._forms.written.get(run[start:end], ()):
                        several = part.bits & (part.bits - 1)
                        yield part.name.label, Surety.SURE if several else Surety.POSSIBLE


def _compounds(page: Page) -> Iterator[tuple[int, int, str]]:
    """What is written apart as often as joined: beginnings and endings of family names, and two given names."""
    if page.distinct.isdisjoint(_COMPOUNDED):
        return
    for start, (word, following) in enumerate(pairwise(page.words)):
        if following in ENDINGS or word in BEGINNINGS or (word in GIVEN and following in GIVEN):
            yield start, 2, word + following


def _near(spots: list[_Spot]) -> Iterator[tuple[_Spot, _Spot]]:
    """Two spots of which one begins near enough behind the other to be of one name with it."""
    before: list[_Spot] = []
    for spot in spots:
        before = [one for one in before if spot.start - one.start - one.width <= _WIDEST_FORM]
        yield from ((one, spot) for one in before if one.start + one.width <= spot.start)
        before.append(spot)


def _both(one: _Spot, other: _Spot, words: list[str]) -> Found:
    """How sure both are parts of one name, of each name that they share."""
    shared = one.word.parts.keys() & other.word.parts.keys()
    if not shared:
        return
    end = one.start + one.width
    if words[end - 1] in SHORTENED and words[end] == "." and end < other.start:
        end += 1
    between = tuple(words[end : other.start])
    for name in shared:
        family = len(name.parts) - 1
        for first, second in product(one.word.parts[name], other.word.parts[name]):
            bits = first.bits | second.bits
            if bits not in (first.bits, second.bits):
                level = together(
                    name,
                    bits,
                    exact=first.exact and second.exact,
                    between=between,
                    family_first=bool(first.bits >> family),
                )
                if level:
                    yield name.label, level


def _initials(spot: _Spot, words: list[str]) -> set[str]:
    """The letters beside a spot that can stand for a given name."""
    before, after = spot.start, spot.start + spot.width
    letters = set()
    while before >= 2 and words[before - 1] == "." and len(words[before - 2]) == 1:
        letters.add(words[before - 2])
        before -= 2
    if words[after + 1 : after + 2] == ["."] and len(words[after]) == 1:
        letters.add(words[after])
    if is_latin(words[spot.start]) and words[spot.start] not in _NO_FAMILY:
        # Without a dot: "M Karimi", "Karimi M".
        beside = [*words[max(0, spot.start - 1) : spot.start], *words[after : after + 1]]
        letters |= {word for word in beside if len(word) == 1 and is_latin(word)} - NO_INITIALS
    return letters
