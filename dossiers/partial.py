"""The hidden folder in which a dossier grows until it is whole."""

import fcntl
import os
import shutil
from pathlib import Path

from django.utils.translation import gettext as _

from dossiers.errors import DossierBusy


class PartialFolder:
    """`.<name>.partial` beside the final place, held by a lock that dies with the process.

    A folder whose lock nobody holds was left by a run that died: it is cleared. One that is held belongs to a run
    at work, and is left alone.
    """

    def __init__(self, parent: Path, name: str) -> None:
        self.path = parent / f".{name}.partial"
        self._held: int | None = None

    def take(self) -> None:
        """Make the folder, empty, and hold it. Raises DossierBusy if another run holds it."""
        if self.path.exists():
            self._hold()
            shutil.rmtree(self.path)
            self.release()
        self.path.mkdir(mode=0o700)
        self._hold()

    def clear(self) -> None:
        """Remove the folder if it is ours."""
        if self._held is not None:
            shutil.rmtree(self.path, ignore_errors=True)
            self.release()

    def release(self) -> None:
        """Let go of the folder, which has its final name by now or is gone."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _hold(self) -> None:
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise DossierBusy(
                _("Another run is writing a dossier to the same place. Wait for it, or name another folder.")
            ) from error
        self._held = descriptor
