"""Reading stored objects: an age file whose faults are told as those of the vault."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from evidence.errors import AgeError, ObjectAltered, ObjectMissing, VaultUnavailable
from evidence.vault.age_keys import Identity
from evidence.vault.age_reading import AgeReader

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class ObjectReader(AgeReader):
    """The content of an object. Raises ObjectAltered where it is damaged and VaultUnavailable where the disk
    fails.
    """

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """As a raw file's."""
        try:
            return super().readinto(buffer)
        except AgeError as error:
            raise _altered() from error
        except OSError as error:
            raise _unreadable() from error


def open_object(path: Path, identities: Sequence[Identity]) -> ObjectReader:
    """A reader of the object at `path`. Raises ObjectMissing, ObjectAltered or VaultUnavailable."""
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")
    except FileNotFoundError as error:
        raise ObjectMissing(
            _("The stored object is gone. Restore it from a backup and check the exhibit again.")
        ) from error
    except OSError as error:
        raise _unreadable() from error
    try:
        return ObjectReader(file, identities)
    except AgeError as error:
        file.close()
        raise _altered() from error
    except OSError as error:
        file.close()
        raise _unreadable() from error


def _altered() -> ObjectAltered:
    return ObjectAltered(
        _(
            "The stored object was altered after it was taken in. Restore it from a backup and check the "
            "exhibit again."
        )
    )


def _unreadable() -> VaultUnavailable:
    return VaultUnavailable(
        _("The stored object cannot be read. Look at the vault's disk and its mount, then try again.")
    )
