"""Key files: made once, refused when missing, damaged or readable by others."""

from pathlib import Path

import pytest

from evidence.errors import VaultKeyMissing, VaultKeysExist, VaultKeyWrong
from evidence.keys import create_vault_keys, load_recovery_recipient, load_vault_keys
from evidence.vault.age_keys import Identity


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "own keys"


def test_what_is_made_is_read_again_and_is_for_the_owner_alone(folder: Path):
    made = create_vault_keys(folder)
    assert load_vault_keys(folder) == made
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert str(made.recipient) in (folder / "vault.agekey").read_text()


@pytest.mark.parametrize("name", ["vault.agekey", "vault_names.key"])
def test_keys_are_never_replaced(folder: Path, name: str):
    create_vault_keys(folder)
    before = (folder / name).read_bytes()
    for path in folder.iterdir():
        if path.name != name:
            path.unlink()
    with pytest.raises(VaultKeysExist, match="already exists"):
        create_vault_keys(folder)
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [(name, before)]


@pytest.mark.parametrize("name", ["vault.agekey", "vault_names.key"])
def test_a_missing_key_file_is_named(folder: Path, name: str):
    create_vault_keys(folder)
    (folder / name).unlink()
    with pytest.raises(VaultKeyMissing, match=name):
        load_vault_keys(folder)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
@pytest.mark.parametrize("name", ["vault.agekey", "vault_names.key"])
def test_a_key_file_that_others_can_read_is_refused_with_what_to_run(folder: Path, name: str, mode: int):
    create_vault_keys(folder)
    (folder / name).chmod(mode)
    with pytest.raises(VaultKeyWrong, match="chmod 600"):
        load_vault_keys(folder)


@pytest.mark.parametrize("name", ["vault.agekey", "vault_names.key"])
@pytest.mark.parametrize(
    "damage", [b"", b"# only a comment\n", b"AGE-SECRET-KEY-1QQQQ", b"abcd", b"\xff\xfe", "زینب".encode()]
)
def test_a_damaged_key_file_is_refused_without_showing_it(folder: Path, name: str, damage: bytes):
    secret = create_vault_keys(folder).identity.reveal()
    (folder / name).write_bytes(damage)
    with pytest.raises(VaultKeyWrong, match="damaged") as refusal:
        load_vault_keys(folder)
    assert secret not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_two_keys_in_one_file_are_refused(folder: Path):
    create_vault_keys(folder)
    with (folder / "vault.agekey").open("a") as file:
        file.write(Identity.generate().reveal() + "\n")
    with pytest.raises(VaultKeyWrong):
        load_vault_keys(folder)


def test_a_folder_in_place_of_a_key_is_refused(folder: Path):
    create_vault_keys(folder)
    (folder / "vault.agekey").unlink()
    (folder / "vault.agekey").mkdir()
    with pytest.raises(VaultKeyWrong):
        load_vault_keys(folder)


def test_a_recovery_key_is_read_where_it_is_and_refused_where_it_is_none(folder: Path):
    create_vault_keys(folder)
    assert load_recovery_recipient(folder) is None
    recovery = Identity.generate().recipient
    (folder / "vault_recovery.pub").write_text(f"{recovery}\n")
    assert load_recovery_recipient(folder) == recovery
    (folder / "vault_recovery.pub").write_text("age1broken\n")
    with pytest.raises(VaultKeyWrong, match="age1"):
        load_recovery_recipient(folder)
