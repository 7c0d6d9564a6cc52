"""A store in a local folder.

<root>/vault.json            which keys this vault belongs to
<root>/incoming/*.part       arrivals that are not yet in the vault
<root>/objects/ab/ab34…      objects, mode 0400
"""

import errno
import fcntl
import os
import secrets
import stat
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from evidence.errors import VaultUnavailable
from evidence.vault import durable_files
from evidence.vault.durable_files import vault_failures
from evidence.vault.stores import (
    MARKER,
    TEMPORARY_SUFFIX,
    Spooled,
    Stored,
    object_altered,
    object_gone,
    require_name,
    unreadable,
)

_OBJECTS = "objects"
_INCOMING = "incoming"
_LONGEST_MARKER = 64 * 1024
_COPY_BYTES = 1024 * 1024
# ioctl FICLONE (linux/fs.h): both files share their blocks where the file system can (btrfs, XFS).
_FICLONE = 0x40049409


class LocalStore:
    """Sealed files under `root`, each written once, renamed into place and never changed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def where(self) -> str:
        """The folder."""
        return os.fspath(self._root)

    @property
    def spool(self) -> Path:
        """In the same file system as the objects, so that a rename is all it takes."""
        return self._root / _INCOMING

    def prepare(self) -> None:
        """Make the folders, for their owner alone."""
        with vault_failures():
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._root.chmod(0o700)
            for name in (_OBJECTS, _INCOMING):
                durable_files.ensure_folder(self._root / name)
            durable_files.sync_folder(self._root.parent)

    def read_marker(self) -> bytes | None:
        """The content of `vault.json`, or None where there is none."""
        path = self._root / MARKER
        try:
            with path.open("rb") as file:
                return file.read(_LONGEST_MARKER)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise VaultUnavailable(
                _("%(path)s cannot be read. Restore it from a backup; nothing was written.") % {"path": path}
            ) from error

    def write_marker(self, content: bytes) -> None:
        """Replace `vault.json` in one step."""
        with vault_failures():
            durable_files.write_durably(self._root / MARKER, content)

    def place(self, spooled: Spooled, name: str) -> bool:
        """Rename unless the place is taken. Two at once: the folder's lock lets one go first."""
        place = self._place(name)
        with vault_failures():
            durable_files.ensure_folder(place.parent)
            with durable_files.open_folder(place.parent) as folder:
                fcntl.flock(folder, fcntl.LOCK_EX)
                is_new = not os.path.lexists(place)
                if is_new:
                    spooled.path.rename(place)
                # Also for an object that was there: who put it there may have died before this line.
                os.fsync(folder)
        return is_new

    def place_anew(self, source: str, opening: bytes, *, skip: int, name: str) -> bool:
        """Copy within the disk: by shared blocks where the openings are of one length and the file system can."""
        temporary = self.spool / (secrets.token_hex(16) + TEMPORARY_SUFFIX)
        stored = self.open(source)
        try:
            with vault_failures():
                size = len(opening) + stored.size - skip
                _copy_with_opening(stored.file.fileno(), temporary, opening, skip=skip, size=size)
            return self.place(Spooled(temporary, size, b""), name)
        finally:
            stored.file.close()
            with suppress(OSError):
                temporary.unlink()

    def protect(self, name: str) -> None:
        """Nothing: on a disk an object's mode is all there is, and it came with the object."""

    def open(self, name: str) -> Stored:
        """The file, never through a link. Raises ObjectMissing, ObjectAltered or VaultUnavailable."""
        place = self._place(name)
        try:
            descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise object_gone() from error
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise object_altered() from error
            raise unreadable() from error
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            os.close(descriptor)
            raise object_altered()
        return Stored(os.fdopen(descriptor, "rb"), found.st_size)

    def remove(self, name: str) -> bool:
        """Take the file away, durably. True also when it was gone already: nothing on a disk is locked."""
        place = self._place(name)
        with vault_failures(), suppress(FileNotFoundError):
            place.unlink()
            durable_files.sync_folder(place.parent)
        return True

    def held_until(self, _name: str) -> datetime | None:
        """Never: nothing on a disk is locked."""
        return None

    def sweep(self, *, older_than: float) -> int:
        """Remove abandoned arrivals."""
        return sweep_spool(self.spool, older_than=older_than)

    def _place(self, name: str) -> Path:
        return self._root / _OBJECTS / require_name(name)[:2] / name


def sweep_spool(spool: Path, *, older_than: float) -> int:
    """Remove files of the spool that nobody has written to for `older_than` seconds; gives how many."""
    swept = 0
    limit = time.time() - older_than
    for path in spool.glob("*" + TEMPORARY_SUFFIX):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime <= limit:
                path.unlink()
                swept += 1
    return swept


def _copy_with_opening(source: int, target: Path, opening: bytes, *, skip: int, size: int) -> None:
    descriptor = durable_files.create_exclusively(target)
    try:
        if len(opening) != skip or not _share_blocks(source, descriptor):
            durable_files.write_all(descriptor, memoryview(opening))
            _copy_rest(source, descriptor, skip=skip)
        else:
            os.lseek(descriptor, 0, os.SEEK_SET)
            durable_files.write_all(descriptor, memoryview(opening))
        durable_files.make_durable(descriptor, size)
    finally:
        os.close(descriptor)


def _share_blocks(source: int, target: int) -> bool:
    if sys.platform != "linux":
        return False
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError:
        # A file system without shared blocks; the bytes are copied then.
        return False
    return True


def _copy_rest(source: int, target: int, *, skip: int) -> None:
    os.lseek(source, skip, os.SEEK_SET)
    buffer = memoryview(bytearray(_COPY_BYTES))
    while got := os.readv(source, [buffer]):
        durable_files.write_all(target, buffer[:got])
