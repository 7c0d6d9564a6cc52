"""Numbers of which somebody left digits out: "0912***4567", "+98 912 xxx 45 67". Pure.

How many signs stand for the digits that are left out is not counted: people write three for any number of them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from witnesses.leaks.pages import Page
from witnesses.leaks.surety import Surety

_END, _START = 2, 3
# A country's code before the number may be left out.
_LONGEST_CODE: Final = 3
# How many digits have to be said: of the end, and of both together.
_LIKELY_END, _LIKELY_ALL, _POSSIBLE_ALL, _POSSIBLE_START = 4, 7, 5, 6


class MaskedNumbers:
    """The numbers that are looked for by their beginning and their end."""

    __slots__ = ("_ends", "_starts")

    def __init__(self) -> None:
        self._ends: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._starts: dict[str, set[tuple[str, str]]] = defaultdict(set)

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, label: str, numbers: Iterable[str]) -> None:
        """Takes long numbers, without the ways to begin them."""
        for number in numbers:
            self._ends[number[-_END:]].add((number, label))
            for code in range(_LONGEST_CODE + 1):
                self._starts[number[code : code + _START]].add((number, label))

    def forget(self) -> None:
        """Lets go of all."""
        self._ends.clear()
        self._starts.clear()

    def found(self, page: Page) -> Iterator[tuple[str, Surety]]:
        """Each label with how sure; the same label several times."""
        for before, after in page.masked:
            # In a line from right to left both stand in each other's place.
            yield from self._fitting(before, after)
            yield from self._fitting(after, before)

    def _fitting(self, head: str, tail: str) -> Iterator[tuple[str, Surety]]:
        starts = {re.sub(way, "", head) for way in (r"^0*", r"^0*98?0?")}
        for start in starts:
            level = _level(len(start), len(tail))
            if level:
                held = self._ends if tail else self._starts
                for number, label in held.get(tail[-_END:] if tail else start[:_START], ()):
                    if _fits(number, start, tail):
                        yield label, level


def _level(start: int, end: int) -> Surety | None:
    """How sure it is by so many digits of the beginning, zeros before it left out, and so many of the end."""
    if end:
        likely = start > 0 and end >= _LIKELY_END and start + end >= _LIKELY_ALL
        possible = end >= _LIKELY_END or (start >= _START and start + end >= _POSSIBLE_ALL)
    else:
        likely, possible = start >= _LIKELY_ALL, start >= _POSSIBLE_START
    return Surety.LIKELY if likely else Surety.POSSIBLE if possible else None


def _fits(number: str, start: str, tail: str) -> bool:
    at = number.find(start, 0, _LONGEST_CODE + len(start))
    return number.endswith(tail) and at >= 0 and at + len(start) + len(tail) < len(number)
