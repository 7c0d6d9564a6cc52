"""Text by numbered lines, a stretch at a time, from a file of any size. Memory holds one stretch."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from cases.folding import fold

# A stretch is what one reads at a sitting; a line longer than LONGEST characters goes on under the same number.
STRETCH = 400
LONGEST = 2000
MOST_FOUND = 200
MOST_ON_A_PAGE = 200_000
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is cited, or a further piece of a long one (`goes_on`); `page` counts what form feeds part."""

    number: int
    text: str
    goes_on: bool = False
    page: int = 1

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


def first_line(content: BinaryIO, fits: Callable[[str], bool]) -> int | None:
    """The number of the first line whose text `fits`, or None where none does."""
    return next((line.number for line in _lines(content) if fits(line.text)), None)


def page_lines(content: BinaryIO, number: int) -> tuple[Line, ...] | None:
    """The lines of one page of a text in which a form feed follows each page, as far as MOST_ON_A_PAGE characters.

    None where there is no such page.
    """
    kept: str | None = None
    for page, piece in _by_pages(content):
        if page > number:
            break
        if page == number:
            kept = ((kept or "") + piece)[:MOST_ON_A_PAGE]
    return None if kept is None else tuple(_lines(io.BytesIO(kept.encode())))


def _lines_until(content: BinaryIO, last: int) -> Iterator[Line]:
    """The lines up to and with the first piece of line `last`."""
    for line in _lines(content):
        yield line
        if line.number == last:
            return


def _lines(content: BinaryIO) -> Iterator[Line]:
    with _as_text(content) as text:
        number, goes_on, page = 1, False, 1
        # A whole line at once would hold a file without line ends in memory.
        while piece := text.readline(LONGEST):
            for part, ended in _parts(piece):
                # A page that ends with its last line has no empty line after it.
                if part or ended != "\f" or goes_on:
                    yield Line(number, part, goes_on, page)
                    number, goes_on = (number + 1, False) if ended else (number, True)
                page += ended == "\f"


def _by_pages(content: BinaryIO) -> Iterator[tuple[int, str]]:
    """The text in pieces, each with the number of the page that it stands on."""
    with _as_text(content) as text:
        page = 1
        while piece := text.read(_PIECE):
            first, *others = piece.split("\f")
            yield page, first
            for other in others:
                page += 1
                yield page, other


@contextmanager
def _as_text(content: BinaryIO) -> Iterator[io.TextIOWrapper]:
    text = io.TextIOWrapper(content, encoding="utf-8", errors="replace")
    try:
        yield text
    finally:
        # Not closed with its wrapper: the content belongs to the caller.
        text.detach()


def _parts(piece: str) -> Iterator[tuple[str, str]]:
    """What stands between the ends of pages and lines, each with the sign that ends it, if one does."""
    *pages, last = piece.split("\f")
    yield from ((page, "\f") for page in pages)
    if last:
        yield last.removesuffix("\n"), "\n" if last.endswith("\n") else ""
