"""What a vault promises, wherever its bytes lie: in a folder, in a bucket of moto's, and in one of a real server."""

import hashlib
import io
import os
import random
import threading
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest
from blake3 import blake3

from evidence.errors import ObjectAltered, ObjectMissing, SourceChanged, VaultKeyWrong, VaultUnavailable
from evidence.vault import s3_writing
from evidence.vault.age_keys import Identity
from evidence.vault.facts import ObjectState, StoredFacts
from evidence.vault.marker import KeyState, read_marker
from evidence.vault.objects import Vault
from evidence.vault.vault_keys import VaultKeys
from tests.evidence.vault.places import Place

MIB = 1024 * 1024
# The smallest object that goes to a bucket in two parts, with the smallest part that S3 allows.
TWO_PARTS = 5 * MIB + 5
SIZES = [0, 65_536, TWO_PARTS]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_writing, "_PART_BYTES", 5 * MIB)
    monkeypatch.setattr(s3_writing, "_COPY_BYTES", 5 * MIB)


@pytest.fixture
def vault(place: Place, keys: VaultKeys) -> Vault:
    return Vault.create(place.store, keys)


def bytes_of(size: int, seed: int = 0) -> bytes:
    return random.Random(f"{size} {seed}").randbytes(size)


def take_in(vault: Vault, data: bytes) -> StoredFacts:
    return vault.commit(vault.receive(io.BytesIO(data)))


@pytest.mark.parametrize("size", SIZES)
def test_what_goes_in_comes_out_with_true_digests(vault: Vault, place: Place, size: int):
    data = bytes_of(size)
    facts = take_in(vault, data)
    stored = place.read(facts.name)
    assert place.names() == [facts.name]
    assert (facts.size, facts.sha256) == (size, hashlib.sha256(data).digest())
    assert (facts.stored_size, facts.blake3) == (len(stored), blake3(stored).digest())
    assert vault.open(facts.name).read() == data
    assert vault.check(facts).ok
    assert vault.scrub(facts).ok
    assert place.spooled() == []


def test_any_range_is_read_without_the_rest(vault: Vault):
    data = bytes_of(TWO_PARTS)
    facts = take_in(vault, data)
    with vault.open(facts.name) as opened:
        for start, size in [
            (0, 10),
            (len(data) - 3, 3),
            (5 * MIB - 7, 200_000),
            (65_535, 2),
            (1, 0),
            (4 * MIB, MIB),
        ]:
            opened.seek(start)
            assert opened.read(size) == data[start : start + size]
        opened.seek(len(data) + 5)
        assert opened.read() == b""


def test_any_age_program_opens_what_is_stored(vault: Vault, place: Place, keys: VaultKeys):
    facts = take_in(vault, b"a letter")
    theirs = pyrage.x25519.Identity.from_str(keys.identity.reveal())
    assert pyrage.decrypt(place.read(facts.name), [theirs]) == b"a letter"


@pytest.mark.parametrize("size", [100, TWO_PARTS])
def test_same_bytes_are_one_object_whose_facts_stay(vault: Vault, place: Place, size: int):
    first = take_in(vault, bytes_of(size))
    assert take_in(vault, bytes_of(size)) == first
    assert place.names() == [first.name]
    assert blake3(place.read(first.name)).digest() == first.blake3


