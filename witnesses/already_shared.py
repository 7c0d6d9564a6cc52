"""What was compiled that rests on a witness, and whether it left. Dossiers know it, so the settings name who tells."""

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
    """One dossier that holds exhibits of the witness. `left` is false while it lies here and was handed to nobody.

    `at` is when it was first handed out, or compiled where it was handed to nobody.

    Of a dossier of a case that is closed to the reader only the day and the kind of receiver are told: `name`,
    `recipient`, `purpose` and `exhibits` are empty, and `seen` is false.
    """

    dossier_id: UUID
    at: datetime
    to: str
    use: str
    seen: bool
    left: bool
    name: str = ""
    recipient: str = ""
    purpose: str = ""
    exhibits: tuple[str, ...] = ()


Reader = Callable[[Collection[UUID], User], list[Shared]]


def compiled_with(witness: Witness, *, user: User) -> list[Shared]:
    """Every dossier with an exhibit that depends on the witness now, the newest first, whether or not it left."""
    read: Reader = import_string(settings.DADKHAH_SHARED_READER)
    return read(items_of(witness).keys(), user)


def already_shared(witness: Witness, *, user: User) -> list[Shared]:
    """Those that left, which nobody can call back."""
    return [one for one in compiled_with(witness, user=user) if one.left]
