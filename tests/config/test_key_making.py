import pytest

from audit.keys import PRIVATE_FILE, PUBLIC_FILE
from config.checks import data_is_in_place
from config.key_making import DataIsGone, KeyIsGone, KeysUnwritable, make_missing_keys
from evidence.keys import NAMES_KEY, VAULT_KEY
from evidence.store import vault


@pytest.fixture
def folders(tmp_path):
    keys, data = tmp_path / "new" / "keys", tmp_path / "new" / "data"
    make_missing_keys(keys, data=data)
    return keys, data


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_key_that_was_made_is_named(tmp_path):
    keys = tmp_path / "fresh" / "keys"
    made = make_missing_keys(keys, data=tmp_path / "fresh" / "data")
    assert sorted(made) == sorted(path.name for path in keys.glob("*key"))


def test_keys_that_are_there_are_left_alone(folders):
    keys, data = folders
    before = contents(keys)
    assert make_missing_keys(keys, data=data) == []
    assert contents(keys) == before


@pytest.mark.parametrize("lost", [VAULT_KEY, NAMES_KEY, PRIVATE_FILE])
def test_a_key_that_was_lost_is_named_and_not_replaced(folders, lost):
    keys, data = folders
    (keys / lost).unlink()
    before = contents(keys)
    with pytest.raises(KeyIsGone, match=lost):
        make_missing_keys(keys, data=data)
    assert contents(keys) == before


def test_both_vault_keys_may_be_made_while_the_vault_is_empty_and_never_later(folders):
    keys, data = folders
    for name in (VAULT_KEY, NAMES_KEY):
        (keys / name).unlink()
    (data / "vault").mkdir()
    (data / "vault" / "object").write_bytes(b"sealed")
    with pytest.raises(KeyIsGone, match=VAULT_KEY):
        make_missing_keys(keys, data=data)
    (data / "vault" / "object").unlink()
    assert make_missing_keys(keys, data=data) == [VAULT_KEY, NAMES_KEY]


def test_a_log_key_is_made_anew_only_on_purpose(folders):
    keys, data = folders
    (keys / PRIVATE_FILE).unlink()
    (keys / PUBLIC_FILE).unlink()
    assert make_missing_keys(keys, data=data) == [PRIVATE_FILE]


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(KeysUnwritable, match="cannot be made"):
        make_missing_keys(tmp_path / "file" / "keys", data=tmp_path / "data")


def test_an_empty_mount_point_is_not_taken_for_a_new_installation(settings):
    keys, data = settings.DADKHAH_KEYS_DIR, settings.DADKHAH_DATA_DIR
    vault()
    assert data_is_in_place() == []
    data.rename(data.with_name("the disk that was here"))
    data.mkdir()
    with pytest.raises(DataIsGone, match=str(data)):
        make_missing_keys(keys, data=data)
    assert [message.id for message in data_is_in_place()] == ["dadkhah.E013"]
    assert list(data.iterdir()) == []
