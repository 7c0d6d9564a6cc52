"""Read a date as somebody wrote it, and keep what it says apart from what it does not. Pure.

A month or year never becomes its first day. A solar Hijri date never reaches the EDTF parser, which would
take "1367-05" for a Gregorian month six centuries earlier: every year is placed in its calendar first.
"""

import re
import unicodedata

from django.utils.translation import gettext as _

from cases import date_words as words
from cases.calendars import CONVERTER, Calendar, year_span
from cases.date_display import ShownDates, display_dates
from cases.date_points import (
    EDTF_CONVERTER,
    Point,
    from_edtf,
    in_month,
    in_part_of_month,
    in_season,
    in_year,
    made,
    placed_year,
    unreadable,
    unsure_season,
)
from cases.errors import BadDate
from cases.folding import fold
from cases.partial_date import PartialDate, Precision, Qualifier

__all__ = ["Calendar", "PartialDate", "Precision", "Qualifier", "ShownDates", "display_dates", "read_date"]

MAX_LENGTH = 200
_NUMBERS = re.compile(r"(\d{1,4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?)?")
_UNSPECIFIED = re.compile(r"(\d{2}(?:xx|\dx|\d\d))(?:-(xx|\d\d)(?:-xx)?)?")
_SEPARATOR = re.compile(r"\s+to\s+|\s+تا\s+|\s+-\s+|\s*[–—]\s*")
_SLASHED = re.compile(r"\d{1,4}/\d{1,2}/\d{1,4}|\d{4}/\d{1,2}")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th|ام|م)\b")
_MARKS = {"~": Qualifier.APPROXIMATE, "?": Qualifier.UNCERTAIN, "%": Qualifier.BOTH}


def read_date(text: str) -> PartialDate:
    """The partial date that `text` states, in EDTF, in numbers or in words, Gregorian or solar Hijri.

    Raises BadDate with a sentence that says what to write instead.
    """
    as_written = text.strip()
    if not as_written:
        raise BadDate(_("Write a date, for example Mordad 1367 or 1988-07."))
    if len(as_written) > MAX_LENGTH or any(_is_hidden(letter) for letter in as_written):
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


def _is_hidden(letter: str) -> bool:
    """Whether a character would make the date read otherwise than it is; Persian's joiners do not."""
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and letter not in "\u200c\u200d"


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


def _end_edtf(point: Point | None, side: int) -> str:
    """What stands on one side of the interval's slash; a date that is itself a span gives its bound there."""
    if point is None:
        return ".."
    if "/" not in point.edtf:
        return point.edtf
    return point.span[side].isoformat() + point.qualifier.mark


def _converter(calendar: Calendar) -> str:
    return CONVERTER if calendar is Calendar.SOLAR_HIJRI else EDTF_CONVERTER


def _point(plain: str) -> Point:
    rest, doubt = _without_doubt(plain)
    if numbers := _NUMBERS.fullmatch(rest):
        year, _separator, month, day = numbers.groups()
        return _numbered(year, month, day, doubt)
    if unspecified := _UNSPECIFIED.fullmatch(rest):
        return _unspecified(rest, unspecified, doubt)
    return _worded(rest, doubt)


def _without_doubt(plain: str) -> tuple[str, Qualifier]:
    """`plain` without EDTF's marks and without words such as "about", and the doubt that they state."""
    doubt = Qualifier.NONE
    rest = plain.strip()
    while rest and rest[-1] in _MARKS:
        doubt = doubt.joined(_MARKS[rest[-1]])
        rest = rest[:-1].strip()
    while (first := rest.partition(" "))[0] in words.DOUBTS:
        doubt = doubt.joined(words.DOUBTS[first[0]])
        rest = first[2].strip()
    return rest, doubt


def _numbered(year_text: str, month_text: str | None, day_text: str | None, doubt: Qualifier) -> Point:
    calendar, year = placed_year(year_text)
    if month_text is None:
        return in_year(calendar, year, doubt)
    if calendar is Calendar.GREGORIAN and int(month_text) > 20:
        raise unsure_season()
    return in_month(calendar, year, int(month_text), int(day_text) if day_text else None, doubt)


def _unspecified(rest: str, found: re.Match[str], doubt: Qualifier) -> Point:
    """A date with EDTF's X for digits that are not known."""
    year_text, month_text = found.groups()
    digits = year_text.rstrip("x")
    calendar, year = placed_year(digits.ljust(4, "0"))
    if len(digits) < 4 and month_text is not None:
        raise unreadable()
    edtf = rest.upper() + doubt.mark
    if month_text and month_text != "xx":
        month = in_month(calendar, year, int(month_text), None, doubt)
        return from_edtf(edtf, month.precision, doubt) if calendar is Calendar.GREGORIAN else month
    precision = {4: Precision.YEAR, 3: Precision.DECADE, 2: Precision.CENTURY}[len(digits)]
    if calendar is Calendar.GREGORIAN:
        return from_edtf(edtf, precision, doubt)
    return made(calendar, "", year_span(calendar, year, 10 ** (4 - len(digits))), precision, doubt)


def _worded(rest: str, doubt: Qualifier) -> Point:
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
        return in_season(numbers[0], names[0], doubt)
    if not names or names[-1] not in words.MONTHS or len(names) > 2 or len(numbers) > 2:
        raise unreadable()
    return _month_in_words(names, numbers, doubt)


def _tokens(rest: str) -> list[str]:
    spread = _ORDINAL.sub(r"\1", rest.replace("-", " ").replace(",", " "))
    tokens = []
    for token in spread.split():
        # "مردادماه" is one word for the month.
        bare = token.removesuffix("ماه")
        tokens.append(bare if bare in words.MONTHS else token)
    return [token for token in tokens if token not in words.FILLERS]


def _month_in_words(names: list[str], numbers: list[str], doubt: Qualifier) -> Point:
    named, month = words.MONTHS[names[-1]]
    calendar, year = placed_year(numbers[-1] if numbers else "")
    if calendar is not named:
        raise BadDate(
            _("The month and the year belong to different calendars. Write both as the source has them.")
        )
    day = int(numbers[0]) if len(numbers) == 2 else None
    if len(names) == 1:
        return in_month(calendar, year, month, day, doubt)
    if names[0] not in words.PARTS or day is not None:
        raise unreadable()
    return in_part_of_month(calendar, year, month, names[0], doubt)
