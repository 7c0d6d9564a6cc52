"""A watched folder: what is put there comes in once it is quiet, and once only."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.errors import NotPermitted
from accounts.models import User
from audit.errors import DomainError
from cases.errors import UnknownCase
from cases.membership import remove_member
from cases.models import Case
from evidence.arrivals import arrivals_in
from evidence.errors import BadIntake, SourceUnreadable, VaultFull
from evidence.models import EvidenceItem
from evidence.openness import is_being_written
from evidence.vault.objects import Vault
from evidence.watching import Watch
from tests.evidence.conftest import LETTER


@pytest.fixture
def box(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    (folder / "below").mkdir(parents=True)
    (folder / "a.txt").write_bytes(LETTER)
    (folder / "below" / "سند.txt").write_bytes(b"below")
    return folder


def watch(folder: Path, capsys: pytest.CaptureFixture, **options: Any) -> tuple[int, list[str]]:
    given = {"case": "DK-1988-01", "source": "a drop box", "actor": "parvin", "once": True}
    code = 0
    try:
        call_command("watch_folder", str(folder), **({"quiet": 0.0, "every": 0.01} | given | options))
    except SystemExit as error:
        code = int(error.code)
    return code, capsys.readouterr().out.splitlines()


class Folder:
    """A watch over a folder with a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        self.folder = folder
        self.watch = Watch(quiet=10, clock=lambda: self.now)

    def ready(self, *, after: float = 0) -> list[str]:
        self.now += after
        return [one.original_path for one in self.arrivals()]

    def arrivals(self) -> list[Any]:
        found = arrivals_in(self.folder, source="s", how_obtained="", collected=None, case="c")
        return self.watch.ready(found)

    def settle(self, error: DomainError | None = None) -> None:
        for arrival in self.arrivals():
            self.watch.settle(arrival, error)


def test_a_file_is_ready_when_it_was_quiet_for_long_enough(box: Path) -> None:
    folder = Folder(box)
    assert folder.ready() == []
    assert folder.ready(after=9) == []
    with (box / "a.txt").open("ab") as file:
        file.write(b"more")
    assert folder.ready(after=2) == ["inbox/below/سند.txt"]
    assert folder.ready(after=10) == ["inbox/a.txt", "inbox/below/سند.txt"]
    folder.settle()
    assert folder.ready(after=100) == []
    assert not folder.watch.is_waiting()


def test_a_file_that_somebody_has_open_is_not_ready(box: Path) -> None:
    folder = Folder(box)
    folder.ready()
    with (box / "a.txt").open("ab"):
        assert is_being_written(box / "a.txt")
        assert folder.ready(after=20) == ["inbox/below/سند.txt"]
    assert folder.ready() == ["inbox/a.txt", "inbox/below/سند.txt"]
    with (box / "a.txt").open("rb"):
        assert not is_being_written(box / "a.txt")


def test_what_failed_is_tried_again_when_it_looks_different_and_a_full_disk_at_once(box: Path) -> None:
    folder = Folder(box)
    folder.ready()
    folder.now = 20
    folder.settle(SourceUnreadable("no"))
    assert folder.ready(after=100) == []
    (box / "a.txt").chmod(0o600)
    assert folder.ready(after=1) == []
    assert folder.ready(after=11) == ["inbox/a.txt"]
    folder.settle(VaultFull("full"))
    assert folder.ready() == ["inbox/a.txt"]


def test_a_link_is_said_once(box: Path) -> None:
    (box / "link").symlink_to(box / "a.txt")
    folder = Folder(box)
    assert folder.ready() == ["inbox/link"]
    assert folder.ready(after=1) == []
    (box / "link").unlink()
    folder.ready()
    (box / "link").symlink_to(box / "a.txt")
    assert folder.ready() == ["inbox/link"]


def test_a_link_to_a_folder_is_said_as_well(box: Path) -> None:
    (box.parent / "elsewhere").mkdir()
    (box / "linked").symlink_to(box.parent / "elsewhere")
    folder = Folder(box)
    assert folder.ready() == ["inbox/linked"]
    assert folder.ready(after=1) == []


def test_what_is_there_comes_in_once_and_stays_where_it_is(
    box: Path, case: Case, capsys: pytest.CaptureFixture
) -> None:
    (box / "link").symlink_to(box / "a.txt")
    code, told = watch(box, capsys, how_obtained="by the scanner")
    assert (code, told[-1]) == (1, "2 taken in (0 second receipts, 0 empty), 0 already here, 1 failed")
    item = EvidenceItem.objects.get(original_path="inbox/a.txt")
    assert (item.source, item.intake.how_obtained) == ("a drop box", "by the scanner")
    assert (box / "a.txt").read_bytes() == LETTER
    (box / "link").unlink()
    code, told = watch(box, capsys)
    assert (code, told[-1]) == (0, "0 taken in (0 second receipts, 0 empty), 2 already here, 0 failed")


