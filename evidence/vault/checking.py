"""Examining stored objects: in full with the key, or by whoever holds the disk without any
key.

The examiner trusts neither the writer nor the file system: it reads every byte and compares with the record.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread

from blake3 import blake3

from evidence.errors import AgeError, ObjectAltered, ObjectMissing, VaultUnavailable
from evidence.vault.age_keys import Identity
from evidence.vault.age_payload import BATCH_BYTES
from evidence.vault.age_reading import AgeStream
from evidence.vault.facts import CheckOutcome, ObjectState, StoredFacts
from evidence.vault.stores import Store

_BUFFERS = 4


@dataclass(frozen=True, slots=True)
class _Content:
    """What was found inside: its SHA-256, its size in bytes, and further digests by their algorithms."""

    sha256: bytes
    size: int
    more: tuple[tuple[str, bytes], ...]


class _Digests:
    """SHA-256 and further digests of the same bytes."""

    def __init__(self, algorithms: Sequence[str]) -> None:
        self._sha256 = hashlib.sha256()
        self._more = {name: hashlib.new(name) for name in algorithms}
        self._size = 0

    def update(self, data: memoryview) -> None:
        """Take in the next bytes."""
        self._sha256.update(data)
        for digest in self._more.values():
            digest.update(data)
        self._size += len(data)

    def content(self) -> _Content:
        """The digests of all that was taken in."""
        more = tuple((name, digest.digest()) for name, digest in self._more.items())
        return _Content(self._sha256.digest(), self._size, more)


def check_object(
    store: Store, facts: StoredFacts, identities: Sequence[Identity], *, also: Sequence[str] = ()
) -> CheckOutcome:
    """Read, digest, open and digest again; the digests are computed side by side.

    `also` names algorithms (of hashlib) whose digests of the content are computed in the same reading.
    """
    return _examine(store, facts, identities, [*dict.fromkeys([*(name for name, _ in facts.more), *also])])


def scrub_object(store: Store, facts: StoredFacts) -> CheckOutcome:
    """Read and digest what is stored. Needs no key, and says nothing of the record's SHA-256."""
    return _examine(store, facts, None)


def _examine(
    store: Store, facts: StoredFacts, identities: Sequence[Identity] | None, algorithms: Sequence[str] = ()
) -> CheckOutcome:
    try:
        opened = store.open(facts.name)
        with opened.file as file:
            if opened.size != facts.stored_size:
                return CheckOutcome(_of_another_size(opened.size, facts))
            stored = _DigestingFile(file)
            content = None if identities is None else _digest_content(stored, identities, algorithms)
            stored.read_rest()
    except ObjectMissing:
        return CheckOutcome(ObjectState.MISSING)
    except ObjectAltered:
        return CheckOutcome(ObjectState.ALTERED_STORED)
    except (OSError, VaultUnavailable):
        return CheckOutcome(ObjectState.UNREADABLE)
    return _judge(facts, stored.digest(), content, opened=identities is not None)


def _of_another_size(size: int, facts: StoredFacts) -> ObjectState:
    return ObjectState.TRUNCATED if size < facts.stored_size else ObjectState.ALTERED_STORED


def _judge(facts: StoredFacts, stored: bytes, content: _Content | None, *, opened: bool) -> CheckOutcome:
    if stored != facts.blake3:
        state = ObjectState.ALTERED_STORED
    elif not opened:
        state = ObjectState.OK
    elif content is None:
        # The very bytes that were stored do not open: not damage, but another key.
        state = ObjectState.UNREADABLE
    elif (content.sha256, content.size) != (facts.sha256, facts.size) or not set(facts.more) <= set(
        content.more
    ):
        state = ObjectState.ALTERED_CONTENT
    else:
        state = ObjectState.OK
    if content is None:
        return CheckOutcome(state, blake3=stored)
    return CheckOutcome(state, sha256=content.sha256, blake3=stored, more=content.more)


def _digest_content(
    stored: _DigestingFile, identities: Sequence[Identity], algorithms: Sequence[str]
) -> _Content | None:
    """Digests and size of the content; None when it does not open to its end."""
    digests = _Digests(algorithms)
    try:
        stream = AgeStream(stored, identities)
        first = bytearray(BATCH_BYTES)
        filled = stream.read_batch_into(memoryview(first))
        if filled < BATCH_BYTES:
            # It ends here, or has a fault to raise: no thread for what is done already.
            stream.read_batch_into(memoryview(first)[filled:])
            digests.update(memoryview(first)[:filled])
            return digests.content()
        return _digest_beside(stream, first, digests)
    except AgeError:
        return None


def _digest_beside(stream: AgeStream, first: bytearray, digests: _Digests) -> _Content:
    """Open in this thread and hash in another, over a few buffers that go round."""
    full: SimpleQueue[tuple[bytearray, int] | None] = SimpleQueue()
    free: SimpleQueue[bytearray] = SimpleQueue()
    for _place in range(_BUFFERS - 1):
        free.put(bytearray(BATCH_BYTES))

    def hash_all() -> None:
        while (filled := full.get()) is not None:
            buffer, count = filled
            digests.update(memoryview(buffer)[:count])
            free.put(buffer)

    hasher = Thread(target=hash_all, name="vault-check", daemon=True)
    hasher.start()
    buffer, got = first, BATCH_BYTES
    try:
        while got:
            full.put((buffer, got))
            buffer = free.get()
            got = stream.read_batch_into(memoryview(buffer))
    finally:
        full.put(None)
        hasher.join()
    return digests.content()


class _DigestingFile:
    """A file that digests all that is read from it."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self._blake3 = blake3()

    def readline(self, limit: int, /) -> bytes:
        """The next line, at most `limit` bytes."""
        line = self._file.readline(limit)
        self._blake3.update(line)
        return line

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill some of `buffer`."""
        got = self._file.readinto(buffer)
        self._blake3.update(buffer[:got])
        return got

    def read_rest(self) -> None:
        """Digest what is left, so that a fault of the seal does not hide whether the bytes are those
        recorded.
        """
        buffer = memoryview(bytearray(BATCH_BYTES))
        while self.readinto(buffer):
            continue

    def digest(self) -> bytes:
        """The BLAKE3 of all that was read."""
        return self._blake3.digest()
