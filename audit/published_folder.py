"""Writing a published log into a folder so that a reader never meets half a file, and a power cut loses nothing."""

import os
from pathlib import Path

from django.utils.translation import gettext as _

from audit.errors import PublicationRefused, Unavailable
from audit.key_files import sync_folder

_PART = ".part"
# A web server hands the hashes out under a user of its own, whereas what this program writes else is its own alone.
_FILE, _FOLDER = 0o644, 0o755
_PRIVATE, _ENTRIES = 0o600, "tile/entries/"


class FolderUnwritable(Unavailable):
    """The folder that the log is published into cannot be written."""


def make_folder(path: Path) -> None:
    """Make a folder, with those that it lies in, so that everybody can enter the new ones. Raises FolderUnwritable."""
    try:
        for one in [*reversed(path.parents), path]:
            if not one.is_dir():
                one.mkdir(exist_ok=True)
                one.chmod(_FOLDER)
    except OSError as error:
        raise _unwritable(path, error) from error


class PublishedFolder:
    """The folder of a published log. Counts what it writes in `written`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = 0
        self._touched: set[Path] = set()

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is no such file."""
        try:
            return (self.folder / path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unwritable(self.folder / path, error) from error

    def sweep(self) -> None:
        """Remove what a killed run left half written."""
        for left in self.folder.rglob(f".*{_PART}"):
            left.unlink(missing_ok=True)

    def write_once(self, path: str, content: bytes) -> None:
        """Write a file that never changes. Raises PublicationRefused where it is there with other bytes."""
        before = self.read(path)
        if before is None:
            self._write(path, content)
        elif before != content:
            raise PublicationRefused(
                _(
                    "%(path)s was published before with other bytes. Nothing was published. Run verify_audit_log; "
                    "if the log is whole, somebody changed the folder: publish into an empty one and compare."
                )
                % {"path": self.folder / path}
            )
        self._touch(self.folder / path)

    def replace(self, path: str, content: bytes) -> None:
        """Write a file that may change; a reader sees the old one or the new. Durable when it returns."""
        if self.read(path) != content:
            self._write(path, content)
        sync_folder(self.folder)

    def settle(self) -> None:
        """Make the names of all that was written or met durable; else a power cut could take a name away."""
        for folder in sorted(self._touched):
            sync_folder(folder)
        self._touched.clear()

    def _write(self, path: str, content: bytes) -> None:
        target = self.folder / path
        part = target.with_name(f".{target.name}{_PART}")
        make_folder(target.parent)
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
            with os.fdopen(descriptor, "wb") as file:
                # Entries tell who did what: whom they are open to is for a person to say.
                os.fchmod(descriptor, _PRIVATE if path.startswith(_ENTRIES) else _FILE)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        except OSError as error:
            raise _unwritable(target, error) from error
        self.written += 1

    def _touch(self, path: Path) -> None:
        while path != self.folder:
            path = path.parent
            self._touched.add(path)


def _unwritable(path: Path, error: OSError) -> FolderUnwritable:
    return FolderUnwritable(
        _("%(path)s cannot be written: %(reason)s. Check the folder, its owner and its disk.")
        % {"path": path, "reason": error.strerror}
    )
