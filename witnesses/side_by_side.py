"""Prior statements of one witness beside each other: a stretch of each text, with the places by which it is cited."""

import codecs
import re
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from accounts.models import User
from evidence.derivative_reading import open_derivative
from evidence.errors import EvidenceError
from evidence.lines import Line, Stretch, first_line, stretch_of
from evidence.models import Derivative
from evidence.reading import open_page
from witnesses.models import Statement
from witnesses.statement_queries import text_for, texts_of

FEWEST: Final = 2
MOST: Final = 4
_LOOKED_AT: Final = 64 * 1024
_DIGITS: Final = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
# Where transcribers write it: in front of the line, bare or in brackets.
_TIME: Final = re.compile(r"^[\[(<]?\s*((?:\d{1,2}:)?\d{1,2}:\d{2})(?![\d:])")


@dataclass(frozen=True, slots=True)
class SideLine:
    """One line of a column. `page` is set where a page begins with it, `time` where the line says one."""

    line: Line = field(repr=False)
    page: int | None
    time: str

    @property
    def pinpoint(self) -> str:
        """The place as a citation says it, in the reader's language: its time, else page and line."""
        if self.time:
            return _("at %(time)s") % {"time": self.time}
        place = self.line.pinpoint
        return (
            f"{_('page %(number)s') % {'number': self.line.page}}, {place}" if self.line.page > 1 else place
        )


@dataclass(frozen=True, slots=True)
class Column:
    """One statement beside others: the texts to choose from, the one that is shown, and what keeps it from showing."""

    statement: Statement
    texts: tuple[Derivative, ...]
    text: Derivative | None
    lines: tuple[SideLine, ...] = field(default=(), repr=False)
    earlier: int | None = None
    later: int | None = None
    trouble: str = ""


def column_of(
    statement: Statement, *, wanted: str = "", place: str = "", language: str, user: User
) -> Column:
    """One column, its text in the log as read before it is shown; of an exhibit without text, that it was opened.

    `wanted` is the id of one of its texts, else the one that a reader of `language` reads best; `place` is a line
    or a time from which on it is shown. Raises NotPermitted, UnknownEvidence or LogUnavailable.
    """
    texts = tuple(texts_of(statement.item))
    text = next((row for row in texts if str(row.pk) == wanted), None) or text_for(statement.item, language)
    if text is None:
        open_page(statement.item, actor=user)
        return Column(statement, texts, None, trouble=_nothing_to_read())
    try:
        with open_derivative(text, actor=user).content as content:
            if not is_plain_text(content):
                return Column(statement, texts, text, trouble=_not_plain())
            stretch = stretch_of(content, first=_line_at(content, place))
    except EvidenceError as error:
        return Column(statement, texts, text, trouble=str(error))
    return Column(statement, texts, text, _side_lines(stretch), stretch.earlier, stretch.later)


def is_plain_text(content: BinaryIO) -> bool:
    """Whether the content begins as UTF-8 text does, without what only programs read. Leaves it at its beginning."""
    piece = content.read(_LOOKED_AT)
    content.seek(0)
    try:
        words = codecs.getincrementaldecoder("utf-8")().decode(piece)
    except UnicodeDecodeError:
        return False
    return not any(sign < " " and sign not in "\n\r\t\f" for sign in words)


def time_in(text: str) -> str:
    """The time with which a line of a transcript begins, in Latin digits; empty where it begins with none."""
    found = _TIME.match(text.lstrip("\ufeff ").translate(_DIGITS))
    return found.group(1) if found else ""


def seconds_of(time: str) -> int:
    """A time such as `1:02:03` in seconds."""
    seconds = 0
    for part in time.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds


def _line_at(content: BinaryIO, place: str) -> int:
    """The line that a reader asked for: by its number, or the first that says this time or a later one."""
    typed = place.strip().translate(_DIGITS)
    if typed.isdecimal():
        return int(typed[:9])
    wanted = time_in(typed)
    if not wanted:
        return 1
    second = seconds_of(wanted)
    found = first_line(content, lambda text: bool(said := time_in(text)) and seconds_of(said) >= second)
    content.seek(0)
    return found or 1


def _side_lines(stretch: Stretch) -> tuple[SideLine, ...]:
    shown, page = [], 1
    for line in stretch.lines:
        begins = line.page if line.page != page else None
        page = line.page
        shown.append(SideLine(line, begins, "" if line.goes_on else time_in(line.text)))
    return tuple(shown)


def _nothing_to_read() -> str:
    return _(
        "Nothing of it can be read as text yet. Add a transcript or a translation on the exhibit’s page."
    )


def _not_plain() -> str:
    return _(
        "This text is in a format that is not shown here. Save the transcript or translation as plain text (UTF-8) "
        "and add it on the exhibit’s page."
    )
