"""A vault of this test alone, in a folder or in a bucket."""

import os
from pathlib import Path

import pytest

from evidence.vault import s3_bucket
from evidence.vault.age_keys import Identity
from evidence.vault.local_store import LocalStore
from evidence.vault.objects import Vault
from evidence.vault.vault_keys import VaultKeys
from tests.evidence.vault.places import BucketPlace, FolderPlace, Place

REAL_SERVER = "DADKHAH_TEST_S3"


@pytest.fixture
def keys() -> VaultKeys:
    return VaultKeys(Identity.generate(), os.urandom(32))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def vault(root: Path, keys: VaultKeys) -> Vault:
    return Vault.create(LocalStore(root), keys)


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are asked again at once."""
    monkeypatch.setattr(s3_bucket, "_WAIT_SECONDS", 0)


@pytest.fixture(params=["folder", "moto", pytest.param("real", marks=pytest.mark.s3)])
def place(request: pytest.FixtureRequest, root: Path) -> Place:
    """Each place that a vault can lie in. The real server is the one that the environment names."""
    if request.param == "folder":
        return FolderPlace(root)
    if request.param == "moto":
        return BucketPlace(request.getfixturevalue("moto_url"))
    return BucketPlace(os.environ[REAL_SERVER])


@pytest.fixture(params=["moto", pytest.param("real", marks=pytest.mark.s3)])
def s3_url(request: pytest.FixtureRequest) -> str:
    """An S3 server: moto, and the real one."""
    return request.getfixturevalue("moto_url") if request.param == "moto" else os.environ[REAL_SERVER]
