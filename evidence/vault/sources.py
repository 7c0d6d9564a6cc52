"""What bytes are taken from: a path, an open file, an upload. Watched, so that a file that changes is
noticed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from evidence.errors import SourceChanged, SourceUnreadable

_READ_BYTES = 1024 * 1024


class Source:
    """An open source, read from its first byte to its end.

    `size` is its length in bytes where that is known before (a regular file), else None.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._before = _regular_stat(file)
        self.size = None if self._before is None else self._before.st_size
        self._taken = 0
        self._readinto = getattr(file, "readinto", None)
        _rewind(file)

    def read_into(self, buffer: memoryview) -> int:
        """Fill some of `buffer`; 0 at the end. Raises SourceUnreadable."""
        try:
            got = self._readinto(buffer) if self._readinto else self._read_and_copy(buffer)
        except (OSError, ValueError, TypeError) as error:
            raise _unreadable() from error
        if got is None:
            raise _unreadable()
        self._taken += got
        return int(got)

    def require_unchanged(self) -> None:
        """Raises SourceChanged when the file is not as it was, or gave another number of bytes than it
        had.
        """
        if self._before is None:
            return
        now = _regular_stat(self._file)
        same = now is not None and (now.st_size, now.st_mtime_ns) == (
            self._before.st_size,
            self._before.st_mtime_ns,
        )
        if not same or self._taken != self._before.st_size:
            raise SourceChanged(
                _(
                    "The file changed while it was read. Nothing was taken in; wait until it is complete and "
                    "try again."
                )
            )

    def _read_and_copy(self, buffer: memoryview) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def open_source(source: Path | BinaryIO) -> Iterator[Source]:
    """A path opened, or an open binary file as it is (its owner closes it).

    Raises SourceUnreadable with a sentence for what is missing, a folder, a device, a pipe or not ours to
    read.
    """
    if isinstance(source, Path):
        with _open_path(source) as file:
            yield Source(file)
    else:
        yield Source(source)


def digest_of(path: Path) -> tuple[bytes, int]:
    """The SHA-256 of a file and its size in bytes, without keeping anything. Raises as `Source` does."""
    sha256, size = hashlib.sha256(), 0
    buffer = memoryview(bytearray(_READ_BYTES))
    with open_source(path) as source:
        while got := source.read_into(buffer):
            sha256.update(buffer[:got])
            size += got
        source.require_unchanged()
    return sha256.digest(), size


def _open_path(path: Path) -> BinaryIO:
    try:
        # Without waiting: opening a pipe that nobody writes to would otherwise never end.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise SourceUnreadable(_("There is no such file. Check the path and try again.")) from error
    except PermissionError as error:
        raise SourceUnreadable(
            _("This file cannot be read. Give this program's user the right to read it and try again.")
        ) from error
    except (OSError, ValueError) as error:
        raise SourceUnreadable(_("This path cannot be opened. Check it and try again.")) from error
    try:
        _require_regular(descriptor)
    except SourceUnreadable:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb", buffering=0)


def _require_regular(descriptor: int) -> None:
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise SourceUnreadable(_("This is a folder. Name the files in it."))
    if not stat.S_ISREG(mode):
        raise SourceUnreadable(_("This is not a regular file. Copy its content into a file first."))


def _regular_stat(file: BinaryIO) -> os.stat_result | None:
    try:
        found = os.fstat(file.fileno())
    except (OSError, ValueError, AttributeError):
        # In memory, or a socket's wrapper: nobody else can change it.
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def _rewind(file: BinaryIO) -> None:
    """Evidence is the whole file, whoever looked into it before."""
    try:
        if file.seekable():
            file.seek(0)
    except AttributeError:
        return
    except (OSError, ValueError) as error:
        raise _unreadable() from error


def _unreadable() -> SourceUnreadable:
    return SourceUnreadable(
        _(
            "The file could not be read to its end. Check the disk or the connection it comes from and try "
            "again."
        )
    )
