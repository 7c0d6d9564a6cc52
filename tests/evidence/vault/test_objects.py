"""The store: what goes in comes out, once, durable, under its own keys alone."""

import errno
import hashlib
import io
import os
import random
import stat
import subprocess
import threading
from pathlib import Path

import pyrage
import pytest
from blake3 import blake3

from evidence.errors import (
    ObjectAltered,
    ObjectMissing,
    SourceChanged,
    SourceUnreadable,
    VaultKeyWrong,
    VaultUnavailable,
)
from evidence.vault.age_keys import Identity
from evidence.vault.local_store import LocalStore
from evidence.vault.objects import Vault
from evidence.vault.vault_keys import VaultKeys

MIB = 1024 * 1024
SIZES = [0, 1, 65535, 65536, 65537, MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + 65536, 9 * MIB + 3]


def bytes_of(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def files_in(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file() and path.name != "vault.json")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", ["path", "file", "memory", "pieces"])
def test_what_goes_in_comes_out_with_true_digests(
    vault: Vault, root: Path, tmp_path: Path, size: int, way: str
):
    data = bytes_of(size)
    source = tmp_path / "source"
    source.write_bytes(data)
    if way == "path":
        received = vault.receive(source)
    elif way == "file":
        with source.open("rb") as file:
            file.read(10)
            received = vault.receive(file)
    elif way == "memory":
        received = vault.receive(io.BytesIO(data))
    else:
        with vault.receiving() as receiver:
            for start in range(0, size, 70_001):
                receiver.write(data[start : start + 70_001])
            received = receiver.finish()
    facts = vault.commit(received)
    (stored,) = files_in(root)
    assert (facts.size, facts.sha256) == (size, hashlib.sha256(data).digest())
    assert (facts.stored_size, facts.blake3) == (stored.stat().st_size, blake3(stored.read_bytes()).digest())
    assert stored.name == facts.name
    assert vault.open(facts.name).read() == data
    assert vault.check(facts).ok
    assert vault.scrub(facts).ok


def test_objects_and_folders_are_for_their_owner_alone_and_never_written_again(vault: Vault, root: Path):
    vault.commit(vault.receive(io.BytesIO(b"letter")))
    assert {stat.S_IMODE(path.stat().st_mode) for path in files_in(root)} == {0o400}
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_an_object_s_name_does_not_tell_what_it_holds(vault: Vault):
    facts = vault.commit(vault.receive(io.BytesIO(b"a known file")))
    assert hashlib.sha256(b"a known file").hexdigest() not in facts.name


def test_same_bytes_are_one_object_whose_facts_stay(vault: Vault, root: Path):
    first = vault.commit(vault.receive(io.BytesIO(b"twice")))
    again = vault.commit(vault.receive(io.BytesIO(b"twice")))
    assert again == first
    assert len(files_in(root)) == 1


def test_twenty_arrivals_of_the_same_bytes_at_once_are_one_object(vault: Vault, root: Path):
    data, found, ready = bytes_of(100_000), [], threading.Barrier(20)

    def arrive():
        received = vault.receive(io.BytesIO(data))
        ready.wait()
        found.append(vault.commit(received))

    threads = [threading.Thread(target=arrive) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    assert len(set(found)) == 1
    assert len(files_in(root)) == 1
    assert vault.check(found[0]).ok


def test_new_bytes_are_not_taken_for_a_stored_object_that_is_damaged(vault: Vault, root: Path):
    vault.commit(vault.receive(io.BytesIO(b"twice")))
    (stored,) = files_in(root)
    damaged = bytearray(stored.read_bytes())
    damaged[-1] ^= 1
    stored.chmod(0o600)
    stored.write_bytes(damaged)
    with pytest.raises(ObjectAltered, match="damaged"):
        vault.commit(vault.receive(io.BytesIO(b"twice")))
    assert files_in(root) == [stored]


def test_leaving_without_finish_leaves_nothing(vault: Vault, root: Path):
    with vault.receiving() as receiver:
        receiver.write(bytes_of(3 * MIB))
    receiver.discard()
    vault.discard(vault.receive(io.BytesIO(b"unwanted")))
    assert files_in(root) == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("vault-")]


def test_abandoned_arrivals_are_swept_and_living_ones_stay(vault: Vault, root: Path):
    old = vault.receive(io.BytesIO(b"old")).path
    os.utime(old, (1, 1))
    young = vault.receive(io.BytesIO(b"young")).path
    assert vault.sweep_temporary() == 1
    assert files_in(root) == [young]


def test_a_recovery_key_opens_what_the_vault_key_opens(root: Path, keys: VaultKeys):
    recovery = Identity.generate()
    vault = Vault.create(LocalStore(root), keys, recovery_recipient=recovery.recipient)
    vault.commit(vault.receive(io.BytesIO(b"letter")))
    (stored,) = files_in(root)
    theirs = pyrage.x25519.Identity.from_str(recovery.reveal())
    assert pyrage.decrypt(stored.read_bytes(), [theirs]) == b"letter"


@pytest.mark.django_db
@pytest.mark.program("age")
def test_the_age_program_opens_a_stored_object_with_the_key_file(house: Path, settings):
    from evidence import store

    data = bytes_of(3 * MIB + 5)
    vault = store.vault()
    facts = vault.commit(vault.receive(io.BytesIO(data)))
    (stored,) = (settings.DADKHAH_DATA_DIR / "vault" / "objects").glob(f"*/{facts.name}")
    key = settings.DADKHAH_KEYS_DIR / "vault.agekey"
    assert subprocess.run(["age", "-d", "-i", key, stored], capture_output=True, check=True).stdout == data


def test_under_other_keys_nothing_is_written(vault: Vault, root: Path, keys: VaultKeys):
    before = files_in(root)
    for wrong in (VaultKeys(Identity.generate(), keys.names_key), VaultKeys(keys.identity, bytes(32))):
        with pytest.raises(VaultKeyWrong, match="restore"):
            Vault(LocalStore(root), wrong)
        with pytest.raises(VaultKeyWrong):
            Vault.create(LocalStore(root), wrong)
    assert files_in(root) == before


def test_a_vault_whose_marker_is_gone_or_broken_is_refused(vault: Vault, root: Path, keys: VaultKeys):
    (root / "vault.json").chmod(0o600)
    (root / "vault.json").write_text("[]")
    with pytest.raises(VaultUnavailable, match="cannot be read"):
        Vault(LocalStore(root), keys)
    (root / "vault.json").unlink()
    with pytest.raises(VaultUnavailable, match="Mount"):
        Vault(LocalStore(root), keys)


@pytest.mark.parametrize("name", ["", "../../vault.json", "0" * 63, "G" * 64, "0" * 64 + "\n"])
def test_a_name_that_is_none_is_refused_before_the_disk_is_asked(vault: Vault, name: str):
    with pytest.raises(ObjectMissing):
        vault.open(name)


def test_missing_folder_pipe_and_unreadable_sources_get_a_sentence(vault: Vault, root: Path, tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, words in [
        (tmp_path / "none", "no such file"),
        (tmp_path, "folder"),
        (pipe, "regular file"),
        (tmp_path / ("ن" * 200), "cannot be opened"),
        (Path("/proc/self/mem"), "read"),
        (tmp_path / "nul\0", "cannot be opened"),
    ]:
        with pytest.raises(SourceUnreadable, match=words):
            vault.receive(path)
    assert files_in(root) == []


def test_a_text_file_or_a_source_that_fails_is_refused(vault: Vault, root: Path, tmp_path: Path):
    class Failing(io.BytesIO):
        def readinto(self, _buffer):
            raise OSError(errno.EIO, "bad sector")

    for source in (Failing(b"x"), io.StringIO("text")):
        with pytest.raises(SourceUnreadable):
            vault.receive(source)
    assert files_in(root) == []


@pytest.mark.parametrize("change", ["grow", "shrink", "rewrite"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    vault: Vault, root: Path, tmp_path: Path, change: str
):
    path = tmp_path / "source"
    path.write_bytes(bytes_of(3 * MIB))

    class Changing(io.FileIO):
        changed = False

        def readinto(self, buffer):
            got = super().readinto(buffer)
            if not self.changed:
                self.changed = True
                if change == "grow":
                    with path.open("ab") as more:
                        more.write(b"more")
                elif change == "shrink":
                    os.truncate(path, 2 * MIB)
                else:
                    with path.open("r+b") as other:
                        other.write(b"other")
                    os.utime(path)
            return got

    with Changing(path) as source, pytest.raises(SourceChanged, match="changed"):
        vault.receive(source)
    assert files_in(root) == []


def test_short_writes_are_continued(vault: Vault, monkeypatch: pytest.MonkeyPatch):
    real = os.write
    monkeypatch.setattr(
        os, "write", lambda descriptor, data: real(descriptor, data[: max(1, len(data) // 3)])
    )
    data = bytes_of(2 * MIB + 17)
    facts = vault.commit(vault.receive(io.BytesIO(data)))
    monkeypatch.undo()
    assert vault.open(facts.name).read() == data
    assert vault.check(facts).ok


def test_the_keys_show_nothing_of_themselves(keys: VaultKeys):
    assert repr(keys) == "VaultKeys(<sealed>)"
    assert keys.names_key.hex() not in f"{keys} {keys!r}"
