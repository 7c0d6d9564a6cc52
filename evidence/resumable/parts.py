"""The parts of an upload, read as the one file that they are."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from evidence.errors import ObjectAltered, ObjectMissing, UploadDamaged
from evidence.vault.object_reading import ObjectReader
from evidence.vault.objects import Vault

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def part_name(start: int) -> str:
    """The name of the file that holds the part whose first byte has this place."""
    return f"{start:020d}"


class Parts(io.RawIOBase):
    """The content of all parts, once, from the first byte to the last; each piece is authenticated.

    Raises UploadDamaged while it is read where a part is gone, altered, or does not end where the next begins.
    """

    def __init__(self, folder: Path, opened: Vault, *, length: int) -> None:
        super().__init__()
        self._folder = folder
        self._vault = opened
        self._length = length
        self._place = 0
        self._part: ObjectReader | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill as much of `buffer` as the current part has; 0 at the end of the last one."""
        try:
            while True:
                if self._part is not None and (got := self._part.readinto(buffer)):
                    return got
                if self._place == self._length:
                    return 0
                self._next()
        except (ObjectMissing, ObjectAltered) as error:
            raise _damaged() from error

    def close(self) -> None:
        """Let go of the part that is open."""
        if self._part is not None:
            self._part.close()
        super().close()

    def _next(self) -> None:
        if self._part is not None:
            self._part.close()
        self._part = self._vault.open_waiting(self._folder / part_name(self._place))
        self._place += self._part.size
        if not self._part.size or self._place > self._length:
            raise _damaged()


def _damaged() -> UploadDamaged:
    return UploadDamaged(
        _(
            "What had arrived of this file was damaged on the disk, or the vault's key was changed meanwhile. "
            "Nothing was taken in; send the file again."
        )
    )
