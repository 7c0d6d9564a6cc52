"""When something was captured: a moment as programs write it, or a date as people do. Pure."""

import re
from dataclasses import replace
from datetime import time

from django.utils.translation import gettext as _

from cases.dating import PartialDate, read_date
from cases.errors import BadDate
from cases.folding import fold
from cases.plain_text import clean_line

# RFC 3339, but that minutes are enough and a space may stand for the T.
_MOMENT = re.compile(
    r"(\d{4}[-/]\d{1,2}[-/]\d{1,2})[t ] ?(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(z|[+-]\d\d:\d\d)?", re.ASCII
)


def read_captured(text: str) -> PartialDate:
    """The date that `text` states: the day of a moment, as it is written there, or whatever `read_date` reads.

    A moment stays whole in `as_written`. Raises BadText for hidden characters, BadDate for what cannot be read, with
    a sentence that says what to write instead.
    """
    # Folding drops what is hidden, so it is refused before.
    text = clean_line(text, label=_("The time"), max_length=200)
    found = _MOMENT.fullmatch(fold(text))
    if found is None:
        return read_date(text)
    day, clock, zone = found.groups()
    if zone is None:
        raise BadDate(_("Say of which time zone the time is: 2024-05-01T12:30Z or 2024-05-01T16:00+03:30."))
    try:
        time.fromisoformat(clock + zone.upper())
    except ValueError as error:
        raise BadDate(_("There is no such time. Write it as 2024-05-01T12:30:00Z.")) from error
    # Read first as a whole for what a date refuses anywhere: hidden characters, too many of them.
    return replace(read_date(day), as_written=text)
