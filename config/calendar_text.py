"""Days and spans of days in words, in both calendars and both languages. Pure: no request, no settings."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import jdatetime

_GREGORIAN = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "fa": (
        "ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن",
        "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر",
    ),
}  # fmt: skip
_SOLAR_HIJRI = {
    "en": (
        "Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar",
        "Mehr", "Aban", "Azar", "Dey", "Bahman", "Esfand",
    ),
    "fa": (
        "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
        "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
    ),
}  # fmt: skip
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def in_local_digits(text: str, language: str) -> str:
    """The text with its ASCII digits in the digits that the language is read in."""
    return text.translate(_PERSIAN_DIGITS) if language == "fa" else text


def gregorian_text(day: date, language: str) -> str:
    """A Gregorian day in words: 28 July 1988."""
    return _span((day.year, day.month, day.day), None, _GREGORIAN, language)


def solar_hijri_text(day: date, language: str) -> str:
    """The day in the Solar Hijri calendar, in words: 6 Mordad 1367."""
    return _span(_solar_hijri(day), None, _SOLAR_HIJRI, language)


def partial_date_readings(
    earliest: date | None, latest: date | None, qualifier: str | None, language: str
) -> Sequence[str]:
    """A span of days in both calendars, the reader's own first, its precision kept.

    A whole month reads as the month, a whole year as the year. Empty when neither end is known; an open
    end is shown as an open end.
    """
    if earliest is None and latest is None:
        return ()
    gregorian = _reading(earliest, latest, _gregorian, _GREGORIAN, language)
    solar = _reading(earliest, latest, _solar_hijri, _SOLAR_HIJRI, language)
    readings = (solar, gregorian) if language == "fa" else (gregorian, solar)
    return tuple(f"{_doubt(qualifier, language)}{reading}" for reading in readings)


_Parts = tuple[int, int, int]
_Names = dict[str, tuple[str, ...]]


def _gregorian(day: date) -> _Parts:
    return day.year, day.month, day.day


def _solar_hijri(day: date) -> _Parts:
    converted = jdatetime.date.fromgregorian(date=day)
    return converted.year, converted.month, converted.day


def _reading(
    earliest: date | None, latest: date | None, parts: Callable[[date], _Parts], names: _Names, language: str
) -> str:
    if earliest is None or latest is None:
        known = earliest or latest
        assert known is not None  # noqa: S101 - the caller has ruled out that both ends are open
        return _open_span(_span(parts(known), None, names, language), earliest is None, language)
    first, last = parts(earliest), parts(latest)
    starts_month = first[2] == 1
    ends_month = parts(latest + timedelta(days=1))[2] == 1
    if starts_month and ends_month and first[0] == last[0]:
        if first[1] == 1 and last[1] == 12:
            return in_local_digits(str(first[0]), language)
        if first[1] == last[1]:
            return in_local_digits(f"{_month(names, language, first[1])} {first[0]}", language)
    return _span(first, None if first == last else last, names, language)


def _span(first: _Parts, last: _Parts | None, names: _Names, language: str) -> str:
    year, month, day = first
    start = f"{day} {_month(names, language, month)} {year}"
    if last is None:
        return in_local_digits(start, language)
    last_year, last_month, last_day = last
    end = f"{last_day} {_month(names, language, last_month)} {last_year}"
    if last_year == year and last_month == month:
        text = f"{day}–{end}"
    elif last_year == year:
        text = f"{day} {_month(names, language, month)} – {end}"
    else:
        text = f"{start} – {end}"
    return in_local_digits(text, language)


def _month(names: _Names, language: str, month: int) -> str:
    return names.get(language, names["en"])[month - 1]


def _open_span(text: str, open_start: bool, language: str) -> str:
    if language == "fa":
        return f"تا {text}" if open_start else f"از {text}"
    return f"until {text}" if open_start else f"from {text}"


def _doubt(qualifier: str | None, language: str) -> str:
    """The word for EDTF's qualifiers: approximate (~), uncertain (?), both (%)."""
    words = {"~": ("about ", "حدود "), "?": ("perhaps ", "شاید "), "%": ("perhaps about ", "شاید حدود ")}
    aliases = {"approximate": "~", "uncertain": "?", "both": "%"}
    pair = words.get(aliases.get(qualifier or "", qualifier or ""), ("", ""))
    return pair[1] if language == "fa" else pair[0]
