"""What somebody does to an export who has all of its files and none of the keys."""

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from audit.checkpoints import sign_checkpoint
from audit.exporting import export_log
from audit.key_rotation import RotationReason, rotate_log_key
from audit.models import Entry
from audit.notes import Signer
from tests.audit.conftest import CLERK
from tests.audit.exports import called, check, checked_here, entries_of, listed, rebuilt

Write = Callable[[int], list[Entry]]


@pytest.fixture
def folder(write: Write, log_key: Path, tmp_path: Path) -> Path:
    """A log with some checkpoints and a change of keys, and more entries than fill a tile."""
    for count in (3, 3, 3, 260):
        write(count)
        sign_checkpoint(actor=CLERK)
    rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)
    write(3)
    return export_log(tmp_path / "export", actor=CLERK).path


def cut_to(folder: Path, size: int) -> None:
    """Leave of the copy what was there when the log had this size."""
    bodies = entries_of(folder)[:size]
    for path in [*(folder / "checkpoints").iterdir()]:
        if int(path.name) > size:
            path.unlink()
    rebuilt(folder, bodies)


def test_a_copy_that_was_cut_back_to_an_earlier_checkpoint_is_named(folder: Path, write: Write) -> None:
    cut_to(folder, 7)
    (folder / "rotations/0000").unlink()
    (folder / "rotations").rmdir()
    (folder / "keys").write_text("".join((folder / "keys").read_text().splitlines(keepends=True)[:2]))
    listed(folder)
    (fault,) = checked_here(folder).faults
    assert fault.startswith("entries.bin: does not end with the entry about a copy: its end was cut")


def test_a_copy_that_was_signed_by_others_while_it_was_made_is_whole(
    write: Write, log_key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3)

    def overtaken(**words: object) -> object:
        for _time in range(2):
            sign_checkpoint(actor=CLERK)
        return sign_checkpoint(actor=CLERK)

    with monkeypatch.context() as patch:
        patch.setattr("audit.exporting.sign_checkpoint", overtaken)
        folder = export_log(tmp_path / "export", actor=CLERK).path
    assert check(folder)["faults"] == []


def test_it_says_of_when_the_last_entry_is(folder: Path) -> None:
    last = Entry.objects.filter(action="log.exported").get()
    moment = f"{last.recorded_at:%Y-%m-%dT%H:%M:%S}"
    assert check(folder)["last_recorded_at"].startswith(moment)
    assert f", the last of {moment}" in called(folder)[1]


def test_a_change_of_keys_bears_no_signature_but_those_of_the_key_before(folder: Path) -> None:
    path = folder / "rotations/0000"
    note = path.read_text(encoding="utf-8")
    stranger = Signer.generate("famous.example")
    path.write_text(note + stranger.signature_line(note.rsplit("\n\n", 1)[0] + "\n"), encoding="utf-8")
    listed(folder)
    (fault,) = checked_here(folder).faults
    assert fault.startswith("rotations/0000: bears a signature of famous.example+")


def test_a_change_of_keys_bears_a_whole_signature_of_the_second_kind(folder: Path) -> None:
    path = folder / "rotations/0000"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    dash, name, encoded = lines[-1].split(" ")
    short = base64.b64encode(base64.b64decode(encoded)[:40]).decode()
    path.write_text("".join([*lines[:-1], f"{dash} {name} {short}\n"]), encoding="utf-8")
    listed(folder)
    (fault,) = checked_here(folder).faults
    assert "is not as long as one by ML-DSA-44 is" in fault


def test_a_signature_of_the_second_kind_under_a_change_of_keys_is_said_to_be_unchecked(folder: Path) -> None:
    assert any(one.startswith("rotations/0000: the signature of ") for one in checked_here(folder).unchecked)


def test_a_level_of_the_tree_that_is_too_long_is_named_alone(folder: Path) -> None:
    with (folder / "tiles/1").open("ab") as file:
        file.write(bytes(64))
    listed(folder)
    (fault,) = checked_here(folder).faults
    assert fault == "tiles/1: is not the level of the tree that follows from the entries"


@pytest.mark.parametrize("name", ["checkpoints/000000000003", "keys", "README.txt", "entries.bin"])
@pytest.mark.parametrize("change", ["bom", "crlf", "twice"])
def test_marks_and_line_ends_of_other_systems_are_noticed(folder: Path, name: str, change: str) -> None:
    path = folder / name
    old = path.read_bytes()
    changed = {"bom": b"\xef\xbb\xbf" + old, "crlf": old.replace(b"\n", b"\r\n"), "twice": old + old}[change]
    path.write_bytes(changed)
    assert (checked_here(folder).count > 0) == (changed != old)
    listed(folder)
    # Nothing binds the letter; it says so itself.
    assert (checked_here(folder).count > 0) == (changed != old and name != "README.txt")


def test_another_name_of_the_same_file_changes_nothing(folder: Path) -> None:
    twin = folder.parent / "twin"
    os.link(folder / "entries.bin", twin)
    assert check(folder)["faults"] == []


def wait_until_it_reads(process: int, name: str) -> None:
    """Waits until a process has a file of that name open; before, it may not listen to signals yet."""
    for _turn in range(600):
        with suppress(FileNotFoundError):  # closed between the two looks
            if any(one.readlink().name == name for one in Path(f"/proc/{process}/fd").iterdir()):
                return
        time.sleep(0.05)
    raise AssertionError(f"{name} was never read")


def test_a_check_that_is_stopped_says_that_nothing_was_verified(folder: Path) -> None:
    with (folder / "entries.bin").open("ab") as file:
        file.truncate(200 << 20)
    # A shell's job in the background ignores it, and so would what it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    running = subprocess.Popen(
        [sys.executable, "-I", "-S", str(folder / "verify_log.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        wait_until_it_reads(running.pid, "entries.bin")
        running.send_signal(signal.SIGINT)
        said, errors = running.communicate(timeout=30)
    finally:
        running.kill()
        signal.signal(signal.SIGINT, before)
    assert (running.returncode, said, b"Traceback" in errors) == (1, b"", False)
    assert b"NOT VERIFIED: the check was stopped" in errors


@pytest.mark.parametrize("name", ["checkpoints/000000000003", "rotations/0000"])
def test_a_note_that_is_full_of_signatures_does_not_hold_the_check_up(folder: Path, name: str) -> None:
    path = folder / name
    note = path.read_text(encoding="utf-8")
    own = note.rsplit("\n\n", 1)[1].splitlines(keepends=True)[0]
    dash, name_of_log, encoded = own.split(" ")
    forged = base64.b64encode(base64.b64decode(encoded)[:4] + bytes(64)).decode()
    line = f"{dash} {name_of_log} {forged}\n"
    path.write_text(note.replace(own, line * 6_000), encoding="utf-8")
    listed(folder)
    begun = time.monotonic()
    found = checked_here(folder).faults
    assert any(fault.startswith(f"{name}: ") and "more signatures than any note" in fault for fault in found)
    assert time.monotonic() - begun < 20
