"""Whether the store that holds our objects is there at all, asked before an object is said to be missing from it.

A disk that is not mounted shows an empty folder, and a wrong bucket is a good bucket: of both every object seems to
be gone. The marker tells the difference, and needs no key.
"""

from django.utils.translation import gettext as _

from evidence.errors import (
    BadRecipient,
    ObjectAltered,
    ObjectMissing,
    VaultDiskFailed,
    VaultFull,
    VaultKeyMissing,
    VaultKeyWrong,
    VaultRefuses,
    VaultUnavailable,
)
from evidence.models import StoredObject
from evidence.store import named_store
from evidence.vault.age_keys import read_recipient
from evidence.vault.facts import CheckOutcome, ObjectState
from evidence.vault.marker import KeyState, read_marker
from evidence.vault.stores import Store, unreadable

# What stands between us and every object of the store alike.
AWAY = (VaultUnavailable, VaultKeyMissing, VaultKeyWrong)
_FOR_ALL = (VaultKeyMissing, VaultKeyWrong, VaultRefuses, VaultFull, VaultDiskFailed)
# So many others are tried before one that cannot be read is blamed on the store.
_OTHERS = 3


def require_store() -> Store:
    """The store that the settings name, if the vault of our records lies in it.

    Raises VaultUnavailable where there is no vault, or another one than our objects were sealed in.
    """
    store = named_store()
    recipients = read_marker(store).recipients(*KeyState)
    try:
        ours = {read_recipient(text).key_id for text in recipients}
    except BadRecipient as error:
        raise _another(store) from error
    recorded = StoredObject.objects.filter(removal_asked_at=None).order_by("stored_at", "pk")
    if recorded.exists() and not recorded.filter(key_id__in=ours).exists():
        raise _another(store)
    return store


def is_away() -> bool:
    """Whether the store is not to be had at this moment; what waits for it need not be asked for."""
    try:
        require_store()
    except AWAY:
        return True
    return False


def is_of_the_store(error: BaseException) -> bool:
    """Whether what went wrong is the store's own trouble, of which no file is to blame however often it comes."""
    return isinstance(error, _FOR_ALL) or (isinstance(error, VaultUnavailable) and is_away())


def require_fair(stored: StoredObject, found: CheckOutcome) -> None:
    """Raises VaultUnavailable if what was found of this object is the store's doing and not the object's.

    One that is missing is believed if the vault's marker is there; one that cannot be read, if another object can.
    """
    if found.state not in (ObjectState.MISSING, ObjectState.UNREADABLE):
        return
    store = require_store()
    if found.state is ObjectState.UNREADABLE and found.blake3 is None:
        others = list(
            StoredObject.objects.filter(removal_asked_at=None)
            .exclude(pk=stored.pk)
            .order_by("-checked_at", "pk")[:_OTHERS]
        )
        if others and not any(_answers(store, other) for other in others):
            raise unreadable()


def _answers(store: Store, other: StoredObject) -> bool:
    try:
        with store.open(other.name).file as file:
            file.read(1)
    except (ObjectMissing, ObjectAltered):
        # Not what it should be, but the store told us so.
        return True
    except (OSError, VaultUnavailable):
        return False
    return True


def _another(store: Store) -> VaultUnavailable:
    return VaultUnavailable(
        _(
            "%(root)s holds another vault than the one of these records. Mount the right disk, or look at the "
            "store's settings; no object was judged."
        )
        % {"root": store.where}
    )
