"""Rows of many small files and of one huge one: what a vault adds to files that are written durably anyway."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.rows import Row, medians, seconds
from bench.workplace import workplace
from evidence.vault.age_keys import Identity
from evidence.vault.local_store import LocalStore
from evidence.vault.objects import Vault
from evidence.vault.vault_keys import VaultKeys

IN_FLIGHT = 16
_SMALL_BYTES = 4096
MIB = 1024 * 1024


def rows(*, count: int) -> list[Row]:
    """Take in `count` files of 4 KiB, 16 in flight, beside the same files written durably, 16 in flight."""
    keys = VaultKeys(Identity.generate(), os.urandom(32))
    with workplace() as folder:
        sources = _sources(folder / "sources", count)

        def take_in() -> float:
            vault = Vault.create(LocalStore(folder / "vault"), keys)
            return _timed(sources, lambda source: vault.commit(vault.receive(source)), folder / "vault")

        def write() -> float:
            (folder / "plain").mkdir()
            return _timed(sources, lambda source: _write_durably(source, folder / "plain"), folder / "plain")

        figure, floor = medians(take_in, write)
    note = f"the same files: write, fsync, rename, fsync of the folder, {IN_FLIGHT} in flight"
    return [Row(f"take in {count} files of 4 KiB, {IN_FLIGHT} in flight", figure, floor, 2.0, "s", note)]


def huge_rows(*, gib: int) -> list[Row]:
    """Peak memory of a process of its own that takes in a file of `gib` GiB with nothing but holes in it.

    None for 0: it takes minutes, and is asked for by name.
    """
    if not gib:
        return []
    with workplace() as folder:
        source = folder / "huge"
        with source.open("wb") as file:
            file.truncate(gib * 1024 * MIB)
        told = subprocess.run(
            [sys.executable, "-m", "bench.huge_file", source, folder / "vault"],
            check=True,
            capture_output=True,
            text=True,
        )
    peak, took = (float(word) for word in told.stdout.split())
    note = f"the floor is the limit; taken in and checked in {took:.0f} s"
    return [Row(f"memory of a process that takes in {gib} GiB", peak, 128, 1.0, "MiB", note)]


def _sources(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    for number in range(count):
        (folder / str(number)).write_bytes(os.urandom(_SMALL_BYTES))
    return sorted(folder.iterdir())


def _timed(sources: list[Path], work: Callable[[Path], object], made: Path) -> float:
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        return seconds(lambda: list(pool.map(work, sources)), after=lambda: shutil.rmtree(made))


def _write_durably(source: Path, root: Path) -> None:
    """As a careful program would: 256 folders, a temporary name, nothing believed before the disk has it."""
    content = source.read_bytes()
    folder = root / f"{content[0]:02x}"
    folder.mkdir(exist_ok=True)
    temporary = root / f"{source.name}.part"
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(folder / source.name)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
