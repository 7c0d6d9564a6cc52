"""Dates of birth in a text, in both calendars. Alone they tell little; beside a name of the same person much. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from cases.calendars import Calendar, parts_of
from cases.date_words import MONTHS
from cases.dating import read_date
from cases.errors import BadDate
from witnesses.leaks.pages import Page
from witnesses.leaks.plain_words import BORN
from witnesses.leaks.surety import Surety

_NEAR: Final = 14
_YEAR_DIGITS: Final = 4
_CENTURY: Final = 100
# "5/5/45" has two words with digits, of three digits together.
_FEWEST_DIGITS: Final = 3
# How far before a day a word of birth can stand: "born in Shiraz on", "تاریخ و محل تولد".
_BORN_BEFORE: Final = 5
_ORDINAL: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th|ام|م|t\d{2})?")
# The year of one of the calendars, of two digits or four, and month and day in either order.
_Form = tuple[int, frozenset[int]]


@dataclass(frozen=True, slots=True, repr=False)
class _Written:
    """A day as it stands in a text. `plainly` where nobody takes it for anything but a day."""

    place: int
    form: _Form
    plainly: bool = True


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
        if not self._days or page.digits < _FEWEST_DIGITS:
            return
        for one in _written(page.words):
            for label in self._days.get(one.form, ()):
                if page.names(label, one.place, _NEAR):
                    yield label, Surety.LIKELY
                elif one.plainly or not BORN.isdisjoint(
                    page.words[max(0, one.place - _BORN_BEFORE) : one.place]
                ):
                    yield label, Surety.POSSIBLE


def _forms(day: date) -> Iterator[_Form]:
    for calendar in Calendar:
        year, month, number = parts_of(calendar, day)
        yield year, frozenset((month, number))
        yield year % _CENTURY, frozenset((month, number))


def _written(words: list[str]) -> Iterator[_Written]:
    """Every year, of four digits or of two, with the two numbers, or the number and the month, on either side of it."""
    said = [(place, word) for place, word in enumerate(words) if word != "."]
    for index, (place, word) in enumerate(said):
        if not word.isdigit():
            continue
        if len(word) in (2 * _YEAR_DIGITS, 2 * _YEAR_DIGITS - 2):
            yield from _in_one(place, word)
        elif len(word) in (2, _YEAR_DIGITS):
            for around in (said[max(0, index - 2) : index], said[index + 1 : index + 3]):
                numbers = [_number(one) for _place, one in around]
                if len(numbers) == 2 and None not in numbers:
                    plainly = len(word) == _YEAR_DIGITS or any(one in MONTHS for _place, one in around)
                    first = min(place, around[0][0])
                    yield _Written(
                        first, (int(word), frozenset(one for one in numbers if one is not None)), plainly
                    )


def _in_one(place: int, word: str) -> Iterator[_Written]:
    """19660803, 660803 and 030866."""
    year = word[:-4]
    yield _Written(
        place, (int(year), frozenset((int(word[-4:-2]), int(word[-2:])))), len(year) == _YEAR_DIGITS
    )
    if len(year) == 2:
        yield _Written(place, (int(word[4:]), frozenset((int(word[:2]), int(word[2:4])))), plainly=False)


def _number(word: str) -> int | None:
    if word in MONTHS:
        return MONTHS[word][1]
    ordinal = _ORDINAL.fullmatch(word)
    return int(ordinal[1]) if ordinal else None
