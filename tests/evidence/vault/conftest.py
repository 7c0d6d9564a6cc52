"""A vault of this test alone."""

import os
from pathlib import Path

import pytest

from evidence.vault.age_keys import Identity
from evidence.vault.local_store import LocalStore
from evidence.vault.objects import Vault
from evidence.vault.vault_keys import VaultKeys


@pytest.fixture
def keys() -> VaultKeys:
    return VaultKeys(Identity.generate(), os.urandom(32))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def vault(root: Path, keys: VaultKeys) -> Vault:
    return Vault.create(LocalStore(root), keys)
