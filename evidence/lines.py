"""Text by numbered lines, a stretch at a time, from a file of any size. Memory holds one stretch."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from cases.folding import fold

# A stretch is what one reads at a sitting; a line longer than LONGEST characters goes on under the same number.
STRETCH = 400
LONGEST = 2000
MOST_FOUND = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is cited, or a further piece of a long one (`goes_on`)."""

    number: int
    text: str
    goes_on: bool = False

    @property
    def pinpoint(self) -> str:
        """The line as a citation says it, in the reader's language."""
        return _("line %(number)s") % {"number": self.number}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some lines, and with which line the stretches beside them begin; None where there is none."""

    lines: tuple[Line, ...]
    earlier: int | None = None
    later: int | None = None


def stretch_of(content: BinaryIO, *, first: int = 1) -> Stretch:
    """STRETCH lines of UTF-8 text from line `first` on; bytes that are no text are shown as U+FFFD."""
    start = max(1, first)
    lines = [line for line in _lines_until(content, start + STRETCH) if line.number >= start]
    later = start + STRETCH if lines and lines[-1].number == start + STRETCH else None
    kept = tuple(line for line in lines if line.number < start + STRETCH)
    return Stretch(kept, max(1, start - STRETCH) if start > 1 else None, later)


def lines_with(content: BinaryIO, words: str) -> tuple[list[Line], bool]:
    """The lines in which `words` stand, whatever the spelling of their letters, and whether there are too many.

    Too many is more than MOST_FOUND; the first of them are given. The pieces of a long line are looked at one by one.
    """
    wanted = fold(words)
    found = list(islice((line for line in _lines(content) if wanted in fold(line.text)), MOST_FOUND + 1))
    return found[:MOST_FOUND], len(found) > MOST_FOUND


def _lines_until(content: BinaryIO, last: int) -> Iterator[Line]:
    """The lines up to and with the first piece of line `last`."""
    for line in _lines(content):
        yield line
        if line.number == last:
            return


def _lines(content: BinaryIO) -> Iterator[Line]:
    # Not closed with its wrapper: the content belongs to the caller.
    text = io.TextIOWrapper(content, encoding="utf-8", errors="replace")
    try:
        number, goes_on = 1, False
        # A whole line at once would hold a file without line ends in memory.
        while piece := text.readline(LONGEST):
            ended = piece.endswith("\n")
            yield Line(number, piece.removesuffix("\n"), goes_on)
            number, goes_on = (number + 1, False) if ended else (number, True)
    finally:
        text.detach()
