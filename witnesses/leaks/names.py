"""Names in a text: both names near each other, one with an initial, or one alone. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from witnesses.leaks.letters import is_latin, is_persian
from witnesses.leaks.name_forms import SHORTENED, NameForms, Part
from witnesses.leaks.name_parts import Name
from witnesses.leaks.pages import Page
from witnesses.leaks.plain_words import (
    ALONE,
    BEGINNINGS,
    ENDINGS,
    ENGLISH,
    FIELD,
    GIVEN,
    NO_INITIALS,
    SENTENCE,
)
from witnesses.leaks.surety import Surety

Found = Iterator[tuple[str, Surety]]
_WIDEST_GAP: Final = 2
# Between two fields of a form.
_WIDEST_FORM: Final = 4
_SHORTEST_ALONE: Final = 4
_SHORTEST_HEARD_ALONE: Final = {True: 5, False: 7}
_MOST_SILENT: Final = 200_000
_TELLS_NOTHING: Final = ALONE | SENTENCE
# With a letter beside them they are words of a sentence.
_NO_FAMILY: Final = SENTENCE | ENGLISH
_COMPOUNDED: Final = ENDINGS | BEGINNINGS | GIVEN


@dataclass(frozen=True, slots=True, order=True, repr=False)
class _Sight:
    """Parts of one name that stand at one position of a page, `width` words wide."""

    start: int
    width: int
    bits: int
    exact: bool

    def __repr__(self) -> str:
        return "<sealed>"


class Names:
    """The names that are looked for."""

    __slots__ = ("_alone", "_forms", "_known", "_silent")

    def __init__(self) -> None:
        self._forms = NameForms()
        self._known: dict[str, list[Part]] = {}
        self._silent: set[str] = set()
        # How sure parts of a name are by themselves: worked out once, not for every page.
        self._alone: dict[tuple[Name, int, bool], Surety | None] = {}

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, name: Name) -> None:
        """Takes a name."""
        self.let_go_of_texts()
        self._forms.add(name)

    def forget(self) -> None:
        """Lets go of all names."""
        self._forms.clear()
        self._alone.clear()
        self.let_go_of_texts()

    def let_go_of_texts(self) -> None:
        """Forgets the words of texts, which are remembered so that none is compared twice."""
        self._known.clear()
        self._silent.clear()

    def found(self, page: Page) -> Found:
        """Each label with how sure; the same label several times. Notes in the page where parts of names stand."""
        for name, sights in self._sights(page).items():
            page.named[name.label].extend(sight.start for sight in sights)
            for bits, exact in {(sight.bits, sight.exact) for sight in sights}:
                alone = self._by_itself(name, bits, exact=exact)
                if alone:
                    yield name.label, alone
            family = 1 << (len(name.parts) - 1)
            if any(sight.bits & family and _has_initial(name, sight, page.words) for sight in sights):
                yield name.label, Surety.LIKELY
            if len(sights) > 1:
                yield from ((name.label, level) for level in _together(name, sorted(sights), page.words))
        yield from self._spaced_out(page)

    def _by_itself(self, name: Name, bits: int, *, exact: bool) -> Surety | None:
        key = (name, bits, exact)
        if key not in self._alone:
            self._alone[key] = _alone(name, bits, exact=exact)
        return self._alone[key]

    def _sights(self, page: Page) -> dict[Name, list[_Sight]]:
        seen: dict[Name, list[_Sight]] = defaultdict(list)
        spots = [(at, 1, word) for word, places in self._spoken(page).items() for at in places]
        for start, width, word in [*spots, *page.joined(self._forms.written), *_compounds(page)]:
            for part in self._of(word):
                seen[part.name].append(_Sight(start, width, part.bits, part.exact))
        return seen

    def _spoken(self, page: Page) -> dict[str, list[int]]:
        unheard = page.distinct - self._silent
        if len(self._silent) > _MOST_SILENT:
            self._silent.clear()
        speaking = {word for word in unheard if self._of(word)}
        self._silent |= unheard - speaking
        return page.positions(speaking) if speaking else {}

    def _of(self, word: str) -> list[Part]:
        found = self._known.get(word)
        if found is None:
            found = self._forms.of(word)
            if found:
                self._known[word] = found
        return found

    def _spaced_out(self, page: Page) -> Found:
        for run in page.spaced_out:
            for form, parts in self._forms.written.items():
                if len(form) > _SHORTEST_ALONE and form in run:
                    for part in parts:
                        whole = part.bits & (part.bits - 1)
                        yield part.name.label, Surety.SURE if whole else Surety.POSSIBLE


def _compounds(page: Page) -> Iterator[tuple[int, int, str]]:
    """What is written apart as often as joined: beginnings and endings of family names, and two given names."""
    if page.distinct.isdisjoint(_COMPOUNDED):
        return
    for start, (word, following) in enumerate(pairwise(page.words)):
        if following in ENDINGS or word in BEGINNINGS or (word in GIVEN and following in GIVEN):
            yield start, 2, word + following


def _alone(name: Name, bits: int, *, exact: bool) -> Surety | None:
    """Several parts in one word; or a part that few have, by itself."""
    parts = _parts_of(name, bits)
    if len(parts) > 1:
        return _level(name, bits, exact=exact, between=())
    rare = parts[0] not in _TELLS_NOTHING and len(parts[0]) >= _SHORTEST_ALONE
    # A short name sounds like too many words.
    heard_enough = exact or len(parts[0]) >= _SHORTEST_HEARD_ALONE[is_persian(parts[0])]
    return Surety.POSSIBLE if rare and heard_enough else None


def _together(name: Name, sights: list[_Sight], words: list[str]) -> Iterator[Surety]:
    for index, one in enumerate(sights):
        for other in sights[index + 1 :]:
            end = one.start + one.width
            if other.start - end > _WIDEST_FORM:
                break
            bits = one.bits | other.bits
            if other.start < end or bits in (one.bits, other.bits):
                continue
            if words[end - 1] in SHORTENED and words[end] == ".":
                end += 1
            between = tuple(words[end : other.start])
            if len(between) > _WIDEST_GAP and not _is_form(between):
                continue
            level = _level(name, bits, exact=one.exact and other.exact, between=between)
            if level:
                yield level


def _level(name: Name, bits: int, *, exact: bool, between: tuple[str, ...]) -> Surety | None:
    """How sure several parts of a name are, with these words between them."""
    parts = _parts_of(name, bits)
    parted = any(word in SENTENCE or word == "." for word in between)
    if not bits >> (len(name.parts) - 1):
        # Without the family name: "Mohammad Ali" is half a country.
        if between or all(part in GIVEN for part in parts):
            return None
        return Surety.LIKELY if exact and not all(part in ALONE for part in parts) else Surety.POSSIBLE
    if not between:
        return Surety.SURE if exact else Surety.LIKELY
    if _is_form(between):
        return Surety.LIKELY
    if parted or (len(between) > 1 and not exact):
        return Surety.POSSIBLE
    return Surety.LIKELY


def _is_form(between: tuple[str, ...]) -> bool:
    """Whether the parts of a name stand in a form: "Name: Ali, Family name: Rezaei"."""
    return not FIELD.isdisjoint(between) and all(word in FIELD or word == "." for word in between)


def _has_initial(name: Name, sight: _Sight, words: list[str]) -> bool:
    before, after = sight.start, sight.start + sight.width
    letters = set()
    while before >= 2 and words[before - 1] == "." and len(words[before - 2]) == 1:
        letters.add(words[before - 2])
        before -= 2
    if words[after + 1 : after + 2] == ["."] and len(words[after]) == 1:
        letters.add(words[after])
    if is_latin(words[sight.start]) and words[sight.start] not in _NO_FAMILY:
        # Without a dot: "M Karimi", "Karimi M".
        beside = [*words[max(0, sight.start - 1) : sight.start], *words[after : after + 1]]
        letters |= {word for word in beside if len(word) == 1 and is_latin(word)} - NO_INITIALS
    return bool(letters & name.initials)


def _parts_of(name: Name, bits: int) -> list[str]:
    return [part for place, part in enumerate(name.parts) if bits >> place & 1]
