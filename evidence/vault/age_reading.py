"""The two readers of age files: once through from any source, and at any place of a seekable one."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext_lazy as _

from evidence.errors import AgeError, AgeHeaderInvalid, AgePayloadDamaged
from evidence.vault.age_header import LineSource, read_header
from evidence.vault.age_keys import Identity
from evidence.vault.age_payload import (
    BATCH_BYTES,
    BATCH_CHUNKS,
    CHUNK_BYTES,
    NONCE_BYTES,
    SEALED_BATCH_BYTES,
    SEALED_CHUNK_BYTES,
    TAG_BYTES,
    PayloadOpener,
    chunk_count,
    damaged,
    sealed_size,
)
from evidence.vault.age_stanzas import unwrap

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class ByteSource(LineSource, Protocol):
    """What a payload is read from."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill as much of `buffer` as is at hand; 0 at the end."""
        ...


class SeekableSource(ByteSource, Protocol):
    """What ranges are read from."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place; gives it, in bytes from the start."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class AgeStream:
    """An age file read once from front to end. Iterate it, or take batches into a buffer of your own."""

    def __init__(self, source: ByteSource, identities: Sequence[Identity]) -> None:
        self._source = source
        self._opener, self.payload_start = _open_payload(source, identities)
        self._index = 0
        self._fault: AgeError | None = None
        self._ahead = bytearray(SEALED_BATCH_BYTES)
        self._spare = bytearray(SEALED_BATCH_BYTES)
        self._ahead_fill = read_full(source, memoryview(self._ahead))
        if not self._ahead_fill:
            raise damaged()

    def read_batch_into(self, out: memoryview) -> int:
        """Put up to 1 MiB into `out` (which is at least that large) and give its size; 0 at the authenticated
        end.

        Raises AgePayloadDamaged at the first chunk that fails, after the good ones before it were given out.
        """
        if self._fault is not None:
            raise self._fault
        if not self._ahead_fill:
            return 0
        batch, size = self._ahead, self._ahead_fill
        # One batch ahead, because only the end of the file tells which chunk is the final one.
        self._ahead, self._spare = self._spare, batch
        self._ahead_fill = (
            read_full(self._source, memoryview(self._ahead)) if size == SEALED_BATCH_BYTES else 0
        )
        return self._open_batch(memoryview(batch)[:size], out, final=not self._ahead_fill)

    def _open_batch(self, sealed: memoryview, out: memoryview, *, final: bool) -> int:
        put = 0
        for start in range(0, len(sealed), SEALED_CHUNK_BYTES):
            chunk = sealed[start : start + SEALED_CHUNK_BYTES]
            is_last = final and start + len(chunk) == len(sealed)
            try:
                put += self._opener.open_into(self._index, chunk, out[put:], final=is_last)
            except AgePayloadDamaged as error:
                self._fault = error
                if not put:
                    raise
                return put
            self._index += 1
        return put

    def __iter__(self) -> Iterator[bytes]:
        """The content in pieces of up to 1 MiB."""
        buffer = memoryview(bytearray(BATCH_BYTES))
        while size := self.read_batch_into(buffer):
            yield bytes(buffer[:size])


class AgeReader(io.RawIOBase):
    """The content of a seekable age file as a seekable file. Not for use by several threads at once."""

    def __init__(self, source: SeekableSource, identities: Sequence[Identity]) -> None:
        super().__init__()
        self._source = source
        self._opener, self._start = _open_payload(source, identities)
        payload = source.seek(0, os.SEEK_END) - self._start
        self.size = _content_size(payload)
        self._final = chunk_count(self.size) - 1
        self._position = 0
        self._sealed = bytearray(SEALED_CHUNK_BYTES)
        self._chunk = bytearray(CHUNK_BYTES)
        # A reader that trusted the file's length would take a cut at a chunk's edge for the end.
        self._open_chunk(self._final, memoryview(self._chunk))
        self._chunk_index = self._final

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The place in the content, in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place in the content; beyond its end reads give nothing."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("a place before the first byte")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill as much of `buffer` as the content has, up to 1 MiB; 0 at its end.

        Raises AgePayloadDamaged; then nothing of the damaged chunk was given out.
        """
        out = memoryview(buffer).cast("B")
        wanted = min(len(out), self.size - self._position, BATCH_CHUNKS * CHUNK_BYTES)
        put = 0
        while put < wanted:
            put += self._read_within_chunk(out[put:wanted])
        return put

    def _read_within_chunk(self, out: memoryview) -> int:
        index, offset = divmod(self._position, CHUNK_BYTES)
        size = min(CHUNK_BYTES, self.size - index * CHUNK_BYTES)
        if offset == 0 and len(out) >= size:
            # Straight into the caller's buffer: copying would cost as much as decrypting.
            taken = self._open_chunk(index, out)
        else:
            if index != self._chunk_index:
                self._chunk_index = -1
                self._open_chunk(index, memoryview(self._chunk))
                self._chunk_index = index
            taken = min(len(out), size - offset)
            out[:taken] = memoryview(self._chunk)[offset : offset + taken]
        self._position += taken
        return taken

    def _open_chunk(self, index: int, out: memoryview) -> int:
        self._source.seek(self._start + index * SEALED_CHUNK_BYTES)
        expected = min(SEALED_CHUNK_BYTES, sealed_size(self.size) - index * SEALED_CHUNK_BYTES)
        sealed = memoryview(self._sealed)[:expected]
        if read_full(self._source, sealed) != expected:
            raise damaged()
        return self._opener.open_into(index, sealed, out, final=index == self._final)

    def close(self) -> None:
        """Close the reader and its source."""
        if not self.closed:
            self._source.close()
        super().close()


def read_full(source: ByteSource, buffer: memoryview) -> int:
    """Fill `buffer` from `source` and give the number of bytes: fewer only at the source's end."""
    filled = 0
    while filled < len(buffer):
        got = source.readinto(buffer[filled:])
        if not got:
            break
        filled += got
    return filled


def _open_payload(source: ByteSource, identities: Sequence[Identity]) -> tuple[PayloadOpener, int]:
    header = read_header(source)
    file_key = unwrap(header, identities)
    nonce = bytearray(NONCE_BYTES)
    if read_full(source, memoryview(nonce)) != NONCE_BYTES:
        raise AgeHeaderInvalid(_("This age file ends before its content begins."))
    return PayloadOpener(file_key, bytes(nonce)), header.length + NONCE_BYTES


def _content_size(payload: int) -> int:
    """The size of the content whose sealed chunks take `payload` bytes; raises AgePayloadDamaged for an
    impossible one.
    """
    chunks = max(1, -(-payload // SEALED_CHUNK_BYTES))
    size = payload - TAG_BYTES * chunks
    if size < 0 or sealed_size(size) != payload:
        raise damaged()
    return size
