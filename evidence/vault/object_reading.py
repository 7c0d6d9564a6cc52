"""Reading stored objects: an age file whose faults are told as those of the vault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evidence.errors import AgeError
from evidence.vault.age_keys import Identity
from evidence.vault.age_reading import AgeReader
from evidence.vault.stores import Stored, object_altered, unreadable

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
            raise object_altered() from error
        except OSError as error:
            raise unreadable() from error


def open_object(stored: Stored, identities: Sequence[Identity]) -> ObjectReader:
    """A reader of the object, which it closes. Raises ObjectAltered or VaultUnavailable."""
    try:
        return ObjectReader(stored.file, identities)
    except AgeError as error:
        stored.file.close()
        raise object_altered() from error
    except OSError as error:
        stored.file.close()
        raise unreadable() from error
    except BaseException:
        stored.file.close()
        raise
