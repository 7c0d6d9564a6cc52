"""What has left this house that rests on a witness. Dossiers know it, above us, so the settings name who tells."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User
from witnesses.models import Witness
from witnesses.reach import items_of


@dataclass(frozen=True, slots=True)
class Shared:
    """One dossier that held exhibits of the witness.

    Of a dossier of a case that is closed to the reader only the day and the kind of receiver are told: `name`,
    `recipient`, `purpose` and `exhibits` are empty, and `seen` is false.
    """

    dossier_id: UUID
    at: datetime
    to: str
    use: str
    seen: bool
    name: str = ""
    recipient: str = ""
    purpose: str = ""
    exhibits: tuple[str, ...] = ()


Reader = Callable[[Collection[UUID], User], list[Shared]]


def already_shared(witness: Witness, *, user: User) -> list[Shared]:
    """Every dossier in which an exhibit left that depends on the witness now, the newest first."""
    read: Reader = import_string(settings.DADKHAH_SHARED_READER)
    return read(items_of(witness).keys(), user)
