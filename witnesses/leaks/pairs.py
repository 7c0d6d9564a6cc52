"""Who of many open identities may be one person, and by what; never by which value. Pure: no database.

Identities meet only where they share a number, an address, or the consonants of a family name and a given name, so
that the work grows with what is alike and not with the square of all.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from django.views.decorators.debug import sensitive_variables

from witnesses.identity import OpenedIdentity
from witnesses.leaks.birth_dates import day_of
from witnesses.leaks.hearing import agree, readings
from witnesses.leaks.name_parts import Name, names_in
from witnesses.leaks.net_names import emails_in
from witnesses.leaks.numbers import long_numbers
from witnesses.leaks.surety import Surety

Key = tuple[str, ...]


class Likeness(StrEnum):
    """What two identities have in common, as a kind."""

    DOCUMENT = "document"
    TELEPHONE = "telephone"
    EMAIL = "email"
    SAME_NAME = "same_name"
    NAMES_ALIKE = "names_alike"
    BIRTHDAY = "birthday"


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two labels that may be one person, how sure, and why, in kinds alone."""

    one: str
    other: str
    surety: Surety
    by: tuple[Likeness, ...]


class Pairing:
    """Add each identity under its label; ask for the pairs; forget."""

    __slots__ = ("_names", "_shared")

    def __init__(self) -> None:
        self._shared: dict[Key, set[str]] = defaultdict(set)
        self._names: dict[Key, list[Name]] = defaultdict(list)

    def __repr__(self) -> str:
        return "<sealed>"

    @sensitive_variables()
    def add(self, label: str, opened: OpenedIdentity) -> None:
        """Takes of the identity what tells people apart."""
        contacts = [str(row.text) for row in opened.rows("contacts")]
        for text in contacts:
            self._share(Likeness.TELEPHONE, long_numbers(text), label)
            self._share(Likeness.EMAIL, emails_in(text), label)
        for row in opened.rows("documents"):
            self._share(Likeness.DOCUMENT, long_numbers(str(row.text)), label)
        day = day_of(str(opened.text("date_of_birth")))
        self._share(Likeness.BIRTHDAY, [day.isoformat()] if day else [], label)
        for written in opened.full_names:
            for name in names_in(label, str(written.text)):
                for key in _name_keys(name):
                    self._names[key].append(name)

    @sensitive_variables()
    def pairs(self) -> list[Pair]:
        """The pairs that may be one person, the surest first. A day of birth alone makes none."""
        found: dict[tuple[str, str], set[Likeness]] = defaultdict(set)
        for (kind, _value), labels in self._shared.items():
            if kind != Likeness.BIRTHDAY:
                for pair in combinations(sorted(labels), 2):
                    found[pair].add(Likeness(kind))
        for names in self._names.values():
            for one, other in combinations(names, 2):
                if one.label != other.label and _agree(one, other):
                    same = set(one.parts) == set(other.parts)
                    first, second = sorted((one.label, other.label))
                    found[first, second].add(Likeness.SAME_NAME if same else Likeness.NAMES_ALIKE)
        days = {
            label: key for key, labels in self._shared.items() if key[0] == "birthday" for label in labels
        }
        for (one_label, other_label), by in found.items():
            if days.get(one_label, one_label) == days.get(other_label, other_label):
                by.add(Likeness.BIRTHDAY)
        pairs = [
            Pair(*pair, _surety(by), tuple(kind for kind in Likeness if kind in by))
            for pair, by in found.items()
        ]
        return sorted(pairs, key=lambda pair: (pair.surety.rank, pair.one, pair.other))

    def forget(self) -> None:
        """Lets go of everything. Best effort: Python frees text, it does not overwrite it."""
        self._shared.clear()
        self._names.clear()

    def _share(self, kind: Likeness, values: Iterable[str], label: str) -> None:
        for value in values:
            self._shared[kind, value].add(label)


def _name_keys(name: Name) -> Iterator[Key]:
    """The consonants of the family name with those of each other part; names of other scripts by their letters."""
    *given, family = name.parts
    for part in given:
        yield from {(one, other) for one in _consonants(family) for other in _consonants(part)}


def _consonants(part: str) -> set[str]:
    return {reading.consonants for reading in readings(part)} or {part}


def _agree(one: Name, other: Name) -> bool:
    """Whether the family names and one of the other parts can be the same."""
    given = any(_alike(part, another) for part in one.parts[:-1] for another in other.parts[:-1])
    return given and _alike(one.parts[-1], other.parts[-1])


def _alike(one: str, other: str) -> bool:
    return one == other or any(agree(a, b) for a in readings(one) for b in readings(other))


def _surety(by: set[Likeness]) -> Surety:
    named = bool(by & {Likeness.SAME_NAME, Likeness.NAMES_ALIKE})
    reached = bool(by & {Likeness.TELEPHONE, Likeness.EMAIL})
    if Likeness.DOCUMENT in by or (named and (reached or {Likeness.SAME_NAME, Likeness.BIRTHDAY} <= by)):
        return Surety.SURE
    return Surety.LIKELY if reached or Likeness.BIRTHDAY in by else Surety.POSSIBLE
