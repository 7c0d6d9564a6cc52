"""The change of the vault's key in its files and its marker: small durable steps, of which any may be the last.

    vault_next.agekey made -> marker names it -> vault_retiring.agekey is a copy of the old key
      -> vault_next.agekey takes the place of vault.agekey -> marker: the new key is the vault's, the old one retires
      … every object is sealed anew …
      -> marker: the old key is retired -> its file is renamed and loaded no more

At every moment the keys on the disk open every object, and the same call goes on from wherever the last one ended.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from evidence.errors import VaultUnavailable
from evidence.keys import (
    NEXT_KEY,
    RETIRING_KEY,
    VAULT_KEY,
    load_spare_key,
    load_vault_keys,
    rename_key,
    write_vault_key,
)
from evidence.vault.age_keys import Identity
from evidence.vault.marker import KeyState, read_marker
from evidence.vault.stores import Store


def next_key(folder: Path) -> Identity:
    """The key that the vault is changed to: the one of a change under way, else a new one, durable in its file.

    Raises VaultKeyMissing, VaultKeyWrong or VaultUnavailable.
    """
    keys = load_vault_keys(folder)
    if keys.retiring is not None:
        return keys.identity
    with _key_files(folder):
        if not (folder / NEXT_KEY).exists():
            write_vault_key(folder / NEXT_KEY, Identity.generate())
    made = load_spare_key(folder / NEXT_KEY)
    if made is None:
        raise _unwritable(folder)
    return made


def switch_keys(store: Store, folder: Path) -> None:
    """Have everything that arrives from now on sealed to the next key; the old one still opens. Safe to run twice.

    Raises VaultKeyMissing, VaultKeyWrong or VaultUnavailable.
    """
    keys = load_vault_keys(folder)
    if keys.retiring is None:
        following = next_key(folder)
        _mark(store, {following: KeyState.NEXT})
        with _key_files(folder):
            if not (folder / RETIRING_KEY).exists():
                write_vault_key(folder / RETIRING_KEY, keys.identity)
            rename_key(folder / NEXT_KEY, VAULT_KEY)
        keys = load_vault_keys(folder)
    if keys.retiring is not None:
        _mark(store, {keys.retiring: KeyState.RETIRING, keys.identity: KeyState.CURRENT})


def retire_old_key(store: Store, folder: Path) -> str:
    """Load the old key no more; gives the name that its file has now. Call it when nothing needs that key."""
    keys = load_vault_keys(folder)
    if keys.retiring is None:
        raise ValueError("no key is retiring")
    name = f"vault_retired_{keys.retiring.recipient.key_id}.agekey"
    _mark(store, {keys.retiring: KeyState.RETIRED})
    with _key_files(folder):
        rename_key(folder / RETIRING_KEY, name)
    return name


def _mark(store: Store, states: dict[Identity, KeyState]) -> None:
    before = read_marker(store)
    after = before.with_states({str(key.recipient): state for key, state in states.items()})
    if after != before:
        store.write_marker(after.encoded())


@contextmanager
def _key_files(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unwritable(folder) from error


def _unwritable(folder: Path) -> VaultUnavailable:
    return VaultUnavailable(
        _(
            "The key files in %(folder)s cannot be changed. Let this program's user write there while the key is "
            "changed, and run one change at a time; then run it again."
        )
        % {"folder": folder}
    )
