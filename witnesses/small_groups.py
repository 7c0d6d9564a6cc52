"""How far a text narrows down who is behind a pseudonym: prison, ward, year and role, and how many they fit. Pure.

It reads names that the case knows and a few words that everybody uses; it misses what nobody told it. What several
texts say together counts together: each may be harmless alone.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from cases.folding import fold

_YEAR: Final = re.compile(r"(?<!\d)(1[34]\d\d|19\d\d|20\d\d)(?!\d)")
_WARD: Final = re.compile(r"(?<!\w)(?:ward|hall|block|section|بند|سالن|بخش)\s+(\d{1,3})(?!\d)")
_FIRST_GREGORIAN: Final = 1500
_HIJRI: Final = 621
# Nearly everybody in a prison was a prisoner: only what few were narrows.
_ROLES: Final = frozenset(
    map(
        fold,
        (
            *("cook", "nurse", "doctor", "librarian", "guard", "driver", "barber", "clerk", "interpreter"),
            *("آشپز", "پرستار", "پزشک", "کتابدار", "نگهبان", "راننده", "آرایشگر", "منشی", "مترجم"),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Group:
    """So many people at least, at any time of these years (Gregorian): of a place, and of a ward or a role there."""

    at_least: int
    place: str = ""
    ward: str = ""
    role: str = ""
    first: int | None = None
    last: int | None = None

    def lies_within(self, place: str, ward: str, role: str, year: int | None) -> bool:
        """Whether everybody of this group fits what was said, so that at least as many do."""
        said = ((place, self.place), (ward, self.ward), (role, self.role))
        if any(word and word != own for word, own in said):
            return False
        if year is None:
            return True
        return self.first is not None and self.first <= year <= (self.last or self.first)


@dataclass(frozen=True, slots=True)
class Known:
    """What a case knows: every name of each of its places (under one key), and its groups."""

    places: dict[str, str] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What texts say of a person, in folded words; years are Gregorian. Its `repr` says nothing."""

    places: frozenset[str] = frozenset()
    wards: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()

    def __repr__(self) -> str:
        return "<private>"

    def __or__(self, other: "Said") -> "Said":
        return Said(
            self.places | other.places,
            self.wards | other.wards,
            self.roles | other.roles,
            self.years | other.years,
        )

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which kinds of attributes are said: place, ward, role, year."""
        named = (("place", self.places), ("ward", self.wards), ("role", self.roles), ("year", self.years))
        return tuple(name for name, found in named if found)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """That what was said fits fewer than `wanted` people, or that nobody knows how many (`at_least` None)."""

    kinds: tuple[str, ...]
    at_least: int | None
    wanted: int
    # Names what was found without saying it, so that other words ask again.
    key: str


def read_said(texts: Iterable[str], known: Known) -> Said:
    """What these texts say together."""
    folded = " \n ".join(fold(text) for text in texts)
    return Said(
        places=frozenset(key for name, key in known.places.items() if _stands_in(name, folded)),
        wards=frozenset(
            {match.group(1) for match in _WARD.finditer(folded)}
            | {group.ward for group in known.groups if _stands_in(group.ward, folded)}
        ),
        roles=frozenset(
            role for role in _ROLES | {group.role for group in known.groups} if _stands_in(role, folded)
        ),
        years=frozenset(_years(folded)),
    )


def narrowing(said: Said, groups: Collection[Group], *, wanted: int) -> Narrowing | None:
    """None where one attribute alone is said, or where enough people are known for all that is said together."""
    if len(said.kinds) < 2:
        return None
    fewest: int | None = wanted
    for place, ward, role, year in product(
        sorted(said.places) or [""], sorted(said.wards) or [""], sorted(said.roles) or [""], _each(said.years)
    ):
        fitting = [group.at_least for group in groups if group.lies_within(place, ward, role, year)]
        if not fitting:
            return Narrowing(said.kinds, None, wanted, _key(said))
        fewest = min(fewest or wanted, max(fitting))
    if fewest is None or fewest >= wanted:
        return None
    return Narrowing(said.kinds, fewest, wanted, _key(said))


def ward_key(text: str) -> str:
    """A ward as texts name it: its number where it has one, else its folded name."""
    folded = fold(text)
    number = re.fullmatch(r"(?:\D*\s)?(\d{1,3})", folded)
    return number.group(1) if number else folded


def _each(years: Collection[int]) -> list[int | None]:
    return [*sorted(years)] or [None]


def _years(folded: str) -> Iterator[int]:
    for match in _YEAR.finditer(folded):
        year = int(match.group(1))
        yield from (year,) if year > _FIRST_GREGORIAN else (year + _HIJRI, year + _HIJRI + 1)


def _stands_in(word: str, folded: str) -> bool:
    if not word:
        return False
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded) is not None


def _key(said: Said) -> str:
    parts = (said.places, said.wards, said.roles, {str(year) for year in said.years})
    whole = "\n".join("\t".join(sorted(part)) for part in parts)
    return hashlib.sha256(f"dadkhah small group v1\n{whole}".encode()).hexdigest()[:32]
