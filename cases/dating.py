"""Read a date as somebody wrote it, and keep what it says apart from what it does not. Pure.

A month or year never becomes its first day. A solar Hijri date never reaches the EDTF parser, which would take
"1367-05" for a Gregorian month six centuries earlier: the shapes that may reach it begin with 16 to 21.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

from django.utils.translation import gettext as _
from edtf import parse_edtf
from edtf.parser import EDTFParseException

from cases import date_words as words
from cases.calendars import (
    CONVERTER,
    IMPERIAL_YEARS,
    Calendar,
    Span,
    calendar_of,
    first_day,
    months_span,
    year_span,
)
from cases.date_display import ShownDates, display_dates
from cases.errors import BadDate
from cases.folding import fold
from cases.partial_date import PartialDate, Precision, Qualifier

__all__ = ["Calendar", "PartialDate", "Precision", "Qualifier", "ShownDates", "display_dates", "read_date"]

MAX_LENGTH = 200
_EDTF_CONVERTER = f"edtf {version('edtf')}"
_NUMBERS = re.compile(r"(\d{1,4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?)?")
_UNSPECIFIED = re.compile(r"(\d{2}(?:xx|\dx|\d\d))(?:-(xx|\d\d)(?:-(xx))?)?")
_SEPARATOR = re.compile(r"\s+to\s+|\s+تا\s+|\s+-\s+|\s*[–—]\s*")
_SLASHED = re.compile(r"\d{1,4}/\d{1,2}/\d{1,4}|\d{4}/\d{1,2}")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th|ام|م)")
_MARKS = {"~": Qualifier.APPROXIMATE, "?": Qualifier.UNCERTAIN, "%": Qualifier.BOTH}


@dataclass(frozen=True, slots=True)
class _Point:
    """One end of an interval, or a date that is none."""

    calendar: Calendar
    edtf: str
    span: Span
    precision: Precision
    qualifier: Qualifier = Qualifier.NONE


def read_date(text: str) -> PartialDate:
    """The partial date that `text` states, in EDTF, in numbers or in words, Gregorian or solar Hijri.

    Raises BadDate with a sentence that says what to write instead.
    """
    as_written = text.strip()
    if not as_written:
        raise BadDate(_("Write a date, for example Mordad 1367 or 1988-07."))
    if len(as_written) > MAX_LENGTH or any(unicodedata.category(letter) == "Cc" for letter in as_written):
        raise BadDate(_("Write the date alone, on one line, for example Mordad 1367 or 1988-07."))
    plain = fold(as_written).replace("؟", "?").replace("،", " ").strip()
    ends = _ends(plain)
    if ends is not None:
        return _interval(as_written, *ends)
    point = _point(plain)
    return PartialDate(
        as_written=as_written,
        calendar=point.calendar,
        edtf=point.edtf,
        earliest=point.span[0],
        latest=point.span[1],
        precision=point.precision,
        qualifier=point.qualifier,
        converter=_converter(point.calendar),
    )


def _ends(plain: str) -> tuple[str, str] | None:
    """The two ends of an interval as written, or None where `plain` is one date."""
    bare = re.sub(r"^(from|از) ", "", plain)
    by_word = _SEPARATOR.split(bare)
    if len(by_word) == 2:
        return by_word[0].strip(), by_word[1].strip()
    if bare.count("/") == 1 and not _SLASHED.fullmatch(bare.rstrip("~?%")):
        left, right = bare.split("/")
        return left.strip(), right.strip()
    return None


def _interval(as_written: str, left: str, right: str) -> PartialDate:
    start = None if left in {"", ".."} else _point(left)
    end = None if right in {"", ".."} else _point(right)
    known = [point for point in (start, end) if point is not None]
    if not known:
        raise BadDate(_("An interval needs at least one date, for example 1360/1368 or 1988-07/.."))
    if len({point.calendar for point in known}) > 1:
        raise BadDate(_("The two ends are in different calendars. Write both in the calendar of the source."))
    earliest = start.span[0] if start else None
    latest = end.span[1] if end else None
    if earliest and latest and earliest > latest:
        raise BadDate(_("The interval ends before it begins. Write the earlier date first."))
    calendar = known[0].calendar
    return PartialDate(
        as_written=as_written,
        calendar=calendar,
        edtf=f"{_end_edtf(start, 0)}/{_end_edtf(end, 1)}",
        earliest=earliest,
        latest=latest,
        precision=Precision.INTERVAL,
        qualifier=known[0].qualifier.joined(known[-1].qualifier),
        converter=_converter(calendar),
    )


def _end_edtf(point: _Point | None, side: int) -> str:
    """What stands on one side of the interval's slash; a date that is itself a span gives the bound of that side."""
    if point is None:
        return ".."
    if "/" not in point.edtf:
        return point.edtf
    return point.span[side].isoformat() + point.qualifier.mark


