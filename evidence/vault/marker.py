"""`vault.json`: which keys a vault belongs to, and which of them its objects may be sealed to.

A disk that is not mounted, a wrong bucket or a swapped key is refused by it. A vault has one key until it is
rotated; then the marker lists every key in the order in which they came, and a key's place in that list, from
1, is its generation: objects of different generations have different names.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from evidence.errors import VaultKeyWrong, VaultUnavailable
from evidence.vault.stores import MARKER, Store
from evidence.vault.vault_keys import VaultKeys

_FORMAT = "dadkhah-vault/v1"
_ROTATED_FORMAT = "dadkhah-vault/v2"


class KeyState(StrEnum):
    """What a key is to the vault."""

    NEXT = "next"
    CURRENT = "current"
    RETIRING = "retiring"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class MarkedKey:
    """A key of the vault by its public half."""

    recipient: str
    state: KeyState


@dataclass(frozen=True, slots=True)
class Marker:
    """The public names of the keys that a vault was made with or rotated to, oldest first."""

    keys: tuple[MarkedKey, ...]
    names_key_id: str

    def generation(self, recipient: object, *states: KeyState) -> int | None:
        """The generation of the key, if it is here in one of `states`; else None."""
        for place, key in enumerate(self.keys):
            if key.recipient == str(recipient) and key.state in states:
                return place + 1
        return None

    def recipients(self, *states: KeyState) -> list[str]:
        """The public keys in one of `states`."""
        return [key.recipient for key in self.keys if key.state in states]

    def with_states(self, states: dict[str, KeyState]) -> "Marker":
        """The same keys with other states; one that is not here yet comes to the end."""
        known = {key.recipient for key in self.keys}
        kept = [MarkedKey(key.recipient, states.get(key.recipient, key.state)) for key in self.keys]
        new = [MarkedKey(name, state) for name, state in states.items() if name not in known]
        return Marker((*kept, *new), self.names_key_id)

    def encoded(self) -> bytes:
        """As it stands in `vault.json`: a vault that was never rotated keeps the first form."""
        content: dict[str, object] = {"format": _ROTATED_FORMAT, "names_key_id": self.names_key_id}
        if [key.state for key in self.keys] == [KeyState.CURRENT]:
            content |= {"format": _FORMAT, "recipient": self.keys[0].recipient}
        else:
            content["keys"] = [{"recipient": key.recipient, "state": key.state.value} for key in self.keys]
        return (json.dumps(content, indent=2) + "\n").encode()


def first_marker(keys: VaultKeys) -> Marker:
    """The marker of a new vault."""
    return Marker((MarkedKey(str(keys.recipient), KeyState.CURRENT),), keys.names_key_id)


def read_marker(store: Store) -> Marker:
    """The marker in `store`. Raises VaultUnavailable where there is none, or none that can be read."""
    content = store.read_marker()
    if content is None:
        raise VaultUnavailable(
            _(
                "%(root)s holds no vault (vault.json is missing). Mount its disk, look at the store's settings, "
                "or restore it from a backup."
            )
            % {"root": store.where}
        )
    try:
        return _decoded(content)
    except (ValueError, KeyError, TypeError) as error:
        raise VaultUnavailable(
            _("%(path)s cannot be read. Restore it from a backup; nothing was written.")
            % {"path": f"{store.where}/{MARKER}"}
        ) from error


def require_keys(store: Store, keys: VaultKeys) -> Marker:
    """The marker, if `keys` are those of the vault in `store`.

    Raises VaultKeyWrong unless they are all of them, VaultUnavailable when there is no vault.
    """
    marker = read_marker(store)
    held = {str(identity.recipient) for identity in keys.identities}
    usable = (KeyState.CURRENT, KeyState.NEXT, KeyState.RETIRING)
    missing = set(marker.recipients(KeyState.CURRENT, KeyState.RETIRING)) - held
    if (
        missing
        or marker.generation(keys.recipient, *usable) is None
        or marker.names_key_id != keys.names_key_id
    ):
        raise VaultKeyWrong(
            _(
                "The keys are not those of the vault in %(root)s. Nothing was written; restore the vault's "
                "own key files."
            )
            % {"root": store.where}
        )
    return marker


def _decoded(content: bytes) -> Marker:
    fields = json.loads(content)
    names_key_id = str(fields["names_key_id"])
    if fields["format"] == _FORMAT:
        return Marker((MarkedKey(str(fields["recipient"]), KeyState.CURRENT),), names_key_id)
    if fields["format"] != _ROTATED_FORMAT:
        raise ValueError("another format")
    keys = tuple(MarkedKey(str(key["recipient"]), KeyState(key["state"])) for key in fields["keys"])
    return Marker(keys, names_key_id)
