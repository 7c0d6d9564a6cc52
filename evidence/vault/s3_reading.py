"""Reading a stored object at any place over S3: only the ranges that are needed, and more at once while it is
read in order.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from evidence.vault.s3_bucket import Bucket, Piece
from evidence.vault.s3_faults import BeyondEnd, NameTaken
from evidence.vault.stores import object_altered

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Holds the header and all of a small object; and one sealed chunk with room for the next one's beginning.
_FIRST_BYTES = 128 * 1024
_MOST_BYTES = 4 * 1024 * 1024


class RangeReader(io.RawIOBase):
    """An object as a seekable file that holds at most one window of 4 MiB.

    Raises ObjectMissing, VaultUnavailable, or ObjectAltered when another object takes its place meanwhile.
    """

    def __init__(self, bucket: Bucket, key: str) -> None:
        super().__init__()
        self._bucket = bucket
        self._key = key
        try:
            first = bucket.read(key, 0, _FIRST_BYTES)
        except BeyondEnd:
            # Not even a first byte: an object that was emptied.
            first = Piece(b"", 0, "")
        self.size = first.total
        self._etag = first.etag
        self._window = memoryview(first.data)
        self._start = 0
        self._position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The place, in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; beyond the end reads give nothing."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("a place before the first byte")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill as much of `buffer` as the window has, at least one byte before the end."""
        if self._position >= self.size:
            return 0
        if not self._start <= self._position < self._start + len(self._window):
            self._fetch()
        out = memoryview(buffer).cast("B")
        offset = self._position - self._start
        taken = min(len(out), len(self._window) - offset)
        out[:taken] = self._window[offset : offset + taken]
        self._position += taken
        return taken

    def _fetch(self) -> None:
        # Read on in order: twice as much each time. Gone elsewhere: a little, since it may go on jumping.
        goes_on = self._position == self._start + len(self._window)
        wanted = min(2 * len(self._window), _MOST_BYTES) if goes_on else _FIRST_BYTES
        # Let go of first, so that the old window and the new one are never held together.
        self._window, self._start = memoryview(b""), -1
        try:
            piece = self._bucket.read(
                self._key, self._position, min(wanted, self.size - self._position), etag=self._etag
            )
        except (NameTaken, BeyondEnd) as error:
            raise object_altered() from error
        if piece.total != self.size:
            raise object_altered()
        self._window = memoryview(piece.data)
        self._start = self._position
