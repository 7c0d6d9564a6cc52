"""`vault.json`: which keys a vault belongs to. A disk that is not mounted, or a swapped key, is refused by
it.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from evidence.errors import VaultKeyWrong, VaultUnavailable
from evidence.vault import durable_files
from evidence.vault.vault_keys import VaultKeys

MARKER = "vault.json"
_FORMAT = "dadkhah-vault/v1"
_LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Marker:
    """The public names of the keys that a vault was made with."""

    recipient: str
    names_key_id: str


def has_marker(root: Path) -> bool:
    """Whether a vault lives in `root`."""
    return (root / MARKER).exists()


def write_marker(root: Path, keys: VaultKeys) -> None:
    """Durably note the keys in `root`. Raises OSError."""
    content = {"format": _FORMAT, "recipient": str(keys.recipient), "names_key_id": keys.names_key_id}
    durable_files.write_durably(root / MARKER, (json.dumps(content, indent=2) + "\n").encode())


def require_keys(root: Path, keys: VaultKeys) -> None:
    """Raises VaultKeyWrong unless `keys` are those of the vault in `root`, VaultUnavailable when there is
    none.
    """
    marker = _read(root)
    if marker.recipient != str(keys.recipient) or marker.names_key_id != keys.names_key_id:
        raise VaultKeyWrong(
            _(
                "The keys are not those of the vault in %(root)s. Nothing was written; restore the vault's "
                "own key files."
            )
            % {"root": root}
        )


def _read(root: Path) -> Marker:
    try:
        with (root / MARKER).open("rb") as file:
            content = json.loads(file.read(_LONGEST))
        if content["format"] != _FORMAT:
            raise ValueError("another format")
        return Marker(str(content["recipient"]), str(content["names_key_id"]))
    except FileNotFoundError as error:
        raise VaultUnavailable(
            _("%(root)s holds no vault (vault.json is missing). Mount its disk, or restore it from a backup.")
            % {"root": os.fspath(root)}
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VaultUnavailable(
            _("%(path)s cannot be read. Restore it from a backup; nothing was written.")
            % {"path": root / MARKER}
        ) from error
