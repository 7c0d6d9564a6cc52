"""What a row is read with whose moment no calendar has.

Only the owner of the database can write such a moment, and whoever did must not be able to shut everybody out of each
page on which the row stands. The verification reads moments as texts and names it.
"""

from datetime import UTC, datetime

NO_MOMENT = datetime(9998, 12, 31, tzinfo=UTC)
# The first year of the Solar Hijri calendar, in which pages show each moment as well.
_FIRST_YEAR = 622


def in_calendars(moment: datetime | None) -> datetime | None:
    """The moment, or NO_MOMENT where the calendars of our readers had not begun, or do not go so far."""
    return NO_MOMENT if moment is not None and not _FIRST_YEAR < moment.year <= NO_MOMENT.year else moment