def _converter(calendar: Calendar) -> str:
    return CONVERTER if calendar is Calendar.SOLAR_HIJRI else _EDTF_CONVERTER


def _point(plain: str) -> _Point:
    rest, qualifier = _without_doubt(plain)
    if numbers := _NUMBERS.fullmatch(rest):
        year, _sep, month, day = numbers.groups()
        return _numbered(year, month, day, qualifier)
    if unspecified := _UNSPECIFIED.fullmatch(rest):
        return _unspecified(rest, unspecified, qualifier)
    return _worded(rest, qualifier)


def _without_doubt(plain: str) -> tuple[str, Qualifier]:
    """`plain` without EDTF's marks and without words such as "about", and the doubt that they state."""
    qualifier = Qualifier.NONE
    rest = plain.strip()
    while rest and rest[-1] in _MARKS:
        qualifier = qualifier.joined(_MARKS[rest[-1]])
        rest = rest[:-1].strip()
    while (first := rest.partition(" "))[0] in words.DOUBTS:
        qualifier = qualifier.joined(words.DOUBTS[first[0]])
        rest = first[2].strip()
    return rest, qualifier


def _year(written: str) -> tuple[Calendar, int]:
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
                "%(year)s looks like an imperial year. Subtract 1180 and write the solar Hijri year, here %(solar)s."
            )
            % {"year": year, "solar": year - 1180}
        )
    raise BadDate(
        _(
            "%(year)s is neither a solar Hijri year (1200 to 1499) nor a Gregorian one (1600 to 2199). Check it."
        )
        % {"year": year}
    )


def _numbered(year_text: str, month_text: str | None, day_text: str | None, doubt: Qualifier) -> _Point:
    calendar, year = _year(year_text)
    if month_text is None:
        return _whole_year(calendar, year, doubt)
    month = int(month_text)
    if calendar is Calendar.GREGORIAN and month > 20:
        raise BadDate(
            _(
                "A season means different months in different places. Write the months, for example 1988-06/1988-09."
            )
        )
    return _in_month(calendar, year, month, int(day_text) if day_text else None, doubt)


def _in_month(calendar: Calendar, year: int, month: int, day: int | None, doubt: Qualifier) -> _Point:
    if not 1 <= month <= 12:
        raise BadDate(
            _("There is no month %(month)s. Write a month from 1 to 12 or its name.") % {"month": month}
        )
    if day is None:
        return _made(
            calendar, f"{year}-{month:02}", months_span(calendar, year, month), Precision.MONTH, doubt
        )
    try:
        found = first_day(calendar, year, month, day)
    except ValueError:
        raise BadDate(
            _(
                "%(month)s %(year)s has no day %(day)s. Check the day, or leave it out if only the month is known."
            )
            % {"month": words.MONTH_NAMES[calendar]["en"][month - 1], "year": year, "day": day}
        ) from None
    return _made(calendar, found.isoformat(), (found, found), Precision.DAY, doubt)


def _whole_year(calendar: Calendar, year: int, doubt: Qualifier) -> _Point:
    return _made(calendar, str(year), year_span(calendar, year), Precision.YEAR, doubt)


def _made(calendar: Calendar, gregorian: str, span: Span, precision: Precision, doubt: Qualifier) -> _Point:
    """A point with its EDTF: `gregorian` as it stands for a Gregorian date, else the Gregorian bounds."""
    if calendar is Calendar.GREGORIAN:
        return _from_edtf(gregorian + doubt.mark, precision, doubt)
    first, last = (day.isoformat() + doubt.mark for day in span)
    return _Point(calendar, first if span[0] == span[1] else f"{first}/{last}", span, precision, doubt)


