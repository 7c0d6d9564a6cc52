"""The vault that the settings name is made once, and never under a mount point that stands empty."""

import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from config.checks import store_is_usable
from evidence.errors import VaultKeyMissing, VaultKeyWrong, VaultUnavailable
from evidence.keys import create_vault_keys
from evidence.rotation import rotate_vault_key
from evidence.store import vault
from evidence.vault.age_keys import Identity
from evidence.verification import verify_evidence
from tests.evidence.conftest import TakeIn
from tests.evidence.vault.places import BucketPlace

pytestmark = pytest.mark.django_db


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


def name_a_bucket(moto_url: str, settings: Any) -> BucketPlace:
    """Have the settings name a bucket that locks what is put there, with the access to it in the keys folder."""
    place = BucketPlace(moto_url)
    settings.DADKHAH_STORE = f"s3://{place.bucket}/evidence"
    settings.DADKHAH_STORE_ENDPOINT = place.address.endpoint
    settings.DADKHAH_STORE_REGION = ""
    settings.DADKHAH_STORE_LOCK = "compliance:2"
    access = settings.DADKHAH_KEYS_DIR / "store_access.key"
    access.write_text(f"# the access key to the bucket\n{place.access.key_id}\n{place.access.secret}\n")
    access.chmod(0o600)
    return place


@pytest.fixture
def in_a_bucket(moto_url: str, settings: Any) -> BucketPlace:
    """The settings name a bucket, and the keys folder holds the access to it."""
    return name_a_bucket(moto_url, settings)


def test_it_lies_in_a_bucket_where_the_settings_say_so(in_a_bucket: BucketPlace, settings: Any):
    facts = vault().commit(vault().receive(io.BytesIO(b"letter")))
    assert vault().open(facts.name).read() == b"letter"
    assert in_a_bucket.names() == [facts.name]
    assert not (settings.DADKHAH_DATA_DIR / "vault" / "objects").exists()


def test_a_bucket_that_was_emptied_is_not_begun_anew(in_a_bucket: BucketPlace):
    vault()
    in_a_bucket.client.delete_object(Bucket=in_a_bucket.bucket, Key="evidence/vault.json")
    with pytest.raises(VaultUnavailable, match="made before"):
        vault()
    assert in_a_bucket.names() == []


def test_a_vault_that_was_not_moved_with_the_settings_is_not_begun_anew(
    in_a_bucket: BucketPlace, settings: Any
):
    bucket = settings.DADKHAH_STORE
    settings.DADKHAH_STORE = ""
    vault()
    settings.DADKHAH_STORE = bucket
    with pytest.raises(VaultUnavailable, match="made before"):
        vault()
    assert in_a_bucket.names() == []


def test_a_vault_that_was_copied_into_a_bucket_opens_there(in_a_bucket: BucketPlace, settings: Any):
    bucket = settings.DADKHAH_STORE
    settings.DADKHAH_STORE = ""
    facts = vault().commit(vault().receive(io.BytesIO(b"letter")))
    root = settings.DADKHAH_DATA_DIR / "vault"
    for path in [root / "vault.json", *(root / "objects").rglob(facts.name)]:
        key = f"evidence/{path.relative_to(root)}"
        in_a_bucket.client.put_object(Bucket=in_a_bucket.bucket, Key=key, Body=path.read_bytes())
    settings.DADKHAH_STORE = bucket
    assert vault().open(facts.name).read() == b"letter"
    assert vault().check(facts).ok


def test_an_access_file_that_others_can_read_or_that_is_damaged_is_refused(
    in_a_bucket: BucketPlace, settings: Any
):
    access = settings.DADKHAH_KEYS_DIR / "store_access.key"
    access.chmod(0o640)
    with pytest.raises(VaultKeyWrong, match="chmod 600"):
        vault()
    access.chmod(0o600)
    access.write_text("only one line\n")
    with pytest.raises(VaultKeyWrong, match="two lines"):
        vault()
    access.unlink()
    with pytest.raises(VaultKeyMissing, match=r"store_access\.key"):
        vault()


def test_the_start_is_refused_with_what_is_wrong_with_the_bucket(in_a_bucket: BucketPlace, settings: Any):
    assert store_is_usable() == []
    settings.DADKHAH_STORE = "s3://no-such-bucket"
    (found,) = store_is_usable()
    assert "no such bucket" in found.msg
    settings.DADKHAH_STORE_LOCK = ""
    (found,) = store_is_usable()
    assert "DADKHAH_STORE_LOCK" in found.msg


@pytest.mark.django_db
def test_evidence_is_taken_in_read_checked_and_given_to_a_new_key_in_a_bucket(
    in_a_bucket: BucketPlace, take_in: TakeIn, administrator: User
):
    item = take_in(b"a letter")
    before = item.object.name
    report = rotate_vault_key(actor=administrator, grace=0)
    assert report.ok
    # The old copy is locked: it stays, sealed to the old key, until its term ends.
    assert report.left == 1
    item.refresh_from_db()
    assert item.object.name != before
    assert vault().open(item.object.name).read() == b"a letter"
    assert verify_evidence([item]).ok
