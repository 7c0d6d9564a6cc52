"""Files that go between the server and the offline machine: never overwritten, readable by their owner alone."""

import os
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from witnesses.recovery.errors import BadKit, BadKitFile, FileNotWritten

LARGEST = 512 * 1024 * 1024


def require_outside(path: Path) -> None:
    """Raises BadKit for a path in the folders of data or keys: what lies there goes into backups."""
    for folder in (settings.DADKHAH_DATA_DIR, settings.DADKHAH_KEYS_DIR):
        if path.resolve().is_relative_to(Path(folder).resolve()):
            raise BadKit(
                _(
                    "%(path)s lies in the folder of the data or of the keys. Name a folder outside, on a medium that "
                    "is destroyed after the printing."
                )
                % {"path": path}
            )


@sensitive_variables()
def write_new(path: Path, content: bytes) -> None:
    """Writes the file durably, mode 0600. Raises FileNotWritten where it is there already or cannot be written."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        return
    except FileExistsError:
        said = _("%(path)s is there already and was left as it is. Name another one.")
    except OSError:
        said = _("%(path)s cannot be written. See to the disk and its rights.")
    raise FileNotWritten(said % {"path": path})


def read_file(path: Path) -> bytes:
    """What the file holds. Raises BadKitFile where it cannot be read, or is far larger than any that we write."""
    try:
        if path.stat().st_size <= LARGEST:
            return path.read_bytes()
    except OSError as error:
        raise BadKitFile(
            _("%(path)s cannot be read. Check the path and its rights.") % {"path": path}
        ) from error
    raise BadKitFile
