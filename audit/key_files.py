"""Reading and writing key files so that nobody else can read them and a power cut leaves the old or the new."""

import os
import stat
from pathlib import Path

from django.utils.translation import gettext as _

from audit.errors import LogKeyMissing, LogKeyUnsafe, LogKeyWrong

_LARGEST = 1 << 20


def read_key_file(path: Path, *, secret: bool) -> str:
    """Return what the file holds.

    Raises LogKeyMissing, LogKeyWrong for what is no text, and for a secret LogKeyUnsafe where others may read it.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if secret and stat.S_IMODE(mode) & 0o077:
                raise LogKeyUnsafe(
                    _(
                        "Others can read the signing key %(name)s. Run chmod 600 on it, and consider it exposed."
                    )
                    % {"name": path.name}
                )
            return file.read(_LARGEST).decode("utf-8")
    except UnicodeDecodeError as error:
        raise LogKeyWrong(_("The file %(name)s does not hold a key.") % {"name": path.name}) from error
    except OSError as error:
        raise LogKeyMissing(
            _(
                "The log's key file %(name)s is missing or unreadable. Run make_keys, or restore it from your copy."
            )
            % {"name": path.name}
        ) from error


def write_new(path: Path, text: str) -> None:
    """Make a secret file, mode 0600, whole or not at all. Raises FileExistsError where it is there already."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    _write(fresh, text, mode=0o600)
    try:
        # A link refuses what a rename would replace: a key that is there is never lost.
        os.link(fresh, path)
    finally:
        fresh.unlink()
    sync_folder(path.parent)


def write_public(path: Path, text: str) -> None:
    """Make or replace a file that everybody may read; a reader sees the old text or the new, never half of it."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    _write(fresh, text, mode=0o644)
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, text: str, *, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
