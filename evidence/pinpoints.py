"""Where in an item a citation points, read out of the words that people write there. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_TIME = re.compile(r"(?<![\d:])(?:(\d{1,3}):)?(\d{1,2}):([0-5]\d)(?![\d:])")
_PAGE = re.compile(
    r"(?<!\w)(?:pages?|pp?\.?|صفحات|صفحه(?:\u0654|\u200cی|ی)?|صفحهٔ|صص?\.?)\s*(\d{1,6})", re.IGNORECASE
)
_LINE = re.compile(r"(?<!\w)(?:lines?|ll?\.|سطر(?:های)?|خط)\s*(\d{1,9})", re.IGNORECASE)


class Spot(StrEnum):
    """What a citation counts by."""

    PAGE = "page"
    TIME = "time"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Pinpoint:
    """A page or a line from 1, or a moment in seconds from the beginning."""

    spot: Spot
    number: int


def read_pinpoint(text: str) -> Pinpoint | None:
    """The first page that is named, else the first moment, else the first line; None for what says none of them.

    Both of our languages and both kinds of digits are read: `p. 3`, `صفحهٔ ۳`, `00:03:10`, `3:10`, `line 12`, `سطر ۱۲`.
    """
    plain = text.translate(_DIGITS)
    if page := _PAGE.search(plain):
        return _from_one(Spot.PAGE, page[1])
    if time := _TIME.search(plain):
        hours, minutes, seconds = (int(part or 0) for part in time.groups())
        return Pinpoint(Spot.TIME, 3600 * hours + 60 * minutes + seconds)
    line = _LINE.search(plain)
    return _from_one(Spot.LINE, line[1]) if line else None


def _from_one(spot: Spot, digits: str) -> Pinpoint | None:
    number = int(digits)
    return Pinpoint(spot, number) if number else None
