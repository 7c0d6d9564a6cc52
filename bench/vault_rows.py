"""The vault's rows: taking in, checking and scrubbing one large file, and memory meanwhile."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.rows import Row, medians, seconds
from bench.workplace import workplace
from evidence.vault.age_keys import Identity
from evidence.vault.facts import StoredFacts
from evidence.vault.local_store import LocalStore
from evidence.vault.objects import Vault
from evidence.vault.vault_keys import VaultKeys

MIB = 1024 * 1024


def rows(*, size_mib: int) -> list[Row]:
    """Measure with one file of `size_mib`, in a folder that is removed afterwards."""
    with _workplace(size_mib) as (folder, source):
        keys = VaultKeys(Identity.generate(), os.urandom(32))
        # An idle vault has its code loaded: what one small file needs is not the large file's doing.
        vault = Vault.create(LocalStore(folder / "vault"), keys)
        vault.discard(vault.receive(_small(folder)))
        idle = _peak_memory()
        ingest = _ingest_row(folder, vault, keys, source, size_mib)
        memory = _peak_memory() - idle
        facts = vault.commit(vault.receive(source))
        checks = _check_rows(vault, facts, source, size_mib)
    return [
        ingest,
        Row("memory above idle while it is taken in", memory / MIB, 64, 1.0, "MiB", "the floor is the limit"),
        *checks,
    ]


def _ingest_row(folder: Path, vault: Vault, keys: VaultKeys, source: Path, size_mib: int) -> Row:
    copy = folder / "copy"

    def take_in() -> float:
        fresh = folder / "fresh"
        own = Vault.create(LocalStore(fresh), keys)
        return seconds(lambda: own.commit(own.receive(source)), after=lambda: shutil.rmtree(fresh))

    figure, hashed, copied = medians(
        take_in,
        lambda: seconds(lambda: _openssl(source)),
        lambda: seconds(lambda: _durable_copy(source, copy), after=copy.unlink),
    )
    note = f"openssl dgst -sha256 {hashed:.3f} s, durable copy {copied:.3f} s"
    return Row(f"ingest one file of {size_mib} MiB", figure, max(hashed, copied), 1.3, "s", note)


def _check_rows(vault: Vault, facts: StoredFacts, source: Path, size_mib: int) -> list[Row]:
    checked, scrubbed, floor = medians(
        lambda: seconds(lambda: _require(vault.check(facts).ok)),
        lambda: seconds(lambda: _require(vault.scrub(facts).ok)),
        lambda: seconds(lambda: _openssl(source)),
    )
    return [
        Row(f"re-verify {size_mib} MiB in full", checked, floor, 1.2, "s", "openssl dgst -sha256"),
        Row(f"scrub {size_mib} MiB without keys", scrubbed, floor, 0.5, "s", "openssl dgst -sha256"),
    ]


@contextmanager
def _workplace(size_mib: int) -> Iterator[tuple[Path, Path]]:
    """A folder, and in it a source of random bytes in the page cache."""
    with workplace() as folder:
        source = folder / "source"
        with source.open("wb") as file:
            for _block in range(size_mib):
                file.write(os.urandom(MIB))
            file.flush()
            os.fsync(file.fileno())
        yield folder, source


def _small(folder: Path) -> Path:
    small = folder / "small"
    small.write_bytes(b"warm")
    return small


def _openssl(source: Path) -> None:
    subprocess.run(["openssl", "dgst", "-sha256", source], check=True, capture_output=True)


def _durable_copy(source: Path, target: Path) -> None:
    buffer = memoryview(bytearray(MIB))
    with source.open("rb", buffering=0) as reading, target.open("wb", buffering=0) as writing:
        os.posix_fallocate(writing.fileno(), 0, source.stat().st_size)
        while got := reading.readinto(buffer):
            writing.write(buffer[:got])
        os.fsync(writing.fileno())


def _peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _require(outcome: bool) -> None:
    if not outcome:
        raise RuntimeError("the store under measure is damaged")
