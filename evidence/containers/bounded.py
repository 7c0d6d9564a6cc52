"""Streams that end where they must: no more bytes than allowed, and every fault in one of our words."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from evidence.containers.member import MemberFailed
from evidence.containers.words import Why

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_XZ_MEMORY = 128 * 1024**2
_PIECE = 64 * 1024
# What the standard library's readers raise for bytes that are no good. NotImplementedError: a way of packing that
# they do not know; RuntimeError: a password.
_DAMAGE = (
    EOFError,
    OSError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    IndexError,
    OverflowError,
)


class Budget:
    """Counts what is unfolded from a source of `packed` bytes, and ends it beyond the limits."""

    def __init__(self, *, most: int, ratio: int, free: int, packed: Callable[[], int]) -> None:
        self._most, self._ratio, self._free, self._packed = most, ratio, free, packed
        self.taken = 0

    def take(self, count: int) -> None:
        """Count bytes that were unfolded. Raises MemberFailed."""
        self.taken += count
        if self.taken > self._most:
            raise MemberFailed(Why.TOO_LARGE)
        if self.taken > self._free and self.taken > self._ratio * max(1, self._packed()):
            raise MemberFailed(Why.BOMB)


class Bounded(io.RawIOBase):
    """A stream whose reading is counted by budgets, and whose damage is a MemberFailed."""

    def __init__(self, stream: BinaryIO, *budgets: Budget) -> None:
        super().__init__()
        self._stream, self._budgets = stream, budgets

    def readable(self) -> bool:
        """Yes; and nothing else."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """As a raw file's. Raises MemberFailed."""
        view = memoryview(buffer).cast("B")
        data = read_piece(self._stream, min(len(view), _PIECE))
        for budget in self._budgets:
            budget.take(len(data))
        view[: len(data)] = data
        return len(data)


class Slice(io.RawIOBase):
    """The bytes of a seekable file from `start`, `length` of them."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        super().__init__()
        self._file, self._place, self._left = file, start, length

    def readable(self) -> bool:
        """Yes; and nothing else."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """As a raw file's."""
        view = memoryview(buffer).cast("B")
        self._file.seek(self._place)
        data = self._file.read(min(len(view), self._left))
        self._place, self._left = self._place + len(data), self._left - len(data)
        view[: len(data)] = data
        return len(data)


class XzStream(io.RawIOBase):
    """What an .xz file unfolds into, in bounded memory: the format lets a file ask for gigabytes."""

    def __init__(self, packed: BinaryIO) -> None:
        super().__init__()
        self._packed = packed
        self._unpacker: lzma.LZMADecompressor | None = None
        self._waiting = b""

    def readable(self) -> bool:
        """Yes; and nothing else."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """As a raw file's. Raises LZMAError, or EOFError for one that was cut."""
        view = memoryview(buffer).cast("B")
        while True:
            if self._unpacker is None and not self._begin():
                return 0
            assert self._unpacker is not None  # noqa: S101  begun above
            data = self._unpacker.decompress(self._feed(), max_length=len(view))
            if self._unpacker.eof:
                self._waiting, self._unpacker = self._unpacker.unused_data, None
            if data:
                view[: len(data)] = data
                return len(data)

    def _begin(self) -> bool:
        # Several streams may follow each other, with padding of zeros between them.
        self._waiting = (self._waiting or self._packed.read(_PIECE)).lstrip(b"\0")
        self._unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY) if self._waiting else None
        return bool(self._waiting)

    def _feed(self) -> bytes:
        assert self._unpacker is not None  # noqa: S101  only called while there is one
        if not self._unpacker.needs_input:
            return b""
        feed, self._waiting = self._waiting or self._packed.read(_PIECE), b""
        if not feed:
            raise EOFError
        return feed


def read_piece(stream: BinaryIO, count: int) -> bytes:
    """At most `count` bytes of the stream. Raises MemberFailed for what its reader calls damaged or unknown."""
    try:
        return stream.read(count)
    except NotImplementedError as error:
        raise MemberFailed(Why.METHOD) from error
    except RuntimeError as error:
        raise MemberFailed(Why.ENCRYPTED) from error
    except _DAMAGE as error:
        raise MemberFailed(Why.DAMAGED) from error


def read_exactly(stream: BinaryIO, count: int) -> bytes:
    """`count` bytes of the stream, fewer only at its end."""
    pieces, left = [], count
    while left and (piece := stream.read(left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
