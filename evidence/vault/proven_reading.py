"""Reading a stored object as what the record says it is: another object in its place, whole in itself, is refused."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from blake3 import blake3

from evidence.errors import AgeError
from evidence.vault.age_keys import Identity
from evidence.vault.facts import StoredFacts
from evidence.vault.object_reading import ObjectReader
from evidence.vault.stores import Stored, object_altered, unreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Up to so many stored bytes, all of them are digested before the first is given out. A player that asks for a range is
# given at most as many (`evidence.ranges`): so no range costs much more than what it gives.
PROVEN_AT_ONCE = 4 * 1024 * 1024


class ProvenReader(ObjectReader):
    """The content of the object that `facts` tell of, and of no other.

    Its sizes are compared before anything is read. A small object is held in memory whole, its BLAKE3 compared, and
    given from there: who overwrites the file meanwhile changes nothing of what is read. A large one that
    is read from its first byte on is digested on the way; its end is given out only once its SHA-256 is the recorded
    one. Of a large object read in ranges only the sizes are compared: the rounds of fixity do the rest. Raises
    ObjectAltered and VaultUnavailable.
    """

    def __init__(self, stored: Stored, identities: Sequence[Identity], facts: StoredFacts) -> None:
        if stored.size != facts.stored_size:
            raise object_altered()
        whole = stored.size <= PROVEN_AT_ONCE
        super().__init__(_recorded(stored.file, facts) if whole else stored.file, identities)
        if self.size != facts.size:
            raise object_altered()
        self._sha256 = facts.sha256
        self._digest = None if whole else hashlib.sha256()
        self._digested = 0

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """As a raw file's."""
        start = self.tell()
        got = super().readinto(buffer)
        if self._digest is not None:
            self._go_on(start, memoryview(buffer).cast("B")[:got])
        return got

    def _go_on(self, start: int, given: memoryview) -> None:
        # What was digested already may be read again; a leap ahead ends the digesting.
        fresh = given[self._digested - start :] if start <= self._digested else None
        if fresh is None or self._digest is None:
            self._digest = None
            return
        self._digest.update(fresh)
        self._digested += len(fresh)
        if self._digested == self.size and self._digest.digest() != self._sha256:
            given[:] = bytes(len(given))
            raise object_altered()


def _recorded(file: io.BufferedReader, facts: StoredFacts) -> io.BytesIO:
    """All stored bytes, read once; the file is closed. Raises ObjectAltered."""
    with file:
        sealed = file.read(facts.stored_size)
    if blake3(sealed).digest() != facts.blake3:
        raise object_altered()
    return io.BytesIO(sealed)


def open_recorded(stored: Stored, identities: Sequence[Identity], facts: StoredFacts) -> ProvenReader:
    """A reader of the object, which it closes. Raises ObjectAltered or VaultUnavailable."""
    try:
        return ProvenReader(stored, identities, facts)
    except AgeError as error:
        stored.file.close()
        raise object_altered() from error
    except OSError as error:
        stored.file.close()
        raise unreadable() from error
    except BaseException:
        stored.file.close()
        raise
