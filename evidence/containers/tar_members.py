"""The members of a tar archive and of what compresses one file: read once from front to back, in bounded memory.

The standard library reads one header; the way from one to the next is ours, for its own keeps every member in memory
and reads headers of any size that they say they have.
"""

import bz2
import gzip
import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO, cast

from evidence.containers.bounded import Bounded, Budget, XzStream, read_exactly
from evidence.containers.member import LONGEST_NAME, Limits, Member, MemberFailed
from evidence.containers.words import Why
from evidence.filenames import storable_name

BLOCK = tarfile.BLOCKSIZE
_LONG_NAME, _LONG_LINK = tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK
_SPARSE_MORE, _SPARSE_MORE_FURTHER = 482, 504


def unfolded(file: BinaryIO, limits: Limits) -> BinaryIO:
    """What a .gz, .bz2 or .xz file unfolds into, or the file itself, bounded as a whole."""
    file.seek(0)
    head = file.read(6)
    file.seek(0)
    stream: BinaryIO = file
    if head.startswith(b"\x1f\x8b"):
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb"))
    elif head.startswith(b"BZh"):
        stream = cast(BinaryIO, bz2.BZ2File(file))
    elif head.startswith(b"\xfd7zXZ\x00"):
        stream = cast(BinaryIO, io.BufferedReader(XzStream(file)))
    # A plain file unfolds into itself: it may be as long as it is.
    ratio = limits.ratio if stream is not file else 1_000_000
    budget = Budget(most=limits.total_bytes, ratio=ratio, free=limits.free, packed=file.tell)
    return cast(BinaryIO, io.BufferedReader(Bounded(stream, budget)))


def is_tar(block: bytes) -> bool:
    """Whether a file that begins with this block is a tar archive, by the block's own checksum."""
    try:
        tarfile.TarInfo.frombuf(block[:BLOCK], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return False
    return True


def compressed_member(file: BinaryIO, name: str, limits: Limits) -> Iterator[Member]:
    """The one member of what compresses one file; it has no name but the file's own."""
    yield Member(1, storable_name(name)[:LONGEST_NAME], None, opened=lambda: unfolded(file, limits))


def tar_members(stream: BinaryIO, limits: Limits) -> Iterator[Member]:
    """Every member in its order. Raises MemberFailed, after those before it, where the archive is damaged or cut."""
    number = 0
    extra = _Extra()
    while (info := _next_header(stream)) is not None:
        if info.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.XGLTYPE, _LONG_NAME, _LONG_LINK):
            extra.read(info, _small(stream, info.size, limits))
            continue
        number += 1
        size = extra.size if extra.size is not None else info.size
        # What is no known kind without bytes has bytes, as tar programs agree.
        has_bytes = info.isreg() or info.type not in tarfile.SUPPORTED_TYPES
        body = _Body(stream, size if has_bytes else 0)
        if info.type == tarfile.GNUTYPE_SPARSE:
            _skip_map(stream, info)
        why = _why(info, extra) or (Why.TOO_LARGE if size > limits.member_bytes else None)
        yield Member(
            number,
            storable_name(extra.name or info.name)[:LONGEST_NAME],
            size,
            modified=_modified(info),
            why=why,
            opened=None if why else lambda body=body: cast(BinaryIO, io.BufferedReader(body)),  # type: ignore[misc]
        )
        body.skip()
        extra = _Extra()


class _Body(io.RawIOBase):
    """A member's bytes, and the way past them to the next header."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        super().__init__()
        self._stream, self._left, self._padding = stream, size, -size % BLOCK

    def readable(self) -> bool:
        """Yes; and nothing else."""
        return True

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        """As a raw file's. Raises MemberFailed where the archive ends before."""
        view = memoryview(buffer).cast("B")
        count = min(len(view), self._left)
        data = self._stream.read(count) if count else b""
        if count and not data:
            raise MemberFailed(Why.DAMAGED)
        self._left -= len(data)
        view[: len(data)] = data
        return len(data)

    def skip(self) -> None:
        """Go on to the next header. Raises MemberFailed where the archive ends before."""
        waste = bytearray(BLOCK * 128)
        while self.readinto(waste):
            continue
        if len(read_exactly(self._stream, self._padding)) < self._padding:
            raise MemberFailed(Why.DAMAGED)


@dataclass(slots=True)
class _Extra:
    """What headers before a member say of it."""

    name: str = ""
    size: int | None = None
    sparse: bool = False
    seen: list[bytes] = field(default_factory=list)

    def read(self, info: tarfile.TarInfo, data: bytes) -> None:
        """Take in a header of pax or GNU. A global one speaks of no single member."""
        self.seen.append(info.type)
        if len(self.seen) > 100:
            raise MemberFailed(Why.BOMB)
        if info.type == _LONG_NAME:
            self.name = data.rstrip(b"\0").decode("utf-8", "surrogateescape")
        elif info.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
            self._read_pax(data)

    def _read_pax(self, data: bytes) -> None:
        place = 0
        while place < len(data) and data[place : place + 1].isdigit():
            length, _space, _rest = data[place : place + 20].partition(b" ")
            if not length.isdigit() or int(length) < 5:
                raise MemberFailed(Why.DAMAGED)
            record = data[place + len(length) + 1 : place + int(length) - 1]
            key, _sign, value = record.partition(b"=")
            self._note(key, value)
            place += int(length)

    def _note(self, key: bytes, value: bytes) -> None:
        if key == b"path":
            self.name = value.decode("utf-8", "surrogateescape")
        elif key == b"size":
            if not value.isdigit() or len(value) > 20:
                raise MemberFailed(Why.DAMAGED)
            self.size = int(value)
        elif key.startswith(b"GNU.sparse."):
            self.sparse = True


def _next_header(stream: BinaryIO) -> tarfile.TarInfo | None:
    block = read_exactly(stream, BLOCK)
    if not block.strip(b"\0"):
        # A block of zeros ends the archive, and so does its end where whoever wrote it left that out.
        return None
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError) as error:
        raise MemberFailed(Why.DAMAGED) from error
    if info.size < 0:
        raise MemberFailed(Why.DAMAGED)
    if info.type == tarfile.GNUTYPE_SPARSE:
        info.pax_headers = {"more": str(block[_SPARSE_MORE])}
    return info


def _small(stream: BinaryIO, size: int, limits: Limits) -> bytes:
    if size > limits.header_bytes:
        raise MemberFailed(Why.BOMB)
    data = read_exactly(stream, size + -size % BLOCK)
    if len(data) < size:
        raise MemberFailed(Why.DAMAGED)
    return data[:size]


def _skip_map(stream: BinaryIO, info: tarfile.TarInfo) -> None:
    more = info.pax_headers.get("more", "0") != "0"
    while more:
        block = read_exactly(stream, BLOCK)
        if len(block) < BLOCK:
            raise MemberFailed(Why.DAMAGED)
        more = bool(block[_SPARSE_MORE_FURTHER])


def _why(info: tarfile.TarInfo, extra: _Extra) -> Why | None:
    if info.isdir():
        return Why.FOLDER
    if info.issym() or info.islnk():
        return Why.LINK
    if extra.sparse or info.type == tarfile.GNUTYPE_SPARSE:
        return Why.SPARSE
    return None if info.type in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE) else Why.DEVICE


def _modified(info: tarfile.TarInfo) -> str:
    try:
        return datetime.fromtimestamp(info.mtime, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        # A time that no calendar has.
        return ""
