"""Taking bytes in: one pass in which hashing hides sealing and writing.

The caller's thread reads and computes the SHA-256, the slowest part; a second thread seals, digests and
writes what the first has read. Both let go of the interpreter while they work. At most `_BUFFERS` megabytes
wait between them.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from evidence.vault import durable_files
from evidence.vault.age_keys import Recipient
from evidence.vault.age_payload import BATCH_BYTES
from evidence.vault.durable_files import vault_failures
from evidence.vault.sealing import SealedFile
from evidence.vault.sealing_thread import SealingThread
from evidence.vault.sources import Source
from evidence.vault.stores import TEMPORARY_SUFFIX

_BUFFERS = 6


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that are sealed, digested and on the disk, but not yet in the vault. Sizes in bytes."""

    path: Path
    size: int
    sha256: bytes
    blake3: bytes
    stored_size: int
    key_id: str


class Receiver:
    """One arrival. Write to it or let it read a source, then `finish()`; leaving without that discards
    everything.
    """

    def __init__(
        self, folder: Path, recipients: Sequence[Recipient], *, key_id: str, expected_size: int | None = None
    ) -> None:
        self._key_id = key_id
        self._path = folder / (secrets.token_hex(16) + TEMPORARY_SUFFIX)
        with vault_failures():
            descriptor = durable_files.create_exclusively(self._path)
        self._descriptor: int | None = descriptor
        self._sealed = SealedFile(descriptor, recipients, expected_size=expected_size)
        self._sha256 = hashlib.sha256()
        self._size = 0
        self._filling = bytearray(BATCH_BYTES)
        self._fill = 0
        self._worker: SealingThread | None = None
        self._open = True

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take all of `data`; gives its length. Raises VaultFull or VaultUnavailable; then leave the
        receiver.
        """
        view = memoryview(data).cast("B")
        taken = 0
        while taken < len(view):
            room = min(BATCH_BYTES - self._fill, len(view) - taken)
            self._filling[self._fill : self._fill + room] = view[taken : taken + room]
            self._filled(room)
            taken += room
        return taken

    def read_from(self, source: Source) -> None:
        """Take all that `source` still has. Raises SourceUnreadable, and as `write`."""
        while got := source.read_into(memoryview(self._filling)[self._fill :]):
            self._filled(got)

    def _filled(self, count: int) -> None:
        self._fill += count
        self._size += count
        if self._fill < BATCH_BYTES:
            return
        if self._worker is None:
            self._worker = SealingThread(self._sealed, buffers=_BUFFERS)
        full = self._filling
        # Handed over first and hashed then, so that both threads work on it at once; neither changes it.
        self._worker.submit(full)
        self._sha256.update(full)
        with vault_failures():
            self._filling = self._worker.take_buffer()
        self._fill = 0

    def finish(self) -> Received:
        """All is there: seal the end and put the file on the disk. Raises VaultFull or VaultUnavailable."""
        with vault_failures():
            self._seal_the_end()
            stored_digest = self._sealed.finish()
            self._close()
        self._open = False
        return Received(
            self._path,
            self._size,
            self._sha256.digest(),
            stored_digest,
            self._sealed.stored_size,
            self._key_id,
        )

    def _seal_the_end(self) -> None:
        rest = memoryview(self._filling)[: self._fill]
        self._sha256.update(rest)
        held = self._worker.finish() if self._worker is not None else None
        if held is not None and not rest:
            rest = memoryview(held)
        elif held is not None:
            self._sealed.append(memoryview(held), final=False)
        self._sealed.append(rest, final=True)

    def discard(self) -> None:
        """Stop and leave nothing behind. A second call, or one after `finish()`, does nothing."""
        if not self._open:
            return
        self._open = False
        if self._worker is not None:
            self._worker.abandon()
        self._sealed.abandon()
        # What cannot be closed or removed now is swept later; the fault that led here is what the caller must
        # hear.
        with suppress(OSError):
            self._close()
        with suppress(OSError):
            self._path.unlink()

    def _close(self) -> None:
        # Once, whatever comes of it: the number may be another file's a moment later.
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()
