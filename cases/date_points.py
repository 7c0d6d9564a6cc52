"""Single dates and their bounds: what one end of an interval, or a date that is none, amounts to. Pure."""

from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

from django.utils.translation import gettext as _
from edtf import parse_edtf
from edtf.parser import EDTFParseException

from audit.digits import in_digits
from cases import date_words as words
from cases.calendars import IMPERIAL_YEARS, Calendar, Span, calendar_of, first_day, months_span, year_span
from cases.errors import BadDate
from cases.partial_date import Precision, Qualifier

EDTF_CONVERTER = f"edtf {version('edtf')}"


@dataclass(frozen=True, slots=True)
class Point:
    """A date with the bounds and the doubt of its writer."""

    calendar: Calendar
    edtf: str
    span: Span
    precision: Precision
    qualifier: Qualifier = Qualifier.NONE


def placed_year(written: str) -> tuple[Calendar, int]:
    """The calendar and number of a year. Raises BadDate for one that cannot be placed in either calendar."""
    if len(written) < 4:
        raise BadDate(
            _("The year is missing or not written in full. Write all four digits, for example 1367 or 1988.")
        )
    year = int(written)
    calendar = calendar_of(year)
    if calendar is not None:
        return calendar, year
    if year in IMPERIAL_YEARS:
        raise BadDate(
            _(
                "%(year)s looks like an imperial year. Subtract 1180 and write the solar Hijri year: %(solar)s."
            )
            % {"year": in_digits(year), "solar": in_digits(year - 1180)}
        )
    raise BadDate(
        _("%(year)s is neither a solar Hijri year (1200 to 1499) nor a Gregorian one (1600 to 2199).")
        % {"year": in_digits(year)}
    )


def in_year(calendar: Calendar, year: int, doubt: Qualifier) -> Point:
    """A whole year: never its first day."""
    return made(calendar, str(year), year_span(calendar, year), Precision.YEAR, doubt)


def in_month(calendar: Calendar, year: int, month: int, day: int | None, doubt: Qualifier) -> Point:
    """A month, or a day of it. Raises BadDate where the calendar has no such month or day."""
    if not 1 <= month <= 12:
        raise BadDate(
            _("There is no month %(month)s. Write a month from 1 to 12 or its name.")
            % {"month": in_digits(month)}
        )
    if day is None:
        span = months_span(calendar, year, month)
        return made(calendar, f"{year}-{month:02}", span, Precision.MONTH, doubt)
    try:
        found = first_day(calendar, year, month, day)
    except ValueError:
        raise BadDate(
            _("%(month)s %(year)s has no day %(day)s. Check it, or leave out the day if it is not known.")
            % {
                "month": words.MONTH_NAMES[calendar]["en"][month - 1],
                "year": in_digits(year),
                "day": in_digits(day),
            }
        ) from None
    return made(calendar, found.isoformat(), (found, found), Precision.DAY, doubt)


def in_part_of_month(calendar: Calendar, year: int, month: int, part: str, doubt: Qualifier) -> Point:
    """A third of a month: days 1-10 are early, 11-20 are mid, the rest is late."""
    first, last = words.PARTS[part]
    start = first_day(calendar, year, month, first)
    end = first_day(calendar, year, month, last) if last else months_span(calendar, year, month)[1]
    edtf = f"{start.isoformat()}{doubt.mark}/{end.isoformat()}{doubt.mark}"
    return Point(calendar, edtf, (start, end), Precision.PART_OF_MONTH, doubt)


def in_season(year_text: str, name: str, doubt: Qualifier) -> Point:
    """A season of the solar Hijri year. Raises BadDate for a Gregorian year, whose seasons are not agreed."""
    calendar, year = placed_year(year_text)
    if calendar is Calendar.GREGORIAN:
        raise unsure_season()
    return made(calendar, "", months_span(calendar, year, words.SEASONS[name], 3), Precision.SEASON, doubt)


def made(calendar: Calendar, gregorian: str, span: Span, precision: Precision, doubt: Qualifier) -> Point:
    """A point with its EDTF: `gregorian` as it stands for a Gregorian date, else the Gregorian bounds."""
    if calendar is Calendar.GREGORIAN:
        return from_edtf(gregorian + doubt.mark, precision, doubt)
    first, last = (day.isoformat() + doubt.mark for day in span)
    return Point(calendar, first if span[0] == span[1] else f"{first}/{last}", span, precision, doubt)


def from_edtf(edtf: str, precision: Precision, doubt: Qualifier) -> Point:
    """A Gregorian point with the strict bounds of the EDTF parser, which does not widen them for doubt."""
    try:
        parsed = parse_edtf(edtf)
    except EDTFParseException:
        raise unreadable() from None
    first, last = parsed.lower_strict(), parsed.upper_strict()
    return Point(Calendar.GREGORIAN, edtf, (date(*first[:3]), date(*last[:3])), precision, doubt)


def unsure_season() -> BadDate:
    """The sentence for a season of a Gregorian year."""
    return BadDate(
        _("A season means different months in different places. Write the months: 1988-06/1988-09.")
    )


def unreadable() -> BadDate:
    """The sentence for what is no date at all."""
    return BadDate(
        _(
            "This date cannot be read. Write it like 1988-07-28, 28 July 1988, 5 Mordad 1367, "
            "late Mordad 1367, 1367, or an interval like 1360/1368."
        )
    )
