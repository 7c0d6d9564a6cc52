"""A fault at every call to the system: nothing acknowledged is lost, nothing half-made is left."""

import errno
import io
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evidence.errors import VaultDiskFailed, VaultFull, VaultUnavailable
from evidence.vault import sealing
from evidence.vault.objects import Vault

CALLS = [
    "open",
    "write",
    "posix_fallocate",
    "ftruncate",
    "fchmod",
    "fsync",
    "fdatasync",
    "close",
    "mkdir",
    "rename",
]
SIZES = [10, 5 * 1024 * 1024 + 7]


@pytest.fixture(autouse=True)
def early_flushes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files flush while they are written too, as large ones do."""
    monkeypatch.setattr(sealing, "_FLUSH_BYTES", 2 * 1024 * 1024)


class Killed(BaseException):
    """The process ends here: nothing after this line runs, no handler and no `finally`, as far as the disk knows."""


@contextmanager
def broken_system(fault: BaseException, *, at: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every watched call counts; the one numbered `at` (from 0) raises `fault`, and after a kill all of them do."""
    made: list[str] = []

    def watched(name: str, real: Callable) -> Callable:
        def call(*arguments, **options):
            made.append(name)
            if name == "close":
                # Linux lets go of a descriptor whatever close says, and so does the end of a process.
                real(*arguments)
            dead = isinstance(fault, Killed) and len(made) > at + 1
            if len(made) == at + 1 or dead:
                raise fault
            return None if name == "close" else real(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for name in [*CALLS, *(["unlink"] if isinstance(fault, Killed) else [])]:
            patch.setattr(os, name, watched(name, getattr(os, name)))
        yield made


def left_in(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and path.name != "vault.json"]


def take_in(vault: Vault, data: bytes):
    return vault.commit(vault.receive(io.BytesIO(data)))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_a_failing_call_is_told_in_a_sentence_and_leaves_nothing(
    vault: Vault, root: Path, monkeypatch: pytest.MonkeyPatch, size: int, number: int
):
    data = random.Random(size).randbytes(size)
    expected = VaultFull if number in (errno.ENOSPC, errno.EDQUOT) else VaultDiskFailed
    for at in steps_of(vault, data, root, monkeypatch):
        with broken_system(OSError(number, "injected"), at=at, monkeypatch=monkeypatch) as made:
            try:
                take_in(vault, data)
                outcome = None
            except VaultUnavailable as error:
                outcome = error
        if outcome is None:
            # This run made fewer early flushes than the counted one, so the fault never fell.
            assert at >= len(made), f"call {at}, {made[at]}, was let pass"
            forget(root)
            continue
        assert type(outcome) is expected
        assert "Nothing was taken in" in str(outcome)
        assert not [path for path in left_in(root) if path.suffix == ".part"], f"call {at}, {made[at]}"
        forget(root)


@pytest.mark.parametrize("size", SIZES)
def test_a_kill_at_any_call_loses_nothing_acknowledged_and_shows_nothing_half_made(
    vault: Vault, root: Path, monkeypatch: pytest.MonkeyPatch, size: int
):
    data = random.Random(size).randbytes(size)
    kept = take_in(vault, b"acknowledged before")
    for at in steps_of(vault, data, root, monkeypatch, keep=kept.name):
        with broken_system(Killed(), at=at, monkeypatch=monkeypatch) as made:
            killed = False
            try:
                take_in(vault, data)
            except Killed:
                killed = True
            assert killed or at >= len(made), f"call {at}, {made[at]}, was let pass"
        assert vault.check(kept).ok
        for path in left_in(root):
            # Either an arrival that was never visible, or an object that is whole.
            if path.suffix != ".part":
                assert vault.open(path.name).read() in (data, b"acknowledged before")
        facts = take_in(vault, data)
        assert vault.check(facts).ok
        vault.sweep_temporary(older_than=-1)
        assert {path.name for path in left_in(root)} == {kept.name, facts.name}
        forget(root, keep=kept.name)


def test_a_failed_fsync_is_never_tried_again(vault: Vault, root: Path, monkeypatch: pytest.MonkeyPatch):
    tried = []

    def fail(descriptor: int) -> None:
        tried.append(descriptor)
        raise OSError(errno.EIO, "injected")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(VaultUnavailable):
        vault.receive(io.BytesIO(b"letter"))
    assert len(tried) == 1
    assert left_in(root) == []


def test_an_early_flush_that_fails_fails_the_arrival(
    vault: Vault, root: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "injected")

    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(VaultUnavailable):
        vault.receive(io.BytesIO(bytes(9 * 1024 * 1024)))
    assert left_in(root) == []


def steps_of(
    vault: Vault, data: bytes, root: Path, monkeypatch: pytest.MonkeyPatch, *, keep: str = ""
) -> list[int]:
    """The numbers of the watched calls of one good run: the first, the last and a spread between."""
    with broken_system(OSError(), at=10**9, monkeypatch=monkeypatch) as made:
        take_in(vault, data)
    forget(root, keep=keep)
    count = len(made)
    return (
        list(range(count)) if count < 40 else [*range(8), *range(8, count - 12, 9), *range(count - 12, count)]
    )


def forget(root: Path, *, keep: str = "") -> None:
    for path in left_in(root):
        if path.name != keep:
            path.unlink()
    for folder in (root / "objects").iterdir():
        if not any(folder.iterdir()):
            folder.rmdir()
