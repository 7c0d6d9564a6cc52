"""Show a date as it was written, then in both calendars, with no more precision than it has. Pure."""

import datetime
from dataclasses import dataclass

from audit.digits import persian_digits
from cases.calendars import Calendar, Span, first_day, months_span, parts_of, year_span
from cases.date_words import MONTH_NAMES
from cases.partial_date import PartialDate, Precision, Qualifier

_WORDS = {
    "en": {
        "to": "{} to {}",
        "until": "until {}",
        "since": "from {} on",
        Qualifier.NONE: "{}",
        Qualifier.APPROXIMATE: "about {}",
        Qualifier.UNCERTAIN: "perhaps {}",
        Qualifier.BOTH: "perhaps about {}",
        1: "early {}",
        11: "mid {}",
        21: "late {}",
    },
    "fa": {
        "to": "{} تا {}",
        "until": "تا {}",
        "since": "از {} به بعد",
        Qualifier.NONE: "{}",
        Qualifier.APPROXIMATE: "حدود {}",
        Qualifier.UNCERTAIN: "شاید {}",
        Qualifier.BOTH: "شاید حدود {}",
        1: "اوایل {}",
        11: "اواسط {}",
        21: "اواخر {}",
    },
}


@dataclass(frozen=True, slots=True)
class ShownDates:
    """A date for people: `as_written` first, then what both calendars say of it."""

    as_written: str
    solar_hijri: str
    gregorian: str

    @property
    def others(self) -> tuple[str, ...]:
        """The calendars' readings that `as_written` does not already say."""
        return tuple(text for text in (self.solar_hijri, self.gregorian) if text != self.as_written)

    def __str__(self) -> str:
        return " · ".join((self.as_written, *self.others))


def display_dates(date: PartialDate, language: str) -> ShownDates:
    """`date` for readers of `language` ("en" or "fa", with Persian digits and month names)."""
    tongue = "fa" if language.startswith("fa") else "en"
    return ShownDates(
        as_written=date.as_written,
        solar_hijri=_in_calendar(date, Calendar.SOLAR_HIJRI, tongue),
        gregorian=_in_calendar(date, Calendar.GREGORIAN, tongue),
    )


def shown_day(day: datetime.date, language: str) -> str:
    """One day in both calendars, the reader's own first: 28 November 2026 (7 Azar 1405)."""
    tongue = "fa" if language.startswith("fa") else "en"
    both = [_day(calendar, day, tongue) for calendar in (Calendar.GREGORIAN, Calendar.SOLAR_HIJRI)]
    first, second = reversed(both) if tongue == "fa" else both
    return _digits(f"{first} ({second})", tongue)


def _in_calendar(date: PartialDate, calendar: Calendar, tongue: str) -> str:
    phrases = _WORDS[tongue]
    if date.precision is Precision.PART_OF_MONTH and calendar is date.calendar and date.earliest:
        # The source said "late", so the page says "late": the days are only our reading of it.
        year, month, day = parts_of(calendar, date.earliest)
        text = phrases[day].format(_month(calendar, year, month, tongue))
    elif date.precision is Precision.INTERVAL:
        text = _interval(date, calendar, tongue)
    else:
        text = _span(calendar, _bounds(date), tongue)
    return _digits(phrases[date.qualifier].format(text), tongue)


def _bounds(date: PartialDate) -> Span:
    """First and last day; an open end reads as the other one."""
    first, last = date.earliest or date.latest, date.latest or date.earliest
    if first is None or last is None:
        raise ValueError("A partial date has at least one bound.")
    return first, last


def _digits(text: str, tongue: str) -> str:
    return persian_digits(text) if tongue == "fa" else text


def _interval(date: PartialDate, calendar: Calendar, tongue: str) -> str:
    phrases = _WORDS[tongue]
    if date.earliest is None or date.latest is None:
        phrase = phrases["until" if date.earliest is None else "since"]
        return phrase.format(_day(calendar, _bounds(date)[0], tongue))
    units = _whole_units(calendar, (date.earliest, date.latest), tongue)
    first, last = units or (_day(calendar, date.earliest, tongue), _day(calendar, date.latest, tongue))
    return first if first == last else phrases["to"].format(first, last)


def _span(calendar: Calendar, span: Span, tongue: str) -> str:
    """The shortest text that names exactly the days of `span`."""
    units = _whole_units(calendar, span, tongue)
    if units:
        return _joined_units(*units)
    first, last = (parts_of(calendar, day) for day in span)
    if first == last:
        return _day(calendar, span[0], tongue)
    if first[:2] == last[:2]:
        return f"{first[2]}–{last[2]} {_month(calendar, *first[:2], tongue)}"
    if first[0] == last[0]:
        opening = f"{first[2]} {MONTH_NAMES[calendar][tongue][first[1] - 1]}"
        return f"{opening} – {_day(calendar, span[1], tongue)}"
    return f"{_day(calendar, span[0], tongue)} – {_day(calendar, span[1], tongue)}"


def _joined_units(first: str, last: str) -> str:
    """Two whole units with a dash; the year is said once where both months share it."""
    if first == last:
        return first
    month, _, year = first.rpartition(" ")
    return f"{month if month and last.endswith(f' {year}') else first} – {last}"


def _whole_units(calendar: Calendar, span: Span, tongue: str) -> tuple[str, str] | None:
    """First and last year, or first and last month, where `span` is made of whole ones."""
    (first_year, first_month, _), (last_year, last_month, _) = (parts_of(calendar, day) for day in span)
    if span == (first_day(calendar, first_year), year_span(calendar, last_year)[1]):
        return str(first_year), str(last_year)
    if span == (
        first_day(calendar, first_year, first_month),
        months_span(calendar, last_year, last_month)[1],
    ):
        first = _month(calendar, first_year, first_month, tongue)
        last = _month(calendar, last_year, last_month, tongue)
        return first, last
    return None


def _month(calendar: Calendar, year: int, month: int, tongue: str) -> str:
    return f"{MONTH_NAMES[calendar][tongue][month - 1]} {year}"


def _day(calendar: Calendar, day: datetime.date, tongue: str) -> str:
    year, month, number = parts_of(calendar, day)
    return f"{number} {_month(calendar, year, month, tongue)}"
