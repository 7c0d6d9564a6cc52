"""Dates of birth in a text, in both calendars. Alone they tell little; beside a name of the same person much. Pure."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from cases.calendars import Calendar, parts_of
from cases.date_words import MONTHS
from cases.dating import read_date
from cases.errors import BadDate
from witnesses.leaks.pages import Page
from witnesses.leaks.surety import Surety

_NEAR: Final = 14
_YEAR_DIGITS: Final = 4
_ORDINAL: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th|ام|م|t\d{2})?")
# The year of one of the calendars, and month and day in either order.
_Form = tuple[int, frozenset[int]]


def day_of(text: str) -> date | None:
    """The one day that a date says as somebody wrote it; None where it says less, or nothing."""
    if not text:
        return None
    try:
        read = read_date(text)
    except BadDate:
        return None
    return read.earliest if read.earliest == read.latest else None


class BirthDates:
    """The days of birth that are looked for. A year or a month alone is not."""

    __slots__ = ("_days",)

    def __init__(self) -> None:
        self._days: dict[_Form, set[str]] = {}

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, label: str, text: str) -> None:
        """Takes a date as somebody wrote it, where it is one day."""
        day = day_of(text)
        if day:
            for form in _forms(day):
                self._days.setdefault(form, set()).add(label)

    def forget(self) -> None:
        """Lets go of all."""
        self._days.clear()

    def found(self, page: Page) -> Iterator[tuple[str, Surety]]:
        """Each label with how sure. The page knows by now where names stand."""
        if not self._days or page.digits < _YEAR_DIGITS:
            return
        for place, form in _written(page.words):
            for label in self._days.get(form, ()):
                beside = any(abs(name - place) <= _NEAR for name in page.named.get(label, ()))
                yield label, Surety.LIKELY if beside else Surety.POSSIBLE


def _forms(day: date) -> Iterator[_Form]:
    for calendar in Calendar:
        year, month, number = parts_of(calendar, day)
        yield year, frozenset((month, number))


def _written(words: list[str]) -> Iterator[tuple[int, _Form]]:
    """Every year of four digits with the two numbers, or the number and the month, on either side of it."""
    said = [(place, word) for place, word in enumerate(words) if word != "."]
    for index, (place, word) in enumerate(said):
        if len(word) == 2 * _YEAR_DIGITS and word.isdigit():
            yield place, (int(word[:4]), frozenset((int(word[4:6]), int(word[6:]))))
        if len(word) != _YEAR_DIGITS or not word.isdigit():
            continue
        for around in (said[max(0, index - 2) : index], said[index + 1 : index + 3]):
            numbers = [_number(one) for _place, one in around]
            if len(numbers) == 2 and None not in numbers:
                yield place, (int(word), frozenset(number for number in numbers if number is not None))


def _number(word: str) -> int | None:
    if word in MONTHS:
        return MONTHS[word][1]
    ordinal = _ORDINAL.fullmatch(word)
    return int(ordinal[1]) if ordinal else None
