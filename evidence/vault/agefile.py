"""age v1 files, written and read in a stream, and read at any place (https://c2sp.org/age).

`encrypt_to` seals to any number of X25519 recipients; `open_stream` reads once from front to end from any
source; `open_seekable` reads ranges and decrypts only the chunks that they touch. Every byte that is given
out has been authenticated together with its place in the file.
"""

import secrets
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from evidence.vault import age_stanzas
from evidence.vault.age_header import write_header
from evidence.vault.age_keys import Identity, Recipient
from evidence.vault.age_payload import BATCH_BYTES, NONCE_BYTES, SEALED_BATCH_BYTES, PayloadSealer
from evidence.vault.age_reading import AgeReader, AgeStream, ByteSource, SeekableSource


class Sink(Protocol):
    """Where sealed bytes go: an open file, a pipe, a response. Takes all that it is given."""

    def write(self, data: bytes, /) -> object:
        """Take `data` whole."""
        ...


class AgeWriter:
    """Seals what is written to it. Not finished until `close()`: a file without its final chunk opens
    nowhere.

    As a context manager it closes on success; after an exception it leaves the file unfinished, on purpose.
    """

    def __init__(self, recipients: Sequence[Recipient], sink: Sink) -> None:
        opening, self._sealer = begin(recipients)
        self._sink = sink
        self._held = bytearray(BATCH_BYTES)
        self._sealed = bytearray(SEALED_BATCH_BYTES)
        self._fill = 0
        self._closed = False
        sink.write(opening)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take all of `data`; gives its length in bytes."""
        if self._closed:
            raise ValueError("this age file is finished")
        view = memoryview(data).cast("B")
        taken = 0
        while taken < len(view):
            # Sealed only when more comes: what is held may turn out to be the end.
            if self._fill == BATCH_BYTES:
                self._seal(final=False)
            room = min(BATCH_BYTES - self._fill, len(view) - taken)
            self._held[self._fill : self._fill + room] = view[taken : taken + room]
            self._fill += room
            taken += room
        return taken

    def flush(self) -> None:
        """Nothing: a chunk cannot be sealed before it is whole. Here because writers of archives call it."""

    def close(self) -> None:
        """Seal the rest as the final chunk. The sink stays open. A second call does nothing."""
        if not self._closed:
            self._closed = True
            self._seal(final=True)

    def _seal(self, *, final: bool) -> None:
        put = self._sealer.seal_into(
            memoryview(self._held)[: self._fill], memoryview(self._sealed), final=final
        )
        self._sink.write(bytes(memoryview(self._sealed)[:put]))
        self._fill = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        self._closed = True


def begin(recipients: Sequence[Recipient]) -> tuple[bytes, PayloadSealer]:
    """The first bytes of a new file (header and payload nonce) and the sealer of its chunks; a new file
    key.
    """
    if not recipients:
        raise ValueError("an age file needs at least one recipient")
    file_key = secrets.token_bytes(age_stanzas.FILE_KEY_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    header = write_header([age_stanzas.wrap(file_key, recipient) for recipient in recipients], file_key)
    return header + nonce, PayloadSealer(file_key, nonce)


def encrypt_to(recipients: Sequence[Recipient], sink: Sink) -> AgeWriter:
    """A writer that seals to all of `recipients` into `sink`, holding at most 2 MiB."""
    return AgeWriter(recipients, sink)


def open_stream(source: ByteSource, identities: Sequence[Identity]) -> AgeStream:
    """Read `source` once, from its current place to its end, which must be the age file's end.

    Raises AgeHeaderInvalid, AgeHeaderForged or AgeNoMatch now, and AgePayloadDamaged while it is read.
    """
    return AgeStream(source, identities)


def open_seekable(source: SeekableSource, identities: Sequence[Identity]) -> AgeReader:
    """Read ranges of `source`, which starts at its first byte and is closed with the reader.

    The final chunk is checked now, so the size is known to be true. Raises as `open_stream`.
    """
    return AgeReader(source, identities)
