"""Telephone and document numbers in a text, whatever stands between their digits. Pure.

A telephone is known by its last eight digits, so that +98 912, 0098 912 and 0912 are one; a shorter number only where
it stands alone. Sure is what agrees in nine digits or from end to end.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from witnesses.leaks.letters import words
from witnesses.leaks.pages import Page
from witnesses.leaks.surety import Surety

_RUN: Final = re.compile(r"\d(?:[ .]{0,3}\d){6,}")
_LETTERED: Final = re.compile(r"\b([a-z]{1,3}) ?(\d[\d ]{4,}\d)(?!\d)")
_LINE: Final = re.compile(r"[\n\r,،;؛]")
_TAIL, _SURE, _SHORTEST = 8, 9, 5
_SHORT_LEVELS: Final = {5: Surety.POSSIBLE, 6: Surety.LIKELY, 7: Surety.LIKELY}


def long_numbers(text: str) -> set[str]:
    """The numbers of a text that tell people apart: eight digits or more, without the ways to begin them."""
    lines = (" ".join(words(line)) for line in _LINE.split(text))
    found = {_national(_digits(run)) for line in lines for run in _RUN.findall(line)}
    return {number for number in found if len(number) >= _TAIL}


class Numbers:
    """The numbers that are looked for."""

    __slots__ = ("_lettered", "_short", "_tails")

    def __init__(self) -> None:
        self._tails: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._short: dict[str, list[str]] = defaultdict(list)
        self._lettered: dict[str, list[str]] = defaultdict(list)

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, label: str, text: str, *, short: bool) -> None:
        """Takes every number of what somebody wrote; those of five and six digits where they are asked for."""
        for line in _LINE.split(text):
            plain = " ".join(words(line))
            for letters, digits in _LETTERED.findall(plain):
                self._lettered[letters + digits.replace(" ", "")].append(label)
            runs = [_digits(run) for run in _RUN.findall(plain)]
            if short and not runs:
                runs = [word for word in plain.split() if word.isdigit()]
            for run in runs:
                self._take(label, run)

    def forget(self) -> None:
        """Lets go of all numbers."""
        for held in (self._tails, self._short, self._lettered):
            held.clear()

    def found(self, page: Page) -> Iterator[tuple[str, Surety]]:
        """Each label with how sure; the same label several times."""
        if page.digits < _SHORTEST:
            return
        for word in page.distinct & self._short.keys():
            for label in self._short[word]:
                yield label, _SHORT_LEVELS[len(word)]
        for run in _RUN.findall(page.line):
            yield from self._in_run(_digits(run))
        if self._lettered:
            for letters, digits in _LETTERED.findall(page.line):
                for label in self._lettered.get(letters + digits.replace(" ", ""), ()):
                    yield label, Surety.SURE

    def _take(self, label: str, digits: str) -> None:
        national = _national(digits)
        if len(national) >= _TAIL:
            self._tails[national[-_TAIL:]].append((national, label))
        elif len(digits) >= _SHORTEST:
            self._short[digits[-7:]].append(label)

    def _in_run(self, run: str) -> Iterator[tuple[str, Surety]]:
        if len(run) == _TAIL - 1:
            for label in self._short.get(run, ()):
                yield label, Surety.LIKELY
        for end in range(_TAIL, len(run) + 1):
            for national, label in self._tails.get(run[end - _TAIL : end], ()):
                alike = _common_end(run[:end], national)
                whole = alike == len(national) == len(run.lstrip("0"))
                yield label, Surety.SURE if whole or alike >= _SURE else Surety.LIKELY


def _digits(run: str) -> str:
    return run.replace(" ", "").replace(".", "")


def _national(digits: str) -> str:
    """Without the ways to begin a number: 00, the Iranian country code, the zero before the area."""
    plain = digits.removeprefix("00")
    if plain.startswith("98") and len(plain) >= 12:
        plain = plain[2:]
    return plain.lstrip("0")


def _common_end(one: str, other: str) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[-1 - count] == other[-1 - count]:
        count += 1
    return count
