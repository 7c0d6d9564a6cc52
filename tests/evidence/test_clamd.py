"""clamd is asked where its socket is named, and handed the copy itself; whatever it answers, clamscan stands behind it."""

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from evidence.inspecting.clamd import ask_clamd
from tests.evidence.conftest import TakeIn
from tests.evidence.test_making import content, look_into, stand_in  # noqa: F401  a fixture

VERSION = b"ClamAV 1.4.1/27000/Thu Nov 26 2026"
Speaks = Callable[..., str]


@pytest.fixture
def clamd() -> Iterator[Speaks]:
    """A daemon that speaks clamd's protocol: `clamd()` looks for EICAR, `clamd(says=b"…")` says that of everything."""
    # Not below pytest's folder: the name of a socket must be short.
    folder = Path(tempfile.mkdtemp(prefix="clamd"))
    line = socket.socket(socket.AF_UNIX)
    line.bind(str(folder / "ctl"))
    line.listen()

    def start(says: bytes | None = None) -> str:
        threading.Thread(target=answer_all, args=(line, says), daemon=True).start()
        return str(folder / "ctl")

    yield start
    line.close()
    shutil.rmtree(folder)


def answer_all(line: socket.socket, says: bytes | None) -> None:
    while True:
        try:
            peer, _address = line.accept()
        except OSError:
            return
        with suppress(OSError), peer:
            command = peer.recv(len(b"zFILDES\0"))
            if command.startswith(b"zVERSION"):
                peer.sendall(VERSION + b"\0")
            elif command.startswith(b"zFILDES"):
                _data, (given,), _flags, _from = socket.recv_fds(peer, 1, 1)
                with os.fdopen(given, "rb") as file:
                    verdict = b"Eicar FOUND" if b"EICAR" in file.read() else b"OK"
                peer.sendall(b"fd[10]: " + verdict + b"\0" if says is None else says)


def test_clamd_looks_at_the_copy_and_says_what_it_finds(
    take_in: TakeIn, clamd: Speaks, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DADKHAH_CLAMD = clamd()
    monkeypatch.setenv("PATH", "/nowhere")
    bad, good = look_into(take_in(b"EICAR test")), look_into(take_in(b"a letter"))
    assert (bad["malware_scan"].state, bad["malware_scan"].finding) == ("made", "flagged")
    assert (good["malware_scan"].state, good["malware_scan"].finding) == ("made", "clean")
    assert (bad["malware_scan"].tool, bad["malware_scan"].tool_version) == (
        "ClamAV (clamd)",
        "1.4.1/27000",
    )
    assert b"Eicar FOUND" in content(bad["malware_scan"])
    assert b"nothing found" in content(good["malware_scan"])


@pytest.mark.parametrize(
    "says", [b"", b"\0", b"fd[10]: Can't allocate memory ERROR\0", b"OK", b"OK" * 99_999, b"fd[10]: OKAY\0"]
)
def test_an_answer_that_is_none_leaves_it_to_clamscan(
    take_in: TakeIn,
    clamd: Speaks,
    settings: Any,
    stand_in: Any,  # noqa: F811
    says: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.DADKHAH_CLAMD = clamd(says)
    stand_in(
        "clamscan",
        'if [ "$1" = --version ]; then echo "ClamAV 1.4.1"; else grep -q EICAR && exit 1; exit 0; fi',
    )
    made = look_into(take_in(b"EICAR test"))["malware_scan"]
    assert (made.tool, made.finding) == ("ClamAV", "flagged")
    assert "clamd gave no verdict" in caplog.text


def test_a_socket_where_nobody_listens_leaves_it_to_clamscan_too(
    take_in: TakeIn,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.DADKHAH_CLAMD = str(tmp_path / "none")
    monkeypatch.setenv("PATH", "/nowhere")
    made = look_into(take_in())["malware_scan"]
    assert (made.state, made.failure_detail) == ("missing", "clamscan")
    assert "clamd could not be asked" in caplog.text


def test_work_that_was_taken_away_ends_the_asking(clamd: Speaks) -> None:
    class TakenAway(Exception):
        pass

    def beat() -> None:
        raise TakenAway

    copy = os.memfd_create("copy")
    try:
        with pytest.raises(TakenAway):
            ask_clamd(copy, at=clamd(), beat=beat)
    finally:
        os.close(copy)
