"""The parts of a message, each as the place in the message's own bytes where it stands. Pure.

The standard library's parser is asked what a header says, and never for a part: it gives a message inside a message
written anew, header for header, with other line breaks. Where parts begin and end (RFC 2046 section 5.1) is found here.
"""

import email.parser
import email.policy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any

from evidence.containers.member import MemberFailed
from evidence.containers.words import Why

# The lines that the standard library takes for a header's, so that a hostile message is understood as others do.
_HEADER_LINE = re.compile(rb"(?:From |[!-9;-~]*:|[\t ])[^\r\n]*(?:\r\n|\r|\n|\Z)")
_BREAK = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of `whole`: what its header says, and where its content lies, `start` to `end`."""

    whole: bytes
    head: Message
    start: int
    end: int

    @property
    def media_type(self) -> str:
        """As the header says it; text/plain where it says nothing."""
        return str(said(self.head.get_content_type) or "text/plain")

    def content(self) -> bytes | None:
        """The bytes as they were before they were packed for the post; None where that cannot be undone."""
        packed = self.whole[self.start : self.end]
        part = Message()
        encoding = said(lambda: self.head.get("Content-Transfer-Encoding"))
        if encoding is not None:
            part["Content-Transfer-Encoding"] = str(encoding).strip()
        part.set_payload(packed.decode("ascii", "surrogateescape"))
        found = said(lambda: part.get_payload(decode=True))
        return found if isinstance(found, bytes) else None

    def inside(self) -> Iterator["Part"]:
        """The parts of this one in their order: several of a multipart, one of a message, none of anything else."""
        kind = self.media_type
        if kind.startswith("multipart/"):
            yield from self._of_multipart(inherited="message/rfc822" if kind == "multipart/digest" else "")
        elif kind.startswith("message/") and kind != "message/delivery-status":
            yield part_at(self.whole, self.start, self.end)

    def is_multipart(self) -> bool:
        """Whether other parts are inside."""
        return next(self.inside(), None) is not None

    def _of_multipart(self, *, inherited: str) -> Iterator["Part"]:
        boundary = _boundary(self.head)
        if not boundary:
            return
        begins: int | None = None
        for found in _delimiters(boundary).finditer(self.whole, self.start, self.end):
            # Two such lines in a row have no part between them.
            if begins is not None and begins != found.start():
                yield part_at(self.whole, begins, _before_break(self.whole, begins, found.start()), inherited)
            begins = found.end()
            if found["end"]:
                return
        if begins is not None and begins < self.end:
            # Cut off before its last line; what is there is there.
            yield part_at(self.whole, begins, self.end, inherited)


def part_at(whole: bytes, start: int, end: int, inherited: str = "") -> Part:
    """The part that stands there. `inherited` is its type where it names none. Raises MemberFailed."""
    place = start
    while line := _HEADER_LINE.match(whole, place, end):
        place = line.end()
    try:
        head = email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(whole[start:place])
    except Exception as error:
        # Hostile headers make the parser raise what nobody can list.
        raise MemberFailed(Why.DAMAGED) from error
    if inherited:
        head.set_default_type(inherited)
    blank = _BREAK.match(whole, place, end)
    return Part(whole, head, blank.end() if blank else place, end)


def said(ask: Callable[[], Any]) -> Any:
    """What a header says, or None where it cannot be read at all."""
    try:
        return ask()
    except Exception:  # noqa: BLE001 - hostile headers make the parser raise what nobody can list
        return None


def _boundary(head: Message) -> bytes:
    text = said(head.get_boundary)
    try:
        return text.encode("ascii", "surrogateescape") if isinstance(text, str) else b""
    except UnicodeError:
        return b""


def _delimiters(boundary: bytes) -> re.Pattern[bytes]:
    """A line of two hyphens and the boundary; two more hyphens end the last part."""
    line = rb"(?:\A|(?<=[\r\n]))--" + re.escape(boundary) + rb"(?P<end>--)?[ \t]*(?:\r\n|\r|\n|\Z)"
    return re.compile(line)


def _before_break(whole: bytes, start: int, end: int) -> int:
    """The line break before a delimiter is the delimiter's (RFC 2046 section 5.1.1)."""
    last = whole[max(start, end - 2) : end]
    return end - 2 if last == b"\r\n" else end - 1 if last.endswith((b"\r", b"\n")) else end
