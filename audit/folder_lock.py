"""One process at a time in a folder. The lock is the kernel's: whoever is killed leaves none behind."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from audit.errors import FolderBusy


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the only one in the folder inside the block. Raises FolderBusy at once where somebody else is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderBusy(
                _("Another process is at work in %(path)s. Wait until it has ended and try again.")
                % {"path": folder}
            ) from error
        yield
    finally:
        os.close(descriptor)
