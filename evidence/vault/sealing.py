"""The writing half of intake: seal, digest what is stored, write, and keep the disk busy meanwhile."""

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from blake3 import blake3

from evidence.vault import agefile, durable_files
from evidence.vault.age_keys import Recipient
from evidence.vault.age_payload import SEALED_BATCH_BYTES, TAG_BYTES, chunk_count, sealed_size

# Wait for the disk every 32 MiB, in a thread of its own: one fsync at the end would add its whole time to the
# intake.
_FLUSH_BYTES = 32 * 1024 * 1024
_RESERVE_STEP = 64 * 1024 * 1024


class SealedFile:
    """An age file that grows. Used by one thread at a time; errors of the system pass through as OSError."""

    def __init__(
        self, descriptor: int, recipients: Sequence[Recipient], *, expected_size: int | None
    ) -> None:
        opening, self._sealer = agefile.begin(recipients)
        self._descriptor = descriptor
        self._opening: bytes = opening
        self._expected = expected_size
        self._reserved = 0
        self._sealed = memoryview(b"")
        self._stored = blake3()
        self._flusher = _EarlyFlusher(descriptor)
        self.stored_size = 0

    def append(self, plain: memoryview, *, final: bool) -> None:
        """Seal and write `plain`: whole chunks of at most 1 MiB, or any part of one when `final`."""
        if not self.stored_size:
            self._start(len(plain) if final else None)
        put = self._sealer.seal_into(plain, self._sealed, final=final)
        self._put(self._sealed[:put])

    def finish(self) -> bytes:
        """Put the file on the disk, read-only; gives the BLAKE3 of its bytes. Raises OSError when its length
        is wrong.
        """
        self._flusher.finish()
        durable_files.make_durable(self._descriptor, self.stored_size)
        if os.fstat(self._descriptor).st_size != self.stored_size:
            raise OSError("the stored file has another length than was written")
        return self._stored.digest()

    def abandon(self) -> None:
        """End the flushing thread; what it met no longer matters."""
        self._flusher.abandon()

    def _start(self, whole: int | None) -> None:
        # A file that fits one batch needs no megabyte of buffer and no allocation ahead.
        room = SEALED_BATCH_BYTES if whole is None else whole + TAG_BYTES * chunk_count(whole)
        self._sealed = memoryview(bytearray(room))
        if whole is None and self._expected:
            self._reserve(len(self._opening) + sealed_size(self._expected))
        self._put(memoryview(self._opening))

    def _put(self, data: memoryview) -> None:
        if self._reserved and self.stored_size + len(data) > self._reserved:
            self._reserve(self._reserved + _RESERVE_STEP)
        elif not self._reserved and self.stored_size + len(data) > SEALED_BATCH_BYTES:
            self._reserve(_RESERVE_STEP)
        self._stored.update(data)
        durable_files.write_all(self._descriptor, data)
        self.stored_size += len(data)
        self._flusher.wrote(len(data))

    def _reserve(self, size: int) -> None:
        durable_files.reserve(self._descriptor, size)
        self._reserved = size


class _EarlyFlusher:
    """Asks the disk for what was written so far, beside the writing, one request at a time."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._executor: ThreadPoolExecutor | None = None
        self._flush: Future[None] | None = None
        self._waiting = 0

    def wrote(self, size: int) -> None:
        """Note `size` more bytes. Raises the OSError that an earlier request met: it is never tried again."""
        self._waiting += size
        if self._waiting < _FLUSH_BYTES or not (self._flush is None or self._flush.done()):
            return
        if self._flush is not None:
            self._flush.result()
        self._executor = self._executor or ThreadPoolExecutor(1, thread_name_prefix="vault-flush")
        self._flush = self._executor.submit(os.fdatasync, self._descriptor)
        self._waiting = 0

    def finish(self) -> None:
        """Wait for the last request and raise the OSError it met."""
        if self._flush is not None:
            self._flush.result()
        self.abandon()

    def abandon(self) -> None:
        """Wait for the thread to end: the descriptor may be closed then."""
        if self._executor is not None:
            self._executor.shutdown(wait=True)
