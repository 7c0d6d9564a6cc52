"""The vault that the settings name is made once, and never under a mount point that stands empty."""

import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from evidence.errors import VaultKeyMissing, VaultKeyWrong, VaultUnavailable
from evidence.keys import create_vault_keys
from evidence.store import vault
from evidence.vault.age_keys import Identity


def test_it_is_made_on_its_first_use_and_found_on_the_next():
    facts = vault().commit(vault().receive(io.BytesIO(b"letter")))
    assert vault().open(facts.name).read() == b"letter"


def test_a_vault_whose_disk_is_not_mounted_is_not_begun_anew(settings: Any):
    vault()
    shutil.rmtree(settings.DADKHAH_DATA_DIR / "vault")
    (settings.DADKHAH_DATA_DIR / "vault").mkdir()
    with pytest.raises(VaultUnavailable, match="Mount"):
        vault()
    assert list((settings.DADKHAH_DATA_DIR / "vault").iterdir()) == []


def test_swapped_keys_are_refused_before_a_byte_is_written(settings: Any, tmp_path: Path):
    vault()
    before = sorted(settings.DADKHAH_DATA_DIR.rglob("*"))
    settings.DADKHAH_KEYS_DIR = tmp_path / "other keys"
    create_vault_keys(settings.DADKHAH_KEYS_DIR)
    with pytest.raises(VaultKeyWrong):
        vault()
    assert sorted(settings.DADKHAH_DATA_DIR.rglob("*")) == before


def test_without_its_key_it_neither_opens_nor_begins(settings: Any):
    (settings.DADKHAH_KEYS_DIR / "vault.agekey").unlink()
    with pytest.raises(VaultKeyMissing):
        vault()
    assert not (settings.DADKHAH_DATA_DIR / "vault").exists()


def test_a_recovery_key_in_the_keys_folder_is_sealed_to(settings: Any):
    recovery = Identity.generate()
    (settings.DADKHAH_KEYS_DIR / "vault_recovery.pub").write_text(str(recovery.recipient))
    facts = vault().commit(vault().receive(io.BytesIO(b"letter")))
    (stored,) = (settings.DADKHAH_DATA_DIR / "vault" / "objects").glob(f"*/{facts.name}")
    assert stored.read_bytes().count(b"-> X25519 ") == 2


def test_four_workers_that_make_it_at_once_make_one(settings: Any):
    with ThreadPoolExecutor(4) as together:
        made = list(together.map(lambda _number: vault(), range(4)))
    assert len(made) == 4
    root = settings.DADKHAH_DATA_DIR / "vault"
    assert sorted(path.name for path in root.iterdir()) == ["incoming", "objects", "vault.json"]
