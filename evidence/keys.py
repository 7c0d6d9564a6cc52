"""The vault's key files: made once, read for each use, refused when anyone else could read them.

`vault.agekey` has age-keygen's form, so `age -d -i vault.agekey OBJECT` opens an object without this program.
`vault_names.key` holds 32 bytes as hexadecimal digits. `vault_recovery.pub`, where it exists, holds the
public key of an offline recovery key that every object is sealed to as well. While the vault's key is being
changed, `vault_next.agekey` and `vault_retiring.agekey` hold the key that comes and the one that goes.
`store_access.key` holds the two lines of an access key to S3-compatible storage.
"""

import os
import secrets
import stat
from datetime import UTC, datetime
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from evidence.errors import BadRecipient, VaultKeyMissing, VaultKeysExist, VaultKeyWrong
from evidence.vault.age_keys import Identity, Recipient, read_identity, read_recipient
from evidence.vault.s3_address import StoreAccess
from evidence.vault.vault_keys import VaultKeys

VAULT_KEY = "vault.agekey"
NAMES_KEY = "vault_names.key"
NEXT_KEY = "vault_next.agekey"
RETIRING_KEY = "vault_retiring.agekey"
STORE_ACCESS = "store_access.key"
RECOVERY_RECIPIENT = "vault_recovery.pub"
_NAMES_KEY_BYTES = 32
_READABLE_BY_OTHERS = 0o077
_LONGEST_KEY_FILE = 64 * 1024


def create_vault_keys(folder: Path) -> VaultKeys:
    """Make both keys in `folder` (made too, mode 0700), durable before this returns.

    Raises VaultKeysExist when either key file is already there: a key is never replaced.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (VAULT_KEY, NAMES_KEY):
        if (folder / name).exists():
            raise VaultKeysExist(
                _(
                    "%(path)s already exists and was left as it is. Use it, or name another folder for the "
                    "keys."
                )
                % {"path": folder / name}
            )
    keys = VaultKeys(Identity.generate(), secrets.token_bytes(_NAMES_KEY_BYTES))
    _write_secret(folder / NAMES_KEY, keys.names_key.hex() + "\n")
    _write_secret(folder / VAULT_KEY, _key_file(keys.identity))
    _sync_folder(folder)
    return keys


def load_vault_keys(folder: Path) -> VaultKeys:
    """Both keys from `folder`.

    Raises VaultKeyMissing or VaultKeyWrong with a sentence that names the file and says what to do.
    """
    current = _read_vault_key(folder / VAULT_KEY)
    retiring = load_spare_key(folder / RETIRING_KEY)
    # Just after the rotation's copy was made both files hold the same key.
    return VaultKeys(current, _read_names_key(folder / NAMES_KEY), retiring if retiring != current else None)


def load_spare_key(path: Path) -> Identity | None:
    """The key of a rotation under way, or None where there is no such file. Raises VaultKeyWrong."""
    return _read_vault_key(path) if path.exists() else None


def load_store_access(folder: Path) -> StoreAccess:
    """The access key to the storage server: its id on the first line, its secret on the second.

    Raises VaultKeyMissing or VaultKeyWrong.
    """
    path = folder / STORE_ACCESS
    lines = [line.strip() for line in _read_secret(path).splitlines()]
    kept = [line for line in lines if line and not line.startswith("#")]
    if len(kept) != 2:
        raise VaultKeyWrong(
            _("%(path)s must hold two lines: the access key's id, and its secret.") % {"path": path}
        )
    return StoreAccess(*kept)


def write_vault_key(path: Path, identity: Identity) -> None:
    """Put a vault key into a file of age-keygen's form, whole or not at all, and never over another one.

    Raises FileExistsError where there is a file already, OSError.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    _write_secret(temporary, _key_file(identity))
    try:
        # A link, not a rename: it refuses where the name is taken.
        path.hardlink_to(temporary)
    finally:
        temporary.unlink()
    _sync_folder(path.parent)


def rename_key(path: Path, name: str) -> None:
    """Rename a key file within its folder, durably. Raises OSError."""
    path.rename(path.with_name(name))
    _sync_folder(path.parent)


def load_recovery_recipient(folder: Path) -> Recipient | None:
    """The offline recovery key's public half, or None where none is set.

    Raises VaultKeyWrong when the file is there but cannot be used: silently sealing to fewer keys would show
    only on the day the recovery key is needed.
    """
    path = folder / RECOVERY_RECIPIENT
    try:
        return read_recipient(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except (BadRecipient, OSError, UnicodeDecodeError) as error:
        raise VaultKeyWrong(
            _(
                "%(path)s is not an age public key. Write the recovery key's age1 line into it, or remove "
                "the file."
            )
            % {"path": path}
        ) from error


def _read_vault_key(path: Path) -> Identity:
    lines = [line.strip() for line in _read_secret(path).splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    try:
        (only,) = keys
        return read_identity(only)
    except ValueError:
        # Without its cause: a traceback must not carry the text of a key.
        raise _damaged(path) from None


def _read_names_key(path: Path) -> bytes:
    text = _read_secret(path).strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise _damaged(path) from None
    if len(key) != _NAMES_KEY_BYTES:
        raise _damaged(path)
    return key


def _damaged(path: Path) -> VaultKeyWrong:
    return VaultKeyWrong(_("The key file %(path)s is damaged. Restore it from its backup.") % {"path": path})


def _read_secret(path: Path) -> str:
    """The text of a key file that only its owner can read."""
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _READABLE_BY_OTHERS:
                raise VaultKeyWrong(
                    _("Others can read the key file %(path)s. Run: chmod 600 %(path)s") % {"path": path}
                )
            return file.read(_LONGEST_KEY_FILE).decode("ascii")
    except FileNotFoundError as error:
        raise VaultKeyMissing(
            _(
                "The key file %(path)s is missing. Restore it from its backup, or set DADKHAH_KEYS_DIR to "
                "where it is."
            )
            % {"path": path}
        ) from error
    except UnicodeDecodeError:
        raise _damaged(path) from None
    except OSError as error:
        raise VaultKeyWrong(
            _(
                "The key file %(path)s cannot be read. Give it to the user that runs this program (chown, "
                "chmod 600)."
            )
            % {"path": path}
        ) from error


def _key_file(identity: Identity) -> str:
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return f"# created: {made}\n# public key: {identity.recipient}\n{identity.reveal()}\n"


def _write_secret(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
