"""Sinks whose zip archive ends in the vault or in an age file, never in clear on a disk."""

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dossiers.sinks import Writer, ZipSink, disk_faults, flush, usable_place
from evidence.digests import Digest
from evidence.models import StoredObject
from evidence.store import vault
from evidence.vault.age_keys import Recipient
from evidence.vault.agefile import AgeWriter
from evidence.vault.facts import StoredFacts
from evidence.vault.receiving import Receiver


class VaultSink:
    """A zip archive that streams into the vault, sealed to the recipient first where there is one."""

    stays = True

    def __init__(self, recipient: Recipient | None = None) -> None:
        self._vault = vault()
        self._recipient = recipient
        self._open: _OpenArrival | None = None

    def begin(self, name: str) -> None:
        """Open the vault for it. All files lie in one folder of this name."""
        receiver = self._vault.receiving()
        seal = AgeWriter([self._recipient], receiver) if self._recipient else None
        self._open = _OpenArrival(receiver, seal, ZipSink(seal or receiver))
        self._open.zip.begin(name)

    def create(self, path: str) -> AbstractContextManager[Writer]:
        """The next member of the archive."""
        return self._begun.zip.create(path)

    def settle(self) -> None:
        """Nothing yet: the archive becomes durable as a whole, before anybody can ask for it."""

    def finish(self) -> StoredObject:
        """Close the archive and put it into the vault; it is durable when this returns."""
        opened = self._begun
        opened.zip.finish()
        if opened.seal:
            opened.seal.close()
        stored = self._vault.commit(opened.receiver.finish())
        self._open = None
        return _row(stored)

    def abandon(self) -> None:
        """Throw away what was received."""
        if self._open:
            self._open.zip.abandon()
            self._open.receiver.discard()
            self._open = None

    @property
    def _begun(self) -> "_OpenArrival":
        if self._open is None:
            raise ValueError("a sink is written to only once it was begun")
        return self._open


@dataclass(frozen=True, slots=True)
class _OpenArrival:
    """What the vault receives, and the two writers upon it."""

    receiver: Receiver
    seal: AgeWriter | None
    zip: ZipSink


class SealedFileSink:
    """`<name>.zip.age` in a folder, sealed to the recipient while it is written: no clear copy ever exists."""

    stays = False

    def __init__(self, folder: Path, recipient: Recipient) -> None:
        """Raises BadDossierRequest, before anything is written, if the folder cannot be used."""
        self._folder = usable_place(folder)
        self._recipient = recipient
        self._open: _OpenSeal | None = None
        self.path = self._folder

    def begin(self, name: str) -> None:
        """Open the hidden file; one that a dead run left there is written over."""
        hidden = self._folder / f".{name}.zip.age.partial"
        with disk_faults():
            self._folder.mkdir(exist_ok=True)
            file = hidden.open("wb", buffering=0)
            seal = AgeWriter([self._recipient], file)
        self._open = _OpenSeal(hidden, file, seal, ZipSink(seal))
        self._open.zip.begin(name)
        self.path = self._folder / f"{name}.zip.age"

    def create(self, path: str) -> AbstractContextManager[Writer]:
        """The next member of the archive."""
        return self._begun.zip.create(path)

    def settle(self) -> None:
        """Flush what was sealed so far."""
        with disk_faults():
            os.fsync(self._begun.file.fileno())

    def finish(self) -> None:
        """Close the archive and the seal, flush, and rename into place."""
        opened = self._begun
        opened.zip.finish()
        with disk_faults():
            opened.seal.close()
            os.fsync(opened.file.fileno())
            opened.file.close()
            opened.hidden.rename(self.path)
            flush(self._folder)

    def abandon(self) -> None:
        """Remove the hidden file, and the folder if nothing else is in it."""
        if self._open:
            self._open.zip.abandon()
            self._open.file.close()
            self._open.hidden.unlink(missing_ok=True)
        if self._folder.is_dir() and not any(self._folder.iterdir()):
            self._folder.rmdir()

    @property
    def _begun(self) -> "_OpenSeal":
        if self._open is None:
            raise ValueError("a sink is written to only once it was begun")
        return self._open


@dataclass(frozen=True, slots=True)
class _OpenSeal:
    """The hidden file and the two writers upon it."""

    hidden: Path
    file: IO[bytes]
    seal: AgeWriter
    zip: ZipSink


def _row(stored: StoredFacts) -> StoredObject:
    """The row of the archive's bytes; the same bytes have one row."""
    row, _made = StoredObject.objects.get_or_create(
        sha256=Digest("sha256", stored.sha256),
        defaults={
            "name": stored.name,
            "size": stored.size,
            "stored_blake3": Digest("blake3", stored.blake3),
            "stored_size": stored.stored_size,
            "key_id": stored.key_id,
        },
    )
    return row