@pytest.mark.parametrize("size", [100, TWO_PARTS])
def test_eight_arrivals_of_the_same_bytes_at_once_are_one_object(vault: Vault, place: Place, size: int):
    data, found, ready = bytes_of(size), [], threading.Barrier(8)

    def arrive() -> None:
        received = vault.receive(io.BytesIO(data))
        ready.wait()
        found.append(vault.commit(received))

    threads = [threading.Thread(target=arrive) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert place.names() == [found[0].name]
    assert vault.check(found[0]).ok


def test_leaving_without_finish_leaves_nothing(vault: Vault, place: Place):
    with vault.receiving() as receiver:
        receiver.write(bytes_of(3 * MIB))
    vault.discard(vault.receive(io.BytesIO(b"unwanted")))
    assert place.names() == []
    assert place.spooled() == []


def test_the_spool_holds_nothing_in_clear(vault: Vault, place: Place):
    secret = b"the names of the dead" * 5000
    received = vault.receive(io.BytesIO(secret))
    (spooled,) = place.spooled()
    assert spooled == received.path
    assert spooled.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert b"the names of the dead" not in spooled.read_bytes()


def test_a_source_that_changes_leaves_nothing(vault: Vault, place: Place, tmp_path: Path):
    path = tmp_path / "source"
    path.write_bytes(bytes_of(3 * MIB))

    class Growing(io.FileIO):
        def readinto(self, buffer):
            got = super().readinto(buffer)
            os.truncate(path, 10 * MIB)
            return got

    with Growing(path) as source, pytest.raises(SourceChanged):
        vault.receive(source)
    assert place.names() == []
    assert place.spooled() == []


def test_abandoned_arrivals_are_swept_and_living_ones_stay(vault: Vault, place: Place):
    old = vault.receive(io.BytesIO(b"old")).path
    os.utime(old, (1, 1))
    young = vault.receive(io.BytesIO(b"young")).path
    assert vault.sweep_temporary() == 1
    assert place.spooled() == [young]


def test_under_other_keys_nothing_is_written(vault: Vault, place: Place, keys: VaultKeys):
    take_in(vault, b"letter")
    before = place.names()
    for wrong in (VaultKeys(Identity.generate(), keys.names_key), VaultKeys(keys.identity, bytes(32))):
        with pytest.raises(VaultKeyWrong):
            Vault(place.store, wrong)
        with pytest.raises(VaultKeyWrong):
            Vault.create(place.store, wrong)
    assert place.names() == before


def test_where_there_is_no_vault_none_is_opened(place: Place, keys: VaultKeys):
    assert not Vault.exists(place.store)
    with pytest.raises(VaultUnavailable, match="holds no vault"):
        Vault(place.store, keys)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff\xfe", b'{"format": "dadkhah-vault/v9"}'])
def test_a_marker_that_cannot_be_read_is_refused(vault: Vault, place: Place, keys: VaultKeys, content: bytes):
    place.store.write_marker(content)
    with pytest.raises(VaultUnavailable, match="cannot be read"):
        Vault(place.store, keys)


@pytest.mark.parametrize("name", ["", "../../vault.json", "0" * 63, "G" * 64, "0" * 64 + "\n"])
def test_a_name_that_is_none_reaches_nothing(vault: Vault, name: str):
    with pytest.raises(ObjectMissing):
        vault.open(name)


@pytest.mark.parametrize("size", [0, 70_000, 2 * TWO_PARTS])
def test_an_object_is_given_to_a_new_key_body_and_all(vault: Vault, place: Place, keys: VaultKeys, size: int):
    data = bytes_of(size)
    facts = take_in(vault, data)
    body = place.read(facts.name).split(b"\n--- ", 1)[1]
    new = VaultKeys(Identity.generate(), keys.names_key, retiring=keys.identity)
    rotated = read_marker(place.store).with_states(
        {str(keys.recipient): KeyState.RETIRING, str(new.recipient): KeyState.CURRENT}
    )
    place.store.write_marker(rotated.encoded())
    after = Vault(place.store, new)
    anew = after.rewrap(facts)
    assert anew.name != facts.name
    assert (anew.size, anew.sha256, anew.key_id) == (facts.size, facts.sha256, new.key_id)
    assert after.check(anew).ok
    assert after.check(facts).ok
    # Killed here and run again, it finds the object and copies nothing.
    assert after.rewrap(facts) == anew
    stored = place.read(anew.name)
    assert stored.split(b"\n--- ", 1)[1][44:] == body[44:]
    assert blake3(stored).digest() == anew.blake3
    theirs = pyrage.x25519.Identity.from_str(new.identity.reveal())
    assert pyrage.decrypt(stored, [theirs]) == data
    assert take_in(after, data) == anew


# Damage, by whoever has the disk or the access key


def flip(data: bytes) -> bytes:
    return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 4]) + data[len(data) // 2 + 1 :]


def flip_header(data: bytes) -> bytes:
    return data[:30] + bytes([data[30] ^ 1]) + data[31:]


DAMAGE: dict[Callable[[bytes], bytes], ObjectState] = {
    flip: ObjectState.ALTERED_STORED,
    flip_header: ObjectState.ALTERED_STORED,
    lambda data: data[:-1]: ObjectState.TRUNCATED,
    lambda data: data[: len(data) // 2]: ObjectState.TRUNCATED,
    lambda data: b"": ObjectState.TRUNCATED,
    lambda data: data + b"\0": ObjectState.ALTERED_STORED,
    lambda data: bytes(len(data)): ObjectState.ALTERED_STORED,
}
DAMAGE_NAMES = ["flip", "flip_header", "cut", "halve", "empty", "extend", "zero"]


@pytest.mark.parametrize("damage", DAMAGE, ids=DAMAGE_NAMES)
def test_damage_is_named_and_the_neighbour_is_not_accused(
    vault: Vault, place: Place, damage: Callable[[bytes], bytes]
):
    size = 70_000
    facts, neighbour = take_in(vault, bytes_of(size)), take_in(vault, bytes_of(size + 1))
    place.write(facts.name, damage(place.read(facts.name)))
    for outcome in (vault.check(facts), vault.scrub(facts)):
        assert outcome.state is DAMAGE[damage]
        assert str(outcome.sentence)
    with pytest.raises(ObjectAltered):
        vault.open(facts.name).read()
    assert vault.check(neighbour).ok
    assert vault.scrub(neighbour).ok
    # The same bytes again are not taken for stored, as long as the stored ones are damaged.
    with pytest.raises(ObjectAltered, match="damaged"):
        take_in(vault, bytes_of(size))


def test_a_flipped_bit_in_the_second_part_is_found(vault: Vault, place: Place):
    facts = take_in(vault, bytes_of(TWO_PARTS))
    stored = place.read(facts.name)
    place.write(facts.name, stored[:-1] + bytes([stored[-1] ^ 1]))
    assert vault.check(facts).state is ObjectState.ALTERED_STORED
    assert vault.scrub(facts).state is ObjectState.ALTERED_STORED
    with pytest.raises(ObjectAltered):
        vault.open(facts.name)


def test_an_object_that_is_gone_is_named_and_comes_back_with_the_same_bytes(vault: Vault, place: Place):
    facts, neighbour = take_in(vault, b"gone"), take_in(vault, b"stays")
    place.delete(facts.name)
    assert vault.check(facts).state is ObjectState.MISSING
    assert vault.scrub(facts).state is ObjectState.MISSING
    with pytest.raises(ObjectMissing):
        vault.open(facts.name)
    assert vault.check(neighbour).ok
    again = take_in(vault, b"gone")
    assert again.name == facts.name
    assert vault.check(again).ok


def test_two_objects_that_changed_places_are_both_named(vault: Vault, place: Place):
    one, two = take_in(vault, bytes_of(5000, 1)), take_in(vault, bytes_of(5000, 2))
    first, second = place.read(one.name), place.read(two.name)
    place.write(one.name, second)
    place.write(two.name, first)
    for facts in (one, two):
        assert vault.check(facts).state is ObjectState.ALTERED_STORED
        assert vault.scrub(facts).state is ObjectState.ALTERED_STORED


def test_an_object_replaced_by_a_well_made_one_is_named(vault: Vault, place: Place, keys: VaultKeys):
    genuine = take_in(vault, bytes_of(5000, 1))
    forged = pyrage.encrypt(bytes_of(5000, 2), [pyrage.x25519.Recipient.from_str(str(keys.recipient))])
    place.write(genuine.name, forged)
    assert vault.check(genuine).state in (ObjectState.ALTERED_STORED, ObjectState.TRUNCATED)
    assert not vault.scrub(genuine).ok


def test_ten_clean_objects_raise_no_alarm(vault: Vault):
    everything = [take_in(vault, bytes_of(size)) for size in range(10)]
    assert all(vault.check(facts).ok and vault.scrub(facts).ok for facts in everything)
