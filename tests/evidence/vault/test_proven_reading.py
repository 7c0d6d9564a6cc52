"""What is read is the object that the record tells of, not one that somebody put in its place."""

import io
import random
from pathlib import Path

import pytest

from evidence.errors import ObjectAltered
from evidence.ranges import MOST_AT_ONCE
from evidence.vault import proven_reading
from evidence.vault.facts import StoredFacts
from evidence.vault.objects import Vault


def take_in(vault: Vault, size: int, seed: int = 0) -> tuple[StoredFacts, bytes]:
    content = random.Random(seed).randbytes(size)
    return vault.commit(vault.receive(io.BytesIO(content))), content


def swap(root: Path, one: StoredFacts, two: StoredFacts) -> None:
    [first], [second] = (list(root.rglob(facts.name)) for facts in (one, two))
    aside = root / "aside"
    first.rename(aside)
    second.rename(first)
    aside.rename(second)


@pytest.fixture(params=[0, proven_reading.PROVEN_AT_ONCE], ids=["as a large one", "as a small one"])
def proven_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(proven_reading, "PROVEN_AT_ONCE", request.param)
    return request.param


@pytest.mark.parametrize("size", [0, 1, 65536, 1024 * 1024, 3 * 1024 * 1024 + 9])
@pytest.mark.usefixtures("proven_at_once")
def test_the_recorded_object_is_read_whole_and_in_any_order(vault: Vault, size: int):
    facts, content = take_in(vault, size)
    with vault.open_recorded(facts) as file:
        assert file.read(1) == content[:1]
        file.seek(0)
        assert file.read() == content
    with vault.open_recorded(facts) as file:
        for place in (size // 2, 0, size):
            file.seek(place)
            assert file.read() == content[place:]


@pytest.mark.usefixtures("proven_at_once")
def test_an_object_of_another_size_gives_no_byte(vault: Vault, root: Path):
    (one, _), (two, _) = take_in(vault, 5000, 1), take_in(vault, 5001, 2)
    swap(root, one, two)
    with pytest.raises(ObjectAltered):
        vault.open_recorded(one)


def test_a_small_object_of_the_same_size_gives_no_byte(vault: Vault, root: Path):
    (one, _), (two, _) = take_in(vault, 5000, 1), take_in(vault, 5000, 2)
    swap(root, one, two)
    with pytest.raises(ObjectAltered):
        vault.open_recorded(one)


def test_a_small_object_that_is_overwritten_after_it_was_opened_gives_the_proven_bytes(
    vault: Vault, root: Path
):
    (one, content), (two, _) = take_in(vault, 200_000, 1), take_in(vault, 200_000, 2)
    [first], [second] = (list(root.rglob(facts.name)) for facts in (one, two))
    with vault.open_recorded(one) as file:
        first.chmod(0o600)
        first.write_bytes(second.read_bytes())
        assert file.read() == content
    with pytest.raises(ObjectAltered):
        vault.open_recorded(one)


def test_what_is_proven_at_once_is_no_more_than_a_player_is_given_at_once():
    assert proven_reading.PROVEN_AT_ONCE == MOST_AT_ONCE


@pytest.mark.parametrize("size", [5000, 3 * 1024 * 1024 + 9])
def test_of_a_large_object_of_the_same_size_the_end_is_never_given(
    vault: Vault, root: Path, size: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(proven_reading, "PROVEN_AT_ONCE", 0)
    (one, _), (two, _) = take_in(vault, size, 1), take_in(vault, size, 2)
    swap(root, one, two)
    given = b""
    with vault.open_recorded(one) as file, pytest.raises(ObjectAltered):
        while piece := file.read(1024 * 1024):
            given += piece
    assert len(given) < size
