"""The one small interface between the vault and where its sealed bytes lie.

A store knows nothing of keys or of what it holds: it puts a sealed file under a name once, gives it back, and
tells the truth about whether it is there. Every failure that it tells is one sentence of `evidence.errors`.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from evidence.errors import BytesGoing, ObjectAltered, ObjectMissing, VaultKeyWrong, VaultUnavailable

MARKER = "vault.json"
TEMPORARY_SUFFIX = ".part"
_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that is open for reading at any place, and how many bytes it has now."""

    file: io.BufferedReader
    size: int


@dataclass(frozen=True, slots=True)
class Spooled:
    """Sealed bytes in the spool on their way to the store: where they are, how many, and their BLAKE3."""

    path: Path
    size: int
    blake3: bytes


class Store(Protocol):
    """Where sealed bytes lie. Every method may raise VaultUnavailable, the writing ones VaultFull as well."""

    @property
    def where(self) -> str:
        """The place as people know it, for sentences."""
        ...

    @property
    def spool(self) -> Path:
        """The local folder in which arrivals, sealed already, wait until they are whole."""
        ...

    def prepare(self) -> None:
        """Make ready what a new vault needs, or say in one sentence why this place cannot hold one."""
        ...

    def read_marker(self) -> bytes | None:
        """The vault's `vault.json`; None where there is no vault."""
        ...

    def write_marker(self, content: bytes) -> None:
        """Put `vault.json` in place, whole or not at all; it is durable when this returns."""
        ...

    def place(self, spooled: Spooled, name: str) -> bool:
        """Have the sealed bytes under `name`, durable and protected when this returns; the spool may keep
        them.

        False when the name was taken already: what stands there is left as it is, only its protection is
        seen to.
        """
        ...

    def place_anew(self, source: str, opening: bytes, *, skip: int, name: str) -> bool:
        """Put `opening` and the bytes of the object `source` from its byte `skip` on under `name`.

        The bytes are moved within the store as far as it can. As `place` otherwise. Raises ObjectMissing.
        """
        ...

    def protect(self, name: str) -> None:
        """See to it that what stands under `name` is as protected as the settings ask for."""
        ...

    def open(self, name: str) -> Stored:
        """The stored bytes. Raises ObjectMissing, or ObjectAltered for what is no object at all."""
        ...

    def remove(self, name: str) -> bool:
        """Remove what no record names any more; False when a lock still holds it."""
        ...

    def held_until(self, name: str) -> datetime | None:
        """Until when a lock keeps any version of the object from being removed; None where none does."""
        ...

    def sweep(self, *, older_than: float) -> int:
        """Remove arrivals that nobody has written to for `older_than` seconds; gives how many."""
        ...


def require_name(name: str) -> str:
    """The name, if it can be an object's: nothing else may reach a path or a key. Raises ObjectMissing."""
    if not _NAME.fullmatch(name):
        raise ObjectMissing(_("This is not the name of a stored object. Open the exhibit from its own page."))
    return name


def object_gone() -> ObjectMissing:
    """The one sentence for an object that is not where it should be."""
    return ObjectMissing(
        _("The stored object is gone. Restore it from a backup and check the exhibit again.")
    )


def bytes_going() -> BytesGoing:
    """The one sentence for bytes that were removed between their arrival and their record."""
    return BytesGoing(
        _("These very bytes were being removed at this moment. Nothing was recorded; send the file again.")
    )


def object_altered() -> ObjectAltered:
    """The one sentence for an object that is not what was stored."""
    return ObjectAltered(
        _(
            "The stored object was altered after it was taken in. Restore it from a backup and check the "
            "exhibit again."
        )
    )


def unreadable() -> VaultUnavailable:
    """The one sentence for an object that cannot be read now, which says nothing of the object."""
    return VaultUnavailable(
        _("The stored object cannot be read. Look at the vault's disk and its mount, then try again.")
    )


def existing_damaged() -> ObjectAltered:
    """The one sentence for bytes that come again while what the vault has of them is damaged."""
    return ObjectAltered(
        _(
            "The vault holds an object for these very bytes, but that object is damaged. Nothing was taken "
            "in: keep the "
            "file, restore the object from a backup, then send the file again."
        )
    )


def key_changed() -> VaultKeyWrong:
    """The one sentence for bytes that were sealed to a key which the vault has let go of since."""
    return VaultKeyWrong(
        _(
            "The vault's key was changed while the file was on its way. Nothing was taken in; send the file again."
        )
    )
