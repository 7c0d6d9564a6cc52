"""The vault that the settings name."""

import os
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from evidence.errors import VaultUnavailable
from evidence.keys import load_recovery_recipient, load_vault_keys
from evidence.vault import durable_files
from evidence.vault.durable_files import vault_failures
from evidence.vault.objects import LocalVault

_FOLDER = "vault"
# Lies with the keys, not with the vault: it tells a vault that was never made from one whose disk is not
# mounted.
MADE_NOTE = "vault_made.txt"


def vault() -> LocalVault:
    """The vault in DADKHAH_DATA_DIR, opened with the keys in DADKHAH_KEYS_DIR; made on its first use.

    The keys are read each time, so that a key that is taken away stops the very next act. Raises
    VaultKeyMissing, VaultKeyWrong or VaultUnavailable.
    """
    keys_folder = Path(settings.DADKHAH_KEYS_DIR)
    root = Path(settings.DADKHAH_DATA_DIR) / _FOLDER
    keys = load_vault_keys(keys_folder)
    recovery = load_recovery_recipient(keys_folder)
    note = keys_folder / MADE_NOTE
    if LocalVault.exists(root):
        found = LocalVault(root, keys, recovery_recipient=recovery)
    else:
        _require_never_made(note, root)
        found = LocalVault.create(root, keys, recovery_recipient=recovery)
    # Keys that are mounted read-only carry no note; whoever mounts them sees to the vault's disk too.
    if not note.exists() and os.access(keys_folder, os.W_OK):
        with vault_failures():
            durable_files.write_durably(note, f"The vault of these keys was made in {root}\n".encode())
    return found


def _require_never_made(note: Path, root: Path) -> None:
    if note.exists():
        raise VaultUnavailable(
            _(
                "The vault is not in %(root)s, although it was made before. Mount its disk or restore it from a "
                "backup; to begin an empty one on purpose, remove %(note)s."
            )
            % {"root": root, "note": note}
        )
