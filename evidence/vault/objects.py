"""The store: sealed objects in a local folder, written once, never changed, named by what they hold.

    <root>/vault.json            which keys this vault belongs to
    <root>/incoming/*.part       arrivals that are not yet in the vault
    <root>/objects/ab/ab34…      objects, mode 0400

An object's name is an HMAC of the SHA-256 of its content, so equal bytes are one object.
"""

import fcntl
import io
import os
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from django.utils.translation import gettext_lazy as _

from evidence.errors import ObjectAltered, ObjectMissing
from evidence.vault import durable_files, marker
from evidence.vault.age_keys import Identity, Recipient
from evidence.vault.checking import check_object, scrub_object
from evidence.vault.durable_files import vault_failures
from evidence.vault.facts import CheckOutcome, StoredFacts
from evidence.vault.object_reading import open_object
from evidence.vault.receiving import TEMPORARY_SUFFIX, Received, Receiver
from evidence.vault.sources import open_source
from evidence.vault.vault_keys import VaultKeys

_OBJECTS = "objects"
_INCOMING = "incoming"
_NAME = re.compile(r"[0-9a-f]{64}")
_ABANDONED_AFTER = 24 * 60 * 60


class LocalVault:
    """A vault in a folder. Every instance checks first that `keys` are this vault's: under others nothing is
    written.

    `LocalVault.create` makes one. Raises VaultUnavailable where there is none, VaultKeyWrong for other keys.
    """

    def __init__(self, root: Path, keys: VaultKeys, *, recovery_recipient: Recipient | None = None) -> None:
        marker.require_keys(root, keys)
        self._root = root
        self._keys = keys
        self._recipients: Sequence[Recipient] = [keys.recipient, *filter(None, [recovery_recipient])]

    @classmethod
    def create(
        cls, root: Path, keys: VaultKeys, *, recovery_recipient: Recipient | None = None
    ) -> "LocalVault":
        """Make an empty vault in `root`, which is new or empty, and open it. The marker comes last."""
        with vault_failures():
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            root.chmod(0o700)
            if not marker.has_marker(root):
                for name in (_OBJECTS, _INCOMING):
                    durable_files.ensure_folder(root / name)
                marker.write_marker(root, keys)
                durable_files.sync_folder(root.parent)
        return cls(root, keys, recovery_recipient=recovery_recipient)

    @staticmethod
    def exists(root: Path) -> bool:
        """Whether a vault lives in `root`."""
        return marker.has_marker(root)

    def receiving(self, *, expected_size: int | None = None) -> Receiver:
        """A receiver to write to, for bytes that come in pieces.

        `expected_size`, where it can be trusted, has that much room set aside on the disk at once.
        """
        return Receiver(
            self._root / _INCOMING, self._recipients, key_id=self._keys.key_id, expected_size=expected_size
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
        damaged: taking the new copy for the old would acknowledge evidence that is not there.
        """
        name = self._keys.object_name(received.sha256)
        place = self._place(name)
        try:
            with vault_failures():
                durable_files.ensure_folder(place.parent)
                is_new = self._put_in_place(received.path, place)
            facts = StoredFacts(
                name, received.size, received.sha256, received.blake3, received.stored_size, received.key_id
            )
            return facts if is_new else self._prove_existing(facts)
        finally:
            self.discard(received)

    def discard(self, received: Received) -> None:
        """Forget what was received and not committed. Does nothing when it is gone already."""
        # What cannot be removed now is swept later.
        with suppress(OSError):
            received.path.unlink()

    def open(self, name: str) -> BinaryIO:
        """The content of an object as a seekable file; only the chunks that are read are decrypted.

        Raises ObjectMissing, ObjectAltered (also while it is read) or VaultUnavailable.
        """
        return cast(BinaryIO, io.BufferedReader(open_object(self._place(name), self._identities)))

    def check(self, facts: StoredFacts) -> CheckOutcome:
        """Read the object in full, open it and compare both digests and sizes with `facts`. Never raises for
        damage.
        """
        return check_object(self._place(facts.name), facts, self._identities)

    def scrub(self, facts: StoredFacts) -> CheckOutcome:
        """Compare the stored bytes with `facts` without using a key. Never raises for damage."""
        return scrub_object(self._place(facts.name), facts)

    def sweep_temporary(self, *, older_than: float = _ABANDONED_AFTER) -> int:
        """Remove arrivals that nobody has written to for `older_than` seconds; gives how many."""
        swept = 0
        limit = time.time() - older_than
        for path in (self._root / _INCOMING).glob("*" + TEMPORARY_SUFFIX):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime <= limit:
                    path.unlink()
                    swept += 1
        return swept

    def _put_in_place(self, temporary: Path, place: Path) -> bool:
        """Rename unless the place is taken; True when it was free. Two at once: the folder's lock lets one go
        first.
        """
        with durable_files.open_folder(place.parent) as folder:
            fcntl.flock(folder, fcntl.LOCK_EX)
            is_new = not os.path.lexists(place)
            if is_new:
                temporary.rename(place)
            # Also for an object that was there: who put it there may have died before this line.
            os.fsync(folder)
        return is_new

    def _prove_existing(self, facts: StoredFacts) -> StoredFacts:
        place = self._place(facts.name)
        try:
            stored_size = os.lstat(place).st_size
        except OSError as error:
            raise _existing_damaged() from error
        expected = StoredFacts(facts.name, facts.size, facts.sha256, b"", stored_size, facts.key_id)
        found = check_object(place, expected, self._identities)
        if found.sha256 != facts.sha256 or found.blake3 is None:
            raise _existing_damaged()
        return StoredFacts(facts.name, facts.size, facts.sha256, found.blake3, stored_size, facts.key_id)

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ObjectMissing(
                _("This is not the name of a stored object. Open the exhibit from its own page.")
            )
        return self._root / _OBJECTS / name[:2] / name

    @property
    def _identities(self) -> Sequence[Identity]:
        return [self._keys.identity]


def _existing_damaged() -> ObjectAltered:
    return ObjectAltered(
        _(
            "The vault holds an object for these very bytes, but that object is damaged. Nothing was taken "
            "in: keep the "
            "file, restore the object from a backup, then send the file again."
        )
    )
