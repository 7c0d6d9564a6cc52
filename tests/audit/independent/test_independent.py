"""An implementation that is not ours reads what we publish: Go's golang.org/x/mod/sumdb (note and tlog).

It comes with Debian as golang-golang-x-mod-dev and is built without a network.
"""

import base64
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.checkpoints import sign_checkpoint
from audit.keys import load_verifiers
from audit.models import Entry
from audit.publishing import publish_log
from tests.audit.conftest import CLERK
from tests.skipping import missing

HERE = Path(__file__).parent
DEBIAN = Path("/usr/share/gocode")

Write = Callable[[int], list[Entry]]

pytestmark = pytest.mark.program("go")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go program, built from Debian's packages alone."""
    if not (DEBIAN / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        missing("the package golang-golang-x-mod-dev is not on this machine")
    built = tmp_path_factory.mktemp("go") / "log_check"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(built.parent),
        "GO111MODULE": "off",
        "GOPATH": str(DEBIAN),
        "GOCACHE": str(built.parent / "cache"),
        "GOFLAGS": "",
    }
    done = subprocess.run(
        ["go", "build", "-o", str(built), str(HERE / "main.go")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return built


def run(program: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(program), *words], capture_output=True, text=True, check=False, timeout=60)


def our_key() -> str:
    return load_verifiers()[0].line


@pytest.mark.parametrize("count", [1, 255, 256, 257, 700])
def test_go_accepts_the_published_log(
    program: Path, write: Write, log_key: Path, tmp_path: Path, count: int
) -> None:
    write(count)
    sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    done = run(program, str(tmp_path / "log"), our_key())
    assert done.returncode == 0, done.stdout
    leaves = (count + 9) // 10
    assert done.stdout == f"signed: 1 other: 1 size: {count} leaves proven: {leaves}\n"


def test_go_finds_a_later_publication_consistent_with_an_earlier_one(
    program: Path, write: Write, log_key: Path, tmp_path: Path
) -> None:
    write(300)
    earlier = sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    write(400)
    sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    root = base64.b64encode(bytes(earlier.root)).decode()
    done = run(program, str(tmp_path / "log"), our_key(), str(earlier.size), root)
    assert done.stdout.endswith(f"consistent with: {earlier.size}\n"), done.stdout
    other = base64.b64encode(b"\x07" * 32).decode()
    assert run(program, str(tmp_path / "log"), our_key(), str(earlier.size), other).returncode == 1


def test_go_refuses_what_was_changed(program: Path, write: Write, log_key: Path, tmp_path: Path) -> None:
    write(300)
    sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    tile = tmp_path / "log/tile/0/000"
    content = tile.read_bytes()
    tile.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert run(program, str(tmp_path / "log"), our_key()).returncode == 1
    tile.write_bytes(content)
    note = tmp_path / "log/checkpoint"
    note.write_text(note.read_text().replace("\n300\n", "\n299\n"))
    assert "signature" in run(program, str(tmp_path / "log"), our_key()).stdout
