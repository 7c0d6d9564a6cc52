"""The keys of one installation, made at its first start and never replaced."""

import os
import secrets
from pathlib import Path

from django.utils.translation import gettext as _

from audit.errors import Broken, Unavailable
from audit.keys import (
    MLDSA_FILE,
    PRIVATE_FILE,
    PUBLIC_FILE,
    complete_log_keys,
    create_log_key,
    lacks_second_key,
)
from evidence.keys import NAMES_KEY, VAULT_KEY, create_vault_keys
from evidence.store import MADE_NOTE

COOKIE_KEY = "django_secret.key"


class KeyIsGone(Broken):
    """A key is missing although there is data that only it can open."""


class DataIsGone(Broken):
    """These keys were in use with data that are not here."""


class KeysUnwritable(Unavailable):
    """The folder of the keys or of the data cannot be written."""


def make_missing_keys(folder: Path, *, data: Path) -> list[str]:
    """Make what is missing; returns the names of the files made.

    Raises KeyIsGone where a key is missing that there was before: a new one would hide the loss. Raises DataIsGone
    where the vault of these keys is not in `data`, and KeysUnwritable where a folder or file cannot be made.
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
    require_data_in_place(folder, data=data)
    _refuse_if_lost(folder, data / "vault")
    made: list[str] = []
    if not (folder / COOKIE_KEY).exists():
        _write_private(folder / COOKIE_KEY, secrets.token_urlsafe(64))
        made.append(COOKIE_KEY)
    if not (folder / VAULT_KEY).exists():
        create_vault_keys(folder)
        made += [VAULT_KEY, NAMES_KEY]
    if not (folder / PRIVATE_FILE).exists():
        had_second = (folder / MLDSA_FILE).exists()
        create_log_key(folder)
        made.append(PRIVATE_FILE)
        if not had_second and (folder / MLDSA_FILE).exists():
            made.append(MLDSA_FILE)
    return made + complete_log_keys(folder)


def require_data_in_place(folder: Path, *, data: Path) -> None:
    """Raise DataIsGone where the keys were used with a vault that is not here: a disk that is not mounted, most likely.

    Without this, SQLite would make an empty database in the mount point, and a second log would begin under one key.
    """
    note = folder / MADE_NOTE
    if note.exists() and not (data / "vault").is_dir():
        raise DataIsGone(
            _(
                "%(data)s holds no vault, although these keys were used with one. Mount its disk or restore it from a "
                "backup; to begin anew on purpose, remove %(note)s."
            )
            % {"data": data, "note": note}
        )


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

    if lacks_second_key(folder):
        raise KeyIsGone(
            _(
                "%(key)s is missing, but its public half is there: a log was signed with it. Put the key back from "
                "its backup."
            )
            % {"key": folder / MLDSA_FILE}
        )


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
