"""The keys of one installation, made at its first start and never replaced."""

import os
import secrets
from pathlib import Path

from django.utils.translation import gettext as _

from audit.errors import Broken, Unavailable
from audit.keys import PRIVATE_FILE, PUBLIC_FILE, create_log_key
from evidence.keys import NAMES_KEY, VAULT_KEY, create_vault_keys

COOKIE_KEY = "django_secret.key"


class KeyIsGone(Broken):
    """A key is missing although there is data that only it can open."""


class KeysUnwritable(Unavailable):
    """The folder of the keys or of the data cannot be written."""


def make_missing_keys(folder: Path, *, data: Path) -> list[str]:
    """Make what is missing; returns the names of the files made.

    Raises KeyIsGone where a key is missing that there was before: a new one would hide the loss. Raises
    KeysUnwritable where a folder or file cannot be made.
    """
    try:
        return _make_missing_keys(folder, data)
    except OSError as error:
        raise KeysUnwritable(
            _("%(path)s cannot be made: %(reason)s. Check the folder, its owner and its disk.")
            % {"path": error.filename or folder, "reason": error.strerror}
        ) from error


def _make_missing_keys(folder: Path, data: Path) -> list[str]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_if_lost(folder, data / "vault")
    made: list[str] = []
    if not (folder / COOKIE_KEY).exists():
        _write_private(folder / COOKIE_KEY, secrets.token_urlsafe(64))
        made.append(COOKIE_KEY)
    if not (folder / VAULT_KEY).exists():
        create_vault_keys(folder)
        made += [VAULT_KEY, NAMES_KEY]
    if not (folder / PRIVATE_FILE).exists():
        create_log_key(folder)
        made.append(PRIVATE_FILE)
    return made


def _refuse_if_lost(folder: Path, vault: Path) -> None:
    vault_keys = [folder / name for name in (VAULT_KEY, NAMES_KEY)]
    missing = [path for path in vault_keys if not path.exists()]
    # Both are made at once: one without the other was lost. With neither, only the vault tells.
    if len(missing) == 1 or (missing and vault.is_dir() and any(path.is_file() for path in vault.rglob("*"))):
        raise KeyIsGone(
            _(
                "%(key)s is missing, but the vault holds evidence that only that key opens. "
                "Put the key back from its backup."
            )
            % {"key": missing[0]}
        )
    if not (folder / PRIVATE_FILE).exists() and (folder / PUBLIC_FILE).exists():
        raise KeyIsGone(
            _(
                "%(key)s is missing, but its public half is there: a log was signed with it. Put the key back from "
                "its backup; to begin a new one on purpose, move %(public)s away and announce the new key."
            )
            % {"key": folder / PRIVATE_FILE, "public": folder / PUBLIC_FILE}
        )


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