def _from_edtf(edtf: str, precision: Precision, doubt: Qualifier) -> _Point:
    """A Gregorian point with the strict bounds that the EDTF parser gives, without its padding for doubt."""
    try:
        parsed = parse_edtf(edtf)
    except EDTFParseException:
        raise _unreadable() from None
    first, last = parsed.lower_strict(), parsed.upper_strict()
    span = (date(*first[:3]), date(*last[:3]))
    return _Point(Calendar.GREGORIAN, edtf, span, precision, doubt)


def _unspecified(rest: str, found: re.Match[str], doubt: Qualifier) -> _Point:
    """A date with EDTF's X for digits that are not known."""
    year_text, month_text, day_text = found.groups()
    digits = year_text.rstrip("x")
    calendar, year = _year(digits.ljust(4, "0"))
    if len(digits) < 4 and month_text is not None:
        raise _unreadable()
    if month_text and month_text != "xx":
        month = _in_month(calendar, year, int(month_text), None, doubt)
        return (
            month
            if calendar is Calendar.SOLAR_HIJRI
            else _from_edtf(rest.upper() + doubt.mark, Precision.MONTH, doubt)
        )
    precision = {4: Precision.YEAR, 3: Precision.DECADE, 2: Precision.CENTURY}[len(digits)]
    if calendar is Calendar.GREGORIAN:
        return _from_edtf(rest.upper() + doubt.mark, precision, doubt)
    span = year_span(calendar, year, 10 ** (4 - len(digits)))
    return _made(calendar, "", span, precision, doubt)


def _worded(rest: str, doubt: Qualifier) -> _Point:
    """A date in words: "late Mordad 1367", "28 July 1988", "تابستان ۱۳۶۷"."""
    tokens = _tokens(rest)
    if words.LUNAR.intersection(tokens):
        raise BadDate(
            _("Lunar Hijri dates can be a day off. Write the date in the solar Hijri or Gregorian calendar.")
        )
    numbers = [token for token in tokens if token.isdecimal()]
    names = [token for token in tokens if not token.isdecimal()]
    if not names and len(numbers) == 1:
        return _numbered(numbers[0], None, None, doubt)
    if len(names) == 1 and names[0] in words.SEASONS and len(numbers) == 1:
        return _season(names[0], numbers[0], doubt)
    if not names or names[-1] not in words.MONTHS or len(names) > 2 or len(numbers) > 2:
        raise _unreadable()
    return _month_in_words(names, numbers, doubt)


def _tokens(rest: str) -> list[str]:
    spread = _ORDINAL.sub(r"\1", rest.replace("-", " ").replace(",", " "))
    tokens = []
    for token in spread.split():
        # "مردادماه" is one word for the month.
        bare = token.removesuffix("ماه")
        tokens.append(bare if bare in words.MONTHS else token)
    return [token for token in tokens if token not in words.FILLERS]


def _season(name: str, year_text: str, doubt: Qualifier) -> _Point:
    calendar, year = _year(year_text)
    if calendar is Calendar.GREGORIAN:
        raise BadDate(
            _(
                "A season means different months in different places. Write the months, for example 1988-06/1988-09."
            )
        )
    return _made(calendar, "", months_span(calendar, year, words.SEASONS[name], 3), Precision.SEASON, doubt)


def _month_in_words(names: list[str], numbers: list[str], doubt: Qualifier) -> _Point:
    named, month = words.MONTHS[names[-1]]
    calendar, year = _year(numbers[-1] if numbers else "")
    if calendar is not named:
        raise BadDate(
            _("The month and the year belong to different calendars. Write both as the source has them.")
        )
    day = int(numbers[0]) if len(numbers) == 2 else None
    if len(names) == 1:
        return _in_month(calendar, year, month, day, doubt)
    if names[0] not in words.PARTS or day is not None:
        raise _unreadable()
    first, last = words.PARTS[names[0]]
    start = first_day(calendar, year, month, first)
    end = first_day(calendar, year, month, last) if last else months_span(calendar, year, month)[1]
    edtf = f"{start.isoformat()}{doubt.mark}/{end.isoformat()}{doubt.mark}"
    return _Point(calendar, edtf, (start, end), Precision.PART_OF_MONTH, doubt)


def _unreadable() -> BadDate:
    return BadDate(
        _(
            "This date cannot be read. Write it like 1988-07-28, 28 July 1988, 5 Mordad 1367, late Mordad 1367, 1367, "
            "or an interval like 1360/1368."
        )
    )
