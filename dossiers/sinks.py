"""Where a dossier is written to: a folder, or a zip archive that streams. One packaging code feeds both."""

import errno
import os
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from django.utils.translation import gettext as _

from dossiers.errors import BadDossierRequest, DossierNotWritten
from dossiers.partial import PartialFolder
from evidence.models import StoredObject

# Flushes in flight: a disk answers sixteen at once in little more than the time of one.
_FLUSHES = 16


class Writer(Protocol):
    """Takes bytes in order."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""


class Sink(Protocol):
    """Takes the files of one bag in the order in which they come.

    With `stays`, what it made lies here until somebody is handed it; else it leaves when it is finished.
    """

    stays: bool

    def begin(self, name: str) -> None:
        """Start; `name` is the dossier's own. Nothing is visible under the final name before `finish`."""

    def create(self, path: str) -> AbstractContextManager[Writer]:
        """Open the next file; the one before it is closed."""

    def settle(self) -> None:
        """Return once everything written so far is as durable as this sink can make it."""

    def finish(self) -> StoredObject | None:
        """Make the dossier visible, whole, under its final name; gives the archive if it lies in the vault."""

    def abandon(self) -> None:
        """Leave nothing behind. May be called at any time before `finish` has returned."""


class DirectorySink:
    """A folder. It is written under a hidden name beside its place and renamed when it is whole."""

    stays = False

    def __init__(self, path: Path) -> None:
        """Raises BadDossierRequest, before anything is written, if a dossier cannot be put at `path`."""
        self.path = usable_place(path)
        self._partial = PartialFolder(self.path.parent, self.path.name)
        self._files: list[Path] = []

    def begin(self, name: str) -> None:
        """Make the hidden folder; one that a dead run left there is cleared first."""
        with disk_faults():
            self._partial.take()

    @contextmanager
    def create(self, path: str) -> Iterator[Writer]:
        """A new file in the hidden folder."""
        target = self._partial.path / path
        with disk_faults():
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb", buffering=0) as file:
                yield file
            self._files.append(target)

    def settle(self) -> None:
        """Flush every file written since the last call, then every folder."""
        with disk_faults():
            with ThreadPoolExecutor(_FLUSHES) as pool:
                list(pool.map(flush, self._files))
            folders = {
                parent
                for file in self._files
                for parent in file.parents
                if self._partial.path in (parent, *parent.parents)
            }
            for folder in sorted(folders):
                flush(folder)
            self._files = []

    def finish(self) -> None:
        """Rename into place. An empty folder that stood there is replaced; anything else is refused."""
        self.settle()
        with disk_faults():
            self._partial.path.rename(self.path)
            flush(self.path.parent)
            self._partial.release()

    def abandon(self) -> None:
        """Remove the hidden folder."""
        self._partial.clear()


class ZipSink:
    """A zip archive written straight into a stream that is only ever written to.

    Stored, not compressed: evidence is mostly compressed already, and an archive that anyone can cut open with any
    tool is worth more. Fixed time-stamps and modes make the same dossier the same bytes. Zip64 throughout.
    """

    stays = False

    def __init__(self, stream: Writer) -> None:
        self._outlet = _Outlet(stream)
        self._archive = zipfile.ZipFile(self._outlet, "w", zipfile.ZIP_STORED)
        self._folder = ""

    def begin(self, name: str) -> None:
        """All files lie in one folder of this name."""
        self._folder = name

    @contextmanager
    def create(self, path: str) -> Iterator[Writer]:
        """The next member of the archive, its sizes and checksum behind it in a data descriptor."""
        member = zipfile.ZipInfo(f"{self._folder}/{path}", date_time=(1980, 1, 1, 0, 0, 0))
        member.create_system = 3
        member.external_attr = 0o100644 << 16
        # Said here as well: before 3.11.4, Python forces the form without naming the version that reads it.
        member.create_version = member.extract_version = zipfile.ZIP64_VERSION
        with disk_faults(), self._archive.open(member, "w", force_zip64=True) as file:
            yield file

    def settle(self) -> None:
        """Nothing to do: a stream becomes durable as a whole, when whoever owns it closes it."""

    def finish(self) -> None:
        """Write the central directory. The stream's owner closes the stream."""
        with disk_faults():
            self._archive.close()

    def abandon(self) -> None:
        """Write nothing more. The stream's owner throws away what it has."""
        # `ZipFile` would still write its directory when it is collected, into a stream that is gone by then.
        self._outlet.cut = True


class _Outlet:
    """The stream as `zipfile` must see it: without a position to go back to."""

    def __init__(self, stream: Writer) -> None:
        self.cut = False
        self._stream = stream

    def write(self, data: bytes, /) -> int:
        """Pass the bytes on, unless the archive was abandoned."""
        if not self.cut:
            self._stream.write(bytes(data))
        return len(data)

    def flush(self) -> None:
        """The stream's owner decides when to flush."""

    def close(self) -> None:
        """The stream's owner closes it."""


@contextmanager
def disk_faults() -> Iterator[None]:
    """Turn what the operating system says about a disk into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DossierNotWritten(
                _("The disk is full. Nothing half-made was left. Free space and compile again.")
            ) from error
        raise DossierNotWritten(
            _(
                "The dossier could not be written: %(why)s. Nothing half-made was left. "
                "Choose another place, or look at the disk."
            )
            % {"why": error.strerror or error}
        ) from error


def usable_place(path: Path) -> Path:
    """The absolute path, if a dossier can be put there. Raises BadDossierRequest with what to do otherwise."""
    place = Path(os.path.abspath(path))  # noqa: PTH100  resolve() would follow a link at the place itself
    try:
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise BadDossierRequest(
                _("There is a file at %(place)s. Name a folder that does not exist yet.") % {"place": place}
            )
        if place.is_dir() and any(place.iterdir()):
            raise BadDossierRequest(
                _("The folder %(place)s is not empty. Name a folder that does not exist yet.")
                % {"place": place}
            )
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadDossierRequest(
            _("The dossier cannot be put at %(place)s: %(why)s. Choose another folder.")
            % {"place": place, "why": error.strerror}
        ) from error
    if not os.access(place.parent, os.W_OK | os.X_OK):
        raise BadDossierRequest(
            _("You may not write in %(place)s. Choose another folder.") % {"place": place.parent}
        )
    return place


def flush(path: Path) -> None:
    """Return once the file's or folder's content is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
