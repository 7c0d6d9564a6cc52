"""The two calendars of the record, day by day. Pure.

Solar Hijri days are converted by jdatetime alone. Converters differ on leap years, so its name and version are
kept with every date that it converted.
"""

import datetime
from enum import StrEnum
from importlib.metadata import version

import jdatetime

Span = tuple[datetime.date, datetime.date]

CONVERTER = f"jdatetime {version('jdatetime')}"


class Calendar(StrEnum):
    """The calendar in which a date was written."""

    GREGORIAN = "gregorian"
    SOLAR_HIJRI = "solar_hijri"


# The years that are read. Outside them a number is more likely a lunar or imperial year, or a slip.
YEARS = {Calendar.SOLAR_HIJRI: range(1200, 1500), Calendar.GREGORIAN: range(1600, 2200)}
# The imperial calendar of 1976-78 counted from Cyrus; it stands 1180 years before the solar Hijri one.
IMPERIAL_YEARS = range(2500, 2600)


def calendar_of(year: int) -> Calendar | None:
    """The calendar to which a four-digit year must belong, or None."""
    for calendar, years in YEARS.items():
        if year in years:
            return calendar
    return None


def first_day(calendar: Calendar, year: int, month: int = 1, day: int = 1) -> datetime.date:
    """The Gregorian day of a day in `calendar`. Raises ValueError where the calendar has no such day."""
    if calendar is Calendar.GREGORIAN:
        return datetime.date(year, month, day)
    converted: datetime.date = jdatetime.date(year, month, day).togregorian()
    return converted


def year_span(calendar: Calendar, year: int, years: int = 1) -> Span:
    """From the first day of `year` to the last day of the `years` years that begin with it."""
    return first_day(calendar, year), first_day(calendar, year + years) - datetime.timedelta(days=1)


def months_span(calendar: Calendar, year: int, month: int, months: int = 1) -> Span:
    """From the first day of `month` to the last of the `months` months that begin with it."""
    over, index = divmod(month - 1 + months, 12)
    after = first_day(calendar, year + over, index + 1)
    return first_day(calendar, year, month), after - datetime.timedelta(days=1)


def parts_of(calendar: Calendar, day: datetime.date) -> tuple[int, int, int]:
    """Year, month and day of a Gregorian day in `calendar`."""
    if calendar is Calendar.GREGORIAN:
        return day.year, day.month, day.day
    converted = jdatetime.date.fromgregorian(date=day)
    return converted.year, converted.month, converted.day
