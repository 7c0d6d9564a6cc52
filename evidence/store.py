"""The vault that the settings name."""

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
_MADE_NOTE = "vault_made.txt"


def vault() -> LocalVault:
    """The vault in DADKHAH_DATA_DIR, opened with the keys in DADKHAH_KEYS_DIR; made on its first use.

    The keys are read each time, so that a key that is taken away stops the very next act. Raises
    VaultKeyMissing, VaultKeyWrong or VaultUnavailable.
    """
    keys_folder = Path(settings.DADKHAH_KEYS_DIR)
    root = Path(settings.DADKHAH_DATA_DIR) / _FOLDER
    keys = load_vault_keys(keys_folder)
    recovery = load_recovery_recipient(keys_folder)
    if LocalVault.exists(root) or _was_made(keys_folder, root):
        return LocalVault(root, keys, recovery_recipient=recovery)
    made = LocalVault.create(root, keys, recovery_recipient=recovery)
    with vault_failures():
        durable_files.write_durably(
            keys_folder / _MADE_NOTE, f"The vault of these keys was made in {root}\n".encode()
        )
    return made


def _was_made(keys_folder: Path, root: Path) -> bool:
    if not (keys_folder / _MADE_NOTE).exists():
        return False
    if not LocalVault.exists(root):
        raise VaultUnavailable(
            _(
                "The vault is not in %(root)s, although it was made before. Mount its disk or restore it "
                "from a backup; "
                "to begin an empty one on purpose, remove %(note)s."
            )
            % {"root": root, "note": keys_folder / _MADE_NOTE}
        )
    return True
