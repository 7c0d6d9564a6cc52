"""The vault that the settings name."""

import os
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from evidence.errors import VaultKeyWrong, VaultUnavailable
from evidence.keys import load_recovery_recipient, load_store_access, load_vault_keys
from evidence.turns import turn_of
from evidence.vault import durable_files
from evidence.vault.durable_files import vault_failures
from evidence.vault.local_store import LocalStore
from evidence.vault.objects import Turns, Vault
from evidence.vault.s3_address import S3Address, StoreAccess, read_address
from evidence.vault.s3_bucket import Bucket
from evidence.vault.s3_store import S3Store
from evidence.vault.stores import Store

_FOLDER = "vault"
SPOOL = "incoming"
UPLOADS = "uploads"
# Lies with the keys, not with the vault: it tells a vault that was never made from one whose disk is not
# mounted.
MADE_NOTE = "vault_made.txt"
BUCKET_NOTE = "bucket_made.txt"


def vault(*, turns: Turns = turn_of) -> Vault:
    """The vault that DADKHAH_STORE names, opened with the keys in DADKHAH_KEYS_DIR; made on its first use.

    The keys are read each time, so that a key that is taken away stops the very next act. `turns` is for threads that
    may not ask the database, as `known_turns` gives it. Raises
    VaultKeyMissing, VaultKeyWrong or VaultUnavailable.
    """
    store = named_store()
    try:
        return _opened(store, turns)
    except VaultKeyWrong:
        # A rotation changes key file and marker one after the other; who reads between the two reads again.
        return _opened(store, turns)


def named_store() -> Store:
    """Where the settings put sealed bytes: the data folder, or a bucket, looked at once by each process.

    Raises VaultUnavailable with what is wrong with the settings or the bucket, VaultKeyMissing or VaultKeyWrong.
    """
    root = Path(settings.DADKHAH_DATA_DIR) / _FOLDER
    if not settings.DADKHAH_STORE:
        return LocalStore(root)
    address = read_address(
        settings.DADKHAH_STORE,
        endpoint=settings.DADKHAH_STORE_ENDPOINT,
        region=settings.DADKHAH_STORE_REGION,
        lock=settings.DADKHAH_STORE_LOCK,
    )
    return _bucket_store(address, load_store_access(Path(settings.DADKHAH_KEYS_DIR)), root / SPOOL)


def uploads_folder() -> Path:
    """Where parts of uploads wait, sealed: on this machine, in the file system of the other arrivals."""
    return Path(settings.DADKHAH_DATA_DIR) / _FOLDER / UPLOADS


@cache
def _bucket_store(address: S3Address, access: StoreAccess, spool: Path) -> S3Store:
    # Kept, since making a client takes a tenth of a second; one that is refused is not kept.
    store = S3Store(Bucket(address, access), spool)
    store.prepare()
    return store


def _opened(store: Store, turns: Turns) -> Vault:
    keys_folder = Path(settings.DADKHAH_KEYS_DIR)
    keys = load_vault_keys(keys_folder)
    recovery = load_recovery_recipient(keys_folder)
    note = keys_folder / (BUCKET_NOTE if settings.DADKHAH_STORE else MADE_NOTE)
    if Vault.exists(store):
        found = Vault(store, keys, recovery_recipient=recovery, turns=turns)
    else:
        _require_never_made(keys_folder, store.where)
        found = Vault.create(store, keys, recovery_recipient=recovery, turns=turns)
    # Keys that are mounted read-only carry no note; whoever mounts them sees to the vault's disk too.
    if not note.exists() and os.access(keys_folder, os.W_OK):
        with vault_failures():
            durable_files.write_durably(note, f"The vault of these keys was made in {store.where}\n".encode())
    return found


def _require_never_made(keys_folder: Path, where: str) -> None:
    # Either note: whoever changes DADKHAH_STORE and forgets to move the vault must not begin an empty one.
    for note in (keys_folder / MADE_NOTE, keys_folder / BUCKET_NOTE):
        if note.exists():
            raise VaultUnavailable(
                _(
                    "The vault is not in %(root)s, although it was made before. Mount its disk or restore it from a "
                    "backup; to begin an empty one on purpose, remove %(note)s."
                )
                % {"root": where, "note": note}
            )
