"""Damage of every kind is found and named, and no clean object is accused."""

import dataclasses
import io
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.errors import ObjectAltered, ObjectMissing
from evidence.vault.facts import ObjectState, StoredFacts
from evidence.vault.objects import Vault

SIZES = [0, 1, 65536, 65537, 1024 * 1024, 3 * 1024 * 1024 + 9]


def flip(path: Path) -> None:
    _edit(
        path,
        lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 4]) + data[len(data) // 2 + 1 :],
    )


def flip_header(path: Path) -> None:
    _edit(path, lambda data: data[:30] + bytes([data[30] ^ 1]) + data[31:])


def cut(path: Path) -> None:
    _edit(path, lambda data: data[:-1])


def empty(path: Path) -> None:
    _edit(path, lambda data: b"")


def extend(path: Path) -> None:
    _edit(path, lambda data: data + b"\0")


def zero(path: Path) -> None:
    _edit(path, lambda data: bytes(len(data)))


def delete(path: Path) -> None:
    path.unlink()


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def link(path: Path) -> None:
    moved = path.with_suffix(".moved")
    path.rename(moved)
    path.symlink_to(moved)


DAMAGE = {
    flip: ObjectState.ALTERED_STORED,
    flip_header: ObjectState.ALTERED_STORED,
    cut: ObjectState.TRUNCATED,
    empty: ObjectState.TRUNCATED,
    extend: ObjectState.ALTERED_STORED,
    zero: ObjectState.ALTERED_STORED,
    delete: ObjectState.MISSING,
    folder: ObjectState.ALTERED_STORED,
    link: ObjectState.ALTERED_STORED,
}


def _edit(path: Path, change: Callable[[bytes], bytes]) -> None:
    """As somebody who knows how to hide it: the time stamp stays."""
    before = path.stat()
    path.chmod(0o600)
    path.write_bytes(change(path.read_bytes()))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    path.chmod(0o400)


def take_in(vault: Vault, size: int, seed: int = 0) -> StoredFacts:
    return vault.commit(vault.receive(io.BytesIO(random.Random(f"{size} {seed}").randbytes(size))))


def place_of(root: Path, facts: StoredFacts) -> Path:
    return root / "objects" / facts.name[:2] / facts.name


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_damage_is_named_and_the_neighbour_is_not_accused(vault: Vault, root: Path, damage, size: int):
    facts, neighbour = take_in(vault, size), take_in(vault, size + 1)
    damage(place_of(root, facts))
    for outcome in (vault.check(facts), vault.scrub(facts)):
        assert outcome.state is DAMAGE[damage]
        assert not outcome.ok
        assert str(outcome.sentence)
    with pytest.raises((ObjectAltered, ObjectMissing, Exception)) as fault:
        vault.open(facts.name).read()
    assert str(fault.value)
    assert vault.check(neighbour).ok
    assert vault.scrub(neighbour).ok


def test_two_objects_that_changed_places_are_both_named(vault: Vault, root: Path):
    one, two = take_in(vault, 5000, seed=1), take_in(vault, 5000, seed=2)
    first, second, aside = place_of(root, one), place_of(root, two), root / "aside"
    first.rename(aside)
    second.rename(first)
    aside.rename(second)
    for facts in (one, two):
        assert vault.check(facts).state is ObjectState.ALTERED_STORED
        assert vault.scrub(facts).state is ObjectState.ALTERED_STORED


def test_an_object_sealed_anew_with_other_content_is_named(vault: Vault, root: Path):
    genuine, forged = take_in(vault, 5000, seed=1), take_in(vault, 5000, seed=2)
    place_of(root, forged).rename(place_of(root, genuine))
    assert vault.check(genuine).state is ObjectState.ALTERED_STORED


def test_a_record_that_was_altered_is_told_from_an_object_that_was(vault: Vault):
    facts = take_in(vault, 5000)
    assert vault.check(dataclasses.replace(facts, sha256=bytes(32))).state is ObjectState.ALTERED_CONTENT
    assert vault.check(dataclasses.replace(facts, size=4999)).state is ObjectState.ALTERED_CONTENT
    assert vault.check(dataclasses.replace(facts, blake3=bytes(32))).state is ObjectState.ALTERED_STORED


def test_a_disk_that_fails_is_not_called_an_alteration(vault: Vault, monkeypatch: pytest.MonkeyPatch):
    facts = take_in(vault, 5000)

    def fail(*_arguments, **_options):
        raise OSError(5, "input/output error")

    monkeypatch.setattr(os, "open", fail)
    assert vault.check(facts).state is ObjectState.UNREADABLE
    assert vault.scrub(facts).state is ObjectState.UNREADABLE


def test_the_outcome_carries_what_was_found(vault: Vault):
    facts = take_in(vault, 5000)
    outcome = vault.check(facts)
    assert (outcome.sha256, outcome.blake3) == (facts.sha256, facts.blake3)
    assert vault.scrub(facts).sha256 is None


def test_a_hundred_clean_objects_raise_no_alarm(vault: Vault):
    everything = [take_in(vault, size) for size in range(100)]
    assert all(vault.check(facts).ok and vault.scrub(facts).ok for facts in everything)
