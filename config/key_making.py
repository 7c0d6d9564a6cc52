"""The keys of one installation, made at its first start and never replaced."""

import os
import secrets
from pathlib import Path

from django.utils.translation import gettext as _

from audit.errors import Broken
from audit.keys import PRIVATE_FILE, create_log_key
from evidence.keys import NAMES_KEY, VAULT_KEY, create_vault_keys

COOKIE_KEY = "django_secret.key"


class KeyIsGone(Broken):
    """A key is missing although there is data that only it can open."""


def make_missing_keys(folder: Path, *, data: Path) -> list[str]:
    """Make what is missing; returns the names of the files made.

    Raises KeyIsGone where a vault key is missing but the vault holds objects: a new key would hide the loss.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    made: list[str] = []
    if not (folder / COOKIE_KEY).exists():
        _write_private(folder / COOKIE_KEY, secrets.token_urlsafe(64))
        made.append(COOKIE_KEY)
    if not (folder / VAULT_KEY).exists() and not (folder / NAMES_KEY).exists():
        _refuse_if_data(data / "vault", folder / VAULT_KEY)
        create_vault_keys(folder)
        made += [VAULT_KEY, NAMES_KEY]
    if not (folder / PRIVATE_FILE).exists():
        create_log_key(folder)
        made.append(PRIVATE_FILE)
    return made


def _refuse_if_data(vault: Path, key: Path) -> None:
    if vault.is_dir() and any(path.is_file() for path in vault.rglob("*")):
        raise KeyIsGone(
            _(
                "%(key)s is missing, but the vault holds evidence that only that key opens. "
                "Put the key back from its backup."
            )
            % {"key": key}
        )


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
