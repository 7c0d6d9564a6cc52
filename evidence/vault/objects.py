"""The vault: sealed objects in a store, written once, never changed, named by what they hold.

An object's name is an HMAC of the SHA-256 of its content, so equal bytes are one object.
"""

import io
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from audit.errors import DomainError
from evidence.errors import ObjectAltered, ObjectMissing
from evidence.vault import marker
from evidence.vault.age_keys import Identity, Recipient
from evidence.vault.checking import check_object, scrub_object
from evidence.vault.facts import CheckOutcome, ObjectState, StoredFacts
from evidence.vault.marker import KeyState, Marker
from evidence.vault.object_reading import ObjectReader, open_object
from evidence.vault.proven_reading import open_recorded
from evidence.vault.receiving import Received, Receiver
from evidence.vault.rewrapping import new_opening
from evidence.vault.sources import open_source
from evidence.vault.stores import (
    Spooled,
    Store,
    Stored,
    bytes_going,
    existing_damaged,
    key_changed,
    object_altered,
    object_gone,
    require_name,
    unreadable,
)
from evidence.vault.vault_keys import VaultKeys

_ABANDONED_AFTER = 24 * 60 * 60
# Objects are sealed to a key from the moment when it becomes the vault's own.
_SEALING = (KeyState.CURRENT, KeyState.NEXT)
# For the SHA-256 of bytes: 1, and one more for each time that their removal was begun.
Turns: TypeAlias = Callable[[bytes], int]


def first_turn(_sha256: bytes) -> int:
    """Where nothing was ever removed."""
    return 1


