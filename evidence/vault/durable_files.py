"""Files that are on the disk when we say so, and nowhere when we do not.

Every call that can meet a full or failing disk goes through here, and its failure becomes one sentence.
"""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from evidence.errors import VaultDiskFailed, VaultFull

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def vault_failures() -> Iterator[None]:
    """Turns the system's errors about the vault's disk into VaultFull or VaultDiskFailed."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise VaultFull(
                _(
                    "The disk that holds the vault is full. Nothing was taken in; make room and send the "
                    "file again."
                )
            ) from error
        raise VaultDiskFailed(
            _(
                "The vault's disk failed or refused to be written. Nothing was taken in; look at the disk "
                "and its "
                "mount, then send the file again."
            )
        ) from error


def ensure_folder(folder: Path) -> None:
    """Make `folder` for its owner alone, durable in its parent. Its parent exists."""
    # Asked first: on a busy disk a mkdir that fails costs a tenth of the intake of a small file.
    if folder.is_dir():
        return
    try:
        folder.mkdir(0o700)
    except FileExistsError:
        return
    sync_folder(folder.parent)


def create_exclusively(path: Path) -> int:
    """A new file that only its owner can read and write; gives its descriptor."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def write_all(descriptor: int, data: memoryview) -> None:
    """Write all of `data`: the system may take less than it is given."""
    while data:
        taken = os.write(descriptor, data)
        if taken <= 0:
            raise OSError(errno.EIO, "the disk takes no more bytes")
        data = data[taken:]


def reserve(descriptor: int, size: int) -> None:
    """Have the disk set aside `size` bytes for the file, where the system can; the file is then that long.

    Tells at once whether there is room, and spares the allocation during the writes.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)


def make_durable(descriptor: int, size: int) -> None:
    """Give the file its true length, take away the right to write to it, and put it on the disk.

    After a failed fsync the data may be gone although a second call succeeds: the caller discards the file.
    """
    os.ftruncate(descriptor, size)
    os.fchmod(descriptor, 0o400)
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Put the names in `folder` on the disk."""
    with open_folder(folder) as descriptor:
        os.fsync(descriptor)


@contextmanager
def open_folder(folder: Path) -> Iterator[int]:
    """The descriptor of `folder`, to sync or lock it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def write_durably(path: Path, data: bytes) -> None:
    """A small read-only file, whole or not at all."""
    # A name of its own: two processes may make the same file at the same moment.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = create_exclusively(temporary)
    try:
        try:
            write_all(descriptor, memoryview(data))
            make_durable(descriptor, len(data))
        finally:
            os.close(descriptor)
        temporary.rename(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Whoever else asks for the same `path`, in any process of this machine, waits until this is over.

    A kill lets go of it too. Raises OSError.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_still(descriptor, path):
                try:
                    yield
                finally:
                    # While it is held: who waits for this file sees below that it is no longer the one.
                    path.unlink(missing_ok=True)
                return
        finally:
            os.close(descriptor)


def _is_still(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
