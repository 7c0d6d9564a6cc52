"""An export of the log is checked by its own program, which has never seen Dadkhah, and names what was done to it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.errors import LogUnavailable, NotAReviewer, TargetExists
from audit.exporting import export_log
from audit.models import Entry
from audit.notes import Signer
from audit.verifier import verify_log
from tests.audit.conftest import CLERK
from tests.tampering import tamper

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def export(write: Callable[[int], list[Entry]], log_key: Path, tmp_path: Path) -> Path:
    """Three hundred entries, so that there is a full tile, and two checkpoints."""
    write(20)
    sign_checkpoint(actor=CLERK)
    write(280)
    return export_log(tmp_path / "export", actor=CLERK).path


def check(folder: Path, *options: str) -> dict[str, Any]:
    """What the export's own program says, in a process that cannot see this project."""
    run = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify_log.py"), *options, "--json"],
        capture_output=True,
        check=False,
        text=True,
        cwd=folder.parent,
    )
    assert run.stderr == ""
    answer: dict[str, Any] = json.loads(run.stdout)
    assert run.returncode == (0 if answer["ok"] else 1)
    return answer


def checked_here(folder: Path, *against: str) -> verify_log.Report:
    """The same in this process, for tests that check many times."""
    report = verify_log.Report()
    verify_log.check_folder(report, str(folder), None, list(against))
    return report


def test_an_export_is_verified_by_its_own_program(export: Path) -> None:
    answer = check(export)
    assert answer["faults"] == []
    # 300, the first signing and the export; the last signing stands behind what it signed.
    assert answer["entries"] == answer["signed"] == 302


def test_the_export_is_an_act_and_stands_in_itself(export: Path) -> None:
    entry = Entry.objects.get(action=Action.LOG_EXPORTED.value)
    assert bytes(entry.body) in (export / "entries.bin").read_bytes()


def test_it_says_how_to_compare_the_key_and_compares_it(export: Path) -> None:
    line = (export / "keys").read_text().split("\n")[0]
    assert check(export, "--key", line)["ok"]
    stranger = Signer.generate("other.example/log").verifier.line
    assert any("the key that you gave" in fault for fault in check(export, "--key", stranger)["faults"])


def test_a_checkpoint_given_before_is_compared(export: Path, tmp_path: Path) -> None:
    old = export / "checkpoints" / "000000000020"
    assert check(export, "--against", str(old))["ok"]
    other = tmp_path / "other"
    other.write_text("no note")
    assert not check(export, "--against", str(other))["ok"]


@pytest.mark.parametrize("bytes_left", [0, 1, 3_000, -1, -200])
def test_an_export_cut_short_is_named(export: Path, bytes_left: int) -> None:
    path = export / "entries.bin"
    path.write_bytes(path.read_bytes()[:bytes_left])
    faults = check(export)["faults"]
    assert any("cut short" in fault for fault in faults)


def test_a_missing_and_an_added_file_are_named(export: Path) -> None:
    (export / "tiles" / "1").unlink()
    (export / "extra").write_text("x")
    faults = check(export)["faults"]
    assert "tiles/1: is missing" in faults
    assert "extra: is no part of an export; it was added" in faults


def test_a_changed_entry_is_named_by_its_leaf(export: Path) -> None:
    content = (export / "entries.bin").read_bytes()
    (export / "entries.bin").write_bytes(content.replace(b'"n":7', b'"n":8', 1))
    assert "entries.bin: leaf 7: its entry is not what the tree holds in its place" in check(export)["faults"]


def test_links_pipes_and_hostile_names_are_named_and_not_followed(export: Path) -> None:
    (export / "keys").unlink()
    (export / "keys").symlink_to("/dev/zero")
    (export / "evil\x1b[31m").write_text("x")
    faults = check(export)["faults"]
    assert "keys: is a symbolic link; an export holds none" in faults
    assert any(fault.startswith("evil\\x1b[31m") for fault in faults)


def test_both_verifiers_hold_the_same_ed25519() -> None:
    def shared(path: str) -> str:
        text = (ROOT / path).read_text(encoding="utf-8")
        return text[text.index("PRIME = 2**255") : text.index("    @property\n    def fingerprint")]

    assert shared("audit/verifier/verify_log.py") == shared("dossiers/verifier/verify.py")


def test_a_broken_log_can_be_taken_out_as_it_is(
    write: Callable[[int], list[Entry]], log_key: Path, tmp_path: Path
) -> None:
    entries = write(5)
    tamper("DELETE FROM audit_entry WHERE subject_id = '2'")
    folder = export_log(tmp_path / "broken", actor=CLERK, sign=False).path
    assert "entries.bin: leaf 2: its entry is missing" in check(folder)["faults"]
    assert len(entries) == 5


def test_it_refuses_a_target_that_exists_and_leaves_no_trace(db: None, log_key: Path, tmp_path: Path) -> None:
    with pytest.raises(TargetExists):
        export_log(tmp_path, actor=CLERK)
    assert not Entry.objects.exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(LogUnavailable):
        export_log(tmp_path / "file" / "export", actor=CLERK)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_the_command_needs_a_reviewer(auditor: User, lawyer: User, tmp_path: Path, log_key: Path) -> None:
    with pytest.raises(NotAReviewer):
        call_command("export_audit_log", str(tmp_path / "no"), actor=lawyer.username)
    call_command("export_audit_log", str(tmp_path / "yes"), actor=auditor.username)
    assert check(tmp_path / "yes")["ok"]
    entry = Entry.objects.get(action=Action.LOG_EXPORTED.value)
    assert (entry.actor, entry.channel) == (auditor.audit_name, "command")


@pytest.fixture
def small(write: Callable[[int], list[Entry]], log_key: Path, tmp_path: Path) -> Path:
    write(3)
    return export_log(tmp_path / "small", actor=CLERK).path


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_byte_changed_in_any_file_is_noticed(small: Path, data: st.DataObject) -> None:
    files = sorted(path for path in small.rglob("*") if path.is_file())
    path = data.draw(st.sampled_from(files))
    content = path.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    flip = data.draw(st.integers(1, 255))
    path.write_bytes(content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :])
    try:
        assert checked_here(small).count > 0
    finally:
        path.write_bytes(content)
    assert checked_here(small).faults == []