class Vault:
    """A vault in a store. Every instance checks first that `keys` are this vault's: under others nothing is
    written.

    `Vault.create` makes one. `turns` is asked whenever a name is made. Raises VaultUnavailable where there is none,
    VaultKeyWrong for other keys.
    """

    def __init__(
        self,
        store: Store,
        keys: VaultKeys,
        *,
        recovery_recipient: Recipient | None = None,
        turns: Turns = first_turn,
    ) -> None:
        marker.require_keys(store, keys)
        self._turns = turns
        self._store = store
        self._keys = keys
        self._recipients: Sequence[Recipient] = [keys.recipient, *filter(None, [recovery_recipient])]

    @classmethod
    def create(
        cls,
        store: Store,
        keys: VaultKeys,
        *,
        recovery_recipient: Recipient | None = None,
        turns: Turns = first_turn,
    ) -> "Vault":
        """Make an empty vault in `store`, which is new or empty, and open it. The marker comes last."""
        if not cls.exists(store):
            store.prepare()
            store.write_marker(marker.first_marker(keys).encoded())
        return cls(store, keys, recovery_recipient=recovery_recipient, turns=turns)

    @staticmethod
    def exists(store: Store) -> bool:
        """Whether a vault lives in `store`."""
        return store.read_marker() is not None

    def receiving(self, *, expected_size: int | None = None) -> Receiver:
        """A receiver to write to, for bytes that come in pieces.

        `expected_size`, where it can be trusted, has that much room set aside on the disk at once.
        """
        return Receiver(
            self._store.spool, self._recipients, key_id=self._keys.key_id, expected_size=expected_size
        )

    def receive(self, source: Path | BinaryIO) -> Received:
        """Take in all of `source`, an open binary file (from its first byte) or a path.

        Raises SourceUnreadable, SourceChanged, VaultFull or VaultUnavailable, and leaves nothing then.
        """
        with open_source(source) as opened, self.receiving(expected_size=opened.size) as receiver:
            receiver.read_from(opened)
            opened.require_unchanged()
            return receiver.finish()

    def commit(self, received: Received) -> StoredFacts:
        """Put what was received into its place; it is durable, name and all, when this returns.

        When the vault has these bytes already, the stored object is read and proven in full, the new copy
        goes, and the facts are those of the object that stays. Raises ObjectAltered when that object is
        damaged: taking the new copy for the old would acknowledge evidence that is not there. Raises
        VaultKeyWrong when the vault's key was changed since the bytes began to arrive, BytesGoing when their
        removal began meanwhile.
        """
        try:
            turn = self._turns(received.sha256)
            facts = StoredFacts(
                self._name_of(received, turn),
                received.size,
                received.sha256,
                received.blake3,
                received.stored_size,
                received.key_id,
                turn=turn,
            )
            is_new = self._store.place(
                Spooled(received.path, received.stored_size, received.blake3), facts.name
            )
            if is_new:
                self._require_turn(facts)
            proven = facts if is_new else self._proven(facts, self._keys.identities)
        finally:
            self.discard(received)
        if proven is None:
            raise existing_damaged()
        return proven

    def discard(self, received: Received) -> None:
        """Forget what was received and not committed. Does nothing when it is gone already."""
        # What cannot be removed now is swept later.
        with suppress(OSError):
            received.path.unlink()

    def open(self, name: str) -> BinaryIO:
        """The content of an object as a seekable file; only the chunks that are read are decrypted.

        Raises ObjectMissing, ObjectAltered (also while it is read) or VaultUnavailable.
        """
        stored = self._store.open(require_name(name))
        return cast(BinaryIO, io.BufferedReader(open_object(stored, self._keys.identities)))

    def open_recorded(self, facts: StoredFacts) -> BinaryIO:
        """As `open`, of the very object that `facts` tell of: another one in its place raises ObjectAltered.

        See `proven_reading.ProvenReader` for when that shows.
        """
        stored = self._store.open(require_name(facts.name))
        return cast(BinaryIO, io.BufferedReader(open_recorded(stored, self._keys.identities, facts)))

    def open_waiting(self, path: Path) -> ObjectReader:
        """The content of sealed bytes that wait outside the store, such as a part of an upload.

        Raises ObjectMissing, ObjectAltered (also while it is read) or VaultUnavailable.
        """
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise object_gone() from error
        except OSError as error:
            raise unreadable() from error
        file = os.fdopen(descriptor, "rb")
        return open_object(Stored(file, os.fstat(descriptor).st_size), self._keys.identities)

    def check(self, facts: StoredFacts, *, also: Sequence[str] = ()) -> CheckOutcome:
        """Read the object in full, open it and compare all digests and sizes with `facts`. Never raises for
        damage. `also` names further algorithms of hashlib to be computed in the same reading.
        """
        return check_object(self._store, facts, self._keys.identities, also=also)

    def scrub(self, facts: StoredFacts) -> CheckOutcome:
        """Compare the stored bytes with `facts` without using a key. Never raises for damage."""
        return scrub_object(self._store, facts)

    def sweep_temporary(self, *, older_than: float = _ABANDONED_AFTER) -> int:
        """Remove arrivals that nobody has written to for `older_than` seconds; gives how many."""
        return self._store.sweep(older_than=older_than)

    def rewrap(self, facts: StoredFacts) -> StoredFacts:
        """A second object of the same content, sealed to today's keys; its body is not sealed anew.

        It is read in full and opened with the new key alone before its facts are given. The old object stays
        until `remove_old`. Raises ObjectMissing, ObjectAltered, VaultFull or VaultUnavailable.
        """
        turn = self._turns(facts.sha256)
        name = self._keys.object_name(facts.sha256, generation=self._generation(self._marker()), turn=turn)
        expected = StoredFacts(
            name, facts.size, facts.sha256, b"", facts.stored_size, self._keys.key_id, turn=turn
        )
        # There already when an earlier rotation was killed between the object and its row.
        proven = self._proven(expected, (self._keys.identity,))
        if proven is not None:
            self._store.protect(name)
        else:
            # Before the copy: one of damaged bytes would stand, perhaps locked, where the restored one belongs.
            self._require_undamaged(facts)
            stored = self._store.open(require_name(facts.name))
            with stored.file:
                opening = new_opening(stored.file, self._keys.identities, self._recipients)
            self._store.place_anew(facts.name, opening.content, skip=opening.replaces, name=name)
            proven = self._proven(expected, (self._keys.identity,))
        if proven is None:
            raise object_altered()
        return proven

    def remove_old(self, name: str) -> bool:
        """Remove an object that was sealed anew and that no record names; False while a lock holds it."""
        return self._store.remove(require_name(name))

    def remove_disposed(self, name: str) -> bool:
        """Remove an object whose item was disposed of and that no record needs; False while a lock holds it."""
        return self._store.remove(require_name(name))

    def holds(self, name: str) -> bool:
        """Whether anything stands under the name, whatever its state. Raises VaultUnavailable."""
        try:
            self._store.open(require_name(name)).file.close()
        except ObjectMissing:
            return False
        except ObjectAltered:
            return True
        return True

    def held_until(self, name: str) -> datetime | None:
        """Until when the store keeps the object from being removed; None where nothing does."""
        return self._store.held_until(require_name(name))

    def _marker(self) -> Marker:
        return marker.read_marker(self._store)

    def _name_of(self, received: Received, turn: int) -> str:
        # Read again: an upload of hours may have begun under a key that the vault has let go of since.
        generation = self._generation(self._marker())
        if received.key_id != self._keys.key_id:
            raise key_changed()
        return self._keys.object_name(received.sha256, generation=generation, turn=turn)

    def _require_turn(self, placed: StoredFacts) -> None:
        """Take back what was put under a name whose removal began after it was made. Raises BytesGoing.

        Whoever is killed before this leaves it to the later looks of the removal.
        """
        if self._turns(placed.sha256) == placed.turn:
            return
        with suppress(DomainError):
            self._store.remove(placed.name)
        raise bytes_going()

    def _generation(self, current: Marker) -> int:
        generation = current.generation(self._keys.recipient, *_SEALING)
        if generation is None:
            raise key_changed()
        return generation

    def _require_undamaged(self, facts: StoredFacts) -> None:
        found = self.scrub(facts)
        if found.state is ObjectState.MISSING:
            raise object_gone()
        if found.state is ObjectState.UNREADABLE:
            raise unreadable()
        if not found.ok:
            raise object_altered()

    def _proven(self, facts: StoredFacts, identities: Sequence[Identity]) -> StoredFacts | None:
        """What stands under the name, read in full: its true facts, or None where it is not these bytes."""
        try:
            stored = self._store.open(facts.name)
        except (ObjectMissing, ObjectAltered):
            return None
        stored.file.close()
        expected = replace(facts, blake3=b"", stored_size=stored.size)
        found = check_object(self._store, expected, identities)
        if found.state is ObjectState.UNREADABLE and found.blake3 is None:
            # The store failed in the middle: that says nothing of the object.
            raise unreadable()
        if found.sha256 != facts.sha256 or found.blake3 is None:
            return None
        return replace(expected, blake3=found.blake3)