def test_an_empty_folder_is_no_fault(tmp_path: Path, case: Case, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "empty").mkdir()
    assert watch(tmp_path / "empty", capsys)[0] == 0


def test_what_is_in_is_moved_only_where_asked_and_over_nothing(
    box: Path, case: Case, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    done = tmp_path / "done"
    done.mkdir()
    (done / "a.txt").write_bytes(b"another one of this name")
    assert watch(box, capsys, move_to=done)[0] == 0
    moved = sorted(str(path.relative_to(done)) for path in done.rglob("*.txt"))
    assert moved == ["a (2).txt", "a.txt", "below/سند.txt"]
    assert not list(box.rglob("*.txt"))
    assert (done / "a (2).txt").read_bytes() == LETTER
    assert (done / "a.txt").read_bytes() == b"another one of this name"


def test_a_failed_file_is_not_moved(
    box: Path, case: Case, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    done = tmp_path / "done"
    done.mkdir()
    (box / "link").symlink_to(box / "a.txt")
    watch(box, capsys, move_to=done)
    assert (box / "link").is_symlink()
    assert not (done / "link").exists()


@pytest.mark.parametrize(
    ("folder", "options", "error"),
    [
        ("missing", {}, SourceUnreadable),
        ("linked", {}, SourceUnreadable),
        ("data", {}, BadIntake),
        ("keys", {}, BadIntake),
        (".", {}, BadIntake),
        ("inbox", {"move_to": "inbox/below"}, BadIntake),
        ("inbox/below", {"move_to": "inbox"}, BadIntake),
        ("inbox", {"move_to": "missing"}, SourceUnreadable),
        ("inbox", {"move_to": "keys"}, BadIntake),
        ("inbox", {"source": " "}, BadIntake),
        ("inbox", {"every": 0}, BadIntake),
        ("inbox", {"case": "DK-0000-00"}, UnknownCase),
        ("inbox", {"actor": "arash"}, NotPermitted),
    ],
)
def test_what_cannot_be_watched_is_said_first(
    box: Path,
    case: Case,
    house: Path,
    auditor: User,
    capsys: pytest.CaptureFixture,
    folder: str,
    options: dict,
    error: type,
) -> None:
    (house / "data").mkdir(exist_ok=True)
    (house / "linked").symlink_to(box)
    given = {name: house / value if name == "move_to" else value for name, value in options.items()}
    with pytest.raises(error) as raised:
        watch(house / folder, capsys, **given)
    assert len(str(raised.value)) > 10
    assert not EvidenceItem.objects.exists()


def test_a_full_vault_is_waited_for(
    box: Path, case: Case, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = Vault.commit, []

    def commit(self: Vault, received: Any) -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise VaultFull("The disk is full.")
        return real(self, received)

    monkeypatch.setattr(Vault, "commit", commit)
    monkeypatch.setattr("evidence.management.commands.watch_folder._AFTER_A_FAULT_SECONDS", 0.01)
    code, told = watch(box, capsys)
    assert EvidenceItem.objects.count() == 2
    assert (code, told[0]) == (1, "failed: inbox/a.txt: The disk is full.")


def test_whoever_left_the_case_takes_nothing_in_from_then_on(
    box: Path, case: Case, lawyer: User, paralegal: User, capsys: pytest.CaptureFixture
) -> None:
    watch(box, capsys)
    (box / "b.txt").write_bytes(b"b")
    remove_member(case, user=paralegal, actor=lawyer)
    with pytest.raises(UnknownCase):
        watch(box, capsys)
    assert EvidenceItem.objects.count() == 2


WATCHING = """
import sys, django
django.setup()
from pathlib import Path
from django.conf import settings
from django.core.management import call_command
settings.DADKHAH_DATA_DIR, settings.DADKHAH_KEYS_DIR = Path(sys.argv[2]), Path(sys.argv[3])
call_command("watch_folder", sys.argv[1], case="DK-1988-01", source="s", actor="parvin", quiet=0.1, every=0.05)
"""


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sigterm_ends_it_cleanly_and_a_restart_doubles_nothing(
    box: Path, case: Case, house: Path, other_process: Callable[..., subprocess.Popen]
) -> None:
    for expected in (2, 3):
        running = other_process(WATCHING, box, house / "data", house / "keys")
        wait_until(lambda expected=expected: EvidenceItem.objects.count() == expected)
        (box / f"new {expected}.txt").write_bytes(os.urandom(10))
        wait_until(lambda expected=expected: EvidenceItem.objects.count() == expected + 1)
        running.send_signal(signal.SIGTERM)
        out, error = running.communicate(timeout=60)
        assert (running.returncode, error) == (0, "")
        assert " failed" in out.splitlines()[-1]


def wait_until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < ends, "it did not come to that"
        time.sleep(0.05)
