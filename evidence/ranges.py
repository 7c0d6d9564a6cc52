"""HTTP ranges (RFC 9110, section 14): which bytes of a file a player asks for. Pure."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from evidence.errors import NoSuchRange

# A player that stops reading must not keep a thread of the server: it asks again for what comes next, as RFC 9110
# (15.3.7) lets a server answer with less than it was asked for.
MOST_AT_ONCE = 4 * 1024 * 1024
# Nineteen digits hold any size that a file can have; more would only cost time.
_ONE_RANGE = re.compile(r"(\d{0,19})-(\d{0,19})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """Some bytes of a file: the places of the first and the last of them, both included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many bytes it is, never none."""
        return self.last - self.first + 1

    def told(self, size: int) -> str:
        """As Content-Range says it for a file of `size` bytes."""
        return f"bytes {self.first}-{self.last}/{size}"


def read_range(header: str, *, size: int) -> Span | None:
    """The span that a Range header asks of a file of `size` bytes, at most MOST_AT_ONCE; None for the whole file.

    Other units and several ranges at once are passed over, as the RFC allows. Raises NoSuchRange for a range that
    lies beyond the end or is none.
    """
    unit, _sign, wanted = header.partition("=")
    if unit.strip().lower() != "bytes" or "," in wanted:
        return None
    found = _ONE_RANGE.fullmatch(wanted.strip())
    if found is None or found[1] == found[2] == "":
        raise _no_such_range(size)
    first, last = _ends(found[1], found[2], size)
    if first > last or first >= size:
        raise _no_such_range(size)
    return Span(first, min(last, size - 1, first + MOST_AT_ONCE - 1))


def _ends(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        # The last so many bytes; none of them is a range that nothing can answer.
        return (max(0, size - int(last)), size - 1) if int(last) else (size, size)
    return int(first), int(last) if last else size - 1


def _no_such_range(size: int) -> NoSuchRange:
    return NoSuchRange(_("This file has no such part: it ends after %(size)s bytes.") % {"size": size})
