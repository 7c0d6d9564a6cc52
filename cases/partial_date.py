"""A date that says how much of it is known. Pure."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from cases.calendars import Calendar


class Precision(StrEnum):
    """How closely a date is known. Only an INTERVAL lasted; every other span holds one day that is not known."""

    DAY = "day"
    PART_OF_MONTH = "part_of_month"
    MONTH = "month"
    SEASON = "season"
    YEAR = "year"
    DECADE = "decade"
    CENTURY = "century"
    INTERVAL = "interval"


class Qualifier(StrEnum):
    """The doubt that the writer stated: EDTF's `~`, `?` and `%`."""

    NONE = ""
    APPROXIMATE = "approximate"
    UNCERTAIN = "uncertain"
    BOTH = "uncertain_approximate"

    @property
    def mark(self) -> str:
        """The EDTF character that states this doubt (ISO 8601-2:2019, level 1)."""
        return {"approximate": "~", "uncertain": "?", "uncertain_approximate": "%"}.get(self.value, "")

    def joined(self, other: "Qualifier") -> "Qualifier":
        """The doubt of two statements together."""
        if self is Qualifier.NONE or self is other:
            return other
        return self if other is Qualifier.NONE else Qualifier.BOTH


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date exactly as it was written, and what it means.

    `edtf` is Gregorian whatever the calendar; `earliest` and `latest` are the bounds, None where an interval is open.
    `converter` names the program, with its version, that computed the bounds.
    """

    as_written: str
    calendar: Calendar
    edtf: str
    earliest: datetime.date | None
    latest: datetime.date | None
    precision: Precision
    qualifier: Qualifier
    converter: str
