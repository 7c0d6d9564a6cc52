"""The records of a WARC file: what they say of address, time and tool, and the digests that they state. Pure.

ISO 28500. A record may state a digest of its block, which is all of it, and one of its payload, which for what came
over HTTP is the body behind HTTP's own headers. Nothing that was captured is interpreted beyond that.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from evidence.containers.bounded import read_exactly
from evidence.containers.capture_facts import CaptureFacts, Digested, Stated
from evidence.containers.member import MemberFailed
from evidence.containers.words import Why

_LINE = 8 * 1024
_HEADERS = 100
_RECORDS = 200_000
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Record:
    """One record by its headers, with the beginning of its block and what is left of it in the stream."""

    number: int
    headers: dict[str, str]
    begin: bytes
    left: int

    @property
    def kind(self) -> str:
        """The word of the standard for what it is."""
        return self.headers.get("warc-type", "")

    @property
    def address(self) -> str:
        """What was asked for; some writers put it in angle brackets."""
        return self.headers.get("warc-target-uri", "").strip("<>")

    @property
    def is_page(self) -> bool:
        """Whether it is something of the web that was captured; some files begin with look-ups of names."""
        of_the_web = self.address.lower().startswith(("http:", "https:"))
        return of_the_web and self.kind in ("response", "resource", "revisit")


def read_warc(
    stream: BinaryIO,
    found: CaptureFacts,
    *,
    until_page: bool = False,
    within: str = "",
    is_covered: bool = False,
) -> CaptureFacts:
    """Go through the records and add to what was found; `within` names the file of a package. Raises nothing.

    `is_covered` says that a digest of the whole file is stated, which speaks for each of its records. With `until_page`
    it ends at the first page and compares no digest.
    """
    try:
        for record in _records(stream):
            found.records += 1
            if record.kind == "warcinfo" and not found.tool:
                found.tool, _sign, found.tool_version = _info(record.begin).partition("/")
            elif record.is_page and not found.url:
                found.url = found.final_url = record.address
                found.captured = record.headers.get("warc-date", "")
            if until_page:
                if found.url:
                    break
                _skip(stream, record.left)
            else:
                digested = list(_digested(record, stream, within))
                for one in digested:
                    found.add(one)
                found.bare += not digested and not is_covered
    except MemberFailed as error:
        found.why = error.why
    return found


def _digested(record: Record, stream: BinaryIO, within: str) -> Iterator[Digested]:
    """Read the record to its end and hold it against the digests that it states."""
    block = Stated(record.headers.get("warc-block-digest", ""))
    payload = _Payload(record)
    for data in _pieces(record, stream):
        block.update(data)
        payload.update(data)
    where = ", ".join(filter(None, [within, f"record {record.number}", record.kind, record.address]))
    if block.text:
        yield Digested(f"{where}: block", block.text, block.holds())
    if payload.text:
        yield Digested(f"{where}: payload", payload.text, payload.holds())


class _Payload:
    """The payload of a record, held against the digest that is stated of it, as it came and put together again."""

    def __init__(self, record: Record) -> None:
        self.text = record.headers.get("warc-payload-digest", "")
        self._as_it_is, self._joined = Stated(self.text), Stated(self.text)
        # Of a part, a cut or a repeated answer the digest is that of the whole, which does not stand here.
        self._whole = record.kind != "revisit" and not (
            {"warc-truncated", "warc-segment-number"} & record.headers.keys()
        )
        self._ahead, self._chunks = 0, None
        if record.headers.get("content-type", "").lower().startswith("application/http"):
            head, sign, _body = record.begin.partition(b"\r\n\r\n")
            self._ahead = len(head) + len(sign)
            self._whole = self._whole and bool(sign)
            if any(_is_chunked(line) for line in head.split(b"\r\n")):
                self._chunks = _Chunks(self._joined)

    def update(self, data: bytes) -> None:
        """Go on with the record's block."""
        body, self._ahead = data[self._ahead :], max(0, self._ahead - len(data))
        self._as_it_is.update(body)
        if self._chunks is not None:
            self._chunks.update(body)

    def holds(self) -> bool | None:
        """Whether the payload has the digest; writers differ on whether HTTP's chunks are a part of it."""
        found = self._as_it_is.holds()
        if found is False and self._chunks is not None and self._joined.holds():
            found = True
        return None if found is False and not self._whole else found


class _Chunks:
    """HTTP's chunks (RFC 9112 section 7.1) put together as they come; what is no chunk ends it."""

    def __init__(self, into: Stated) -> None:
        self._into, self._line, self._left, self._over = into, b"", 0, False

    def update(self, data: bytes) -> None:
        """Go on with the body."""
        while data and not self._over:
            if self._left:
                piece, data = data[: self._left], data[self._left :]
                self._into.update(piece)
                self._left -= len(piece)
                continue
            line, sign, rest = data.partition(b"\n")
            self._line, data = (self._line + line)[: _LINE + 1], rest
            if not sign:
                self._over = len(self._line) > _LINE
                return
            self._begin(self._line.strip())
            self._line = b""

    def _begin(self, line: bytes) -> None:
        if not line:
            # The end of the chunk before.
            return
        try:
            self._left = int(line.partition(b";")[0], 16)
        except ValueError:
            self._left = 0
        self._over = self._left <= 0


def _is_chunked(line: bytes) -> bool:
    name, _sign, value = line.lower().partition(b":")
    return name.strip() == b"transfer-encoding" and b"chunked" in value


def _pieces(record: Record, stream: BinaryIO) -> Iterator[bytes]:
    yield record.begin
    left = record.left
    while left > 0:
        piece = stream.read(min(left, 1024 * 1024))
        if not piece:
            raise MemberFailed(Why.DAMAGED)
        left -= len(piece)
        yield piece


def _records(stream: BinaryIO) -> Iterator[Record]:
    """Each record; whoever takes one reads the rest of its block before the next."""
    for number in range(1, _RECORDS + 1):
        line = stream.readline(_LINE)
        while line in (b"\r\n", b"\n"):
            line = stream.readline(_LINE)
        if not line:
            return
        if not line.startswith(b"WARC/"):
            raise MemberFailed(Why.DAMAGED)
        headers = _headers(stream)
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 16):
            raise MemberFailed(Why.DAMAGED)
        begin = read_exactly(stream, min(int(length), _HEAD))
        yield Record(number, headers, begin, int(length) - len(begin))
    raise MemberFailed(Why.TOO_LARGE)


def _headers(stream: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _number in range(_HEADERS):
        line = stream.readline(_LINE)
        if line in (b"\r\n", b"\n"):
            return headers
        name, sign, value = line.partition(b":")
        if not sign or len(line) == _LINE:
            break
        text = value.strip().decode("utf-8", "backslashreplace")
        headers.setdefault(name.strip().lower().decode("ascii", "replace"), text.replace("\0", "\\x00"))
    raise MemberFailed(Why.DAMAGED)


def _skip(stream: BinaryIO, count: int) -> None:
    while count > 0:
        piece = stream.read(min(count, 1024 * 1024))
        if not piece:
            raise MemberFailed(Why.DAMAGED)
        count -= len(piece)


def _info(begin: bytes) -> str:
    for line in io.BytesIO(begin):
        name, _sign, value = line.partition(b":")
        if name.strip().lower() == b"software":
            return value.strip().decode("utf-8", "backslashreplace")[:200]
    return ""
