"""Whoever takes the log out of a database that is not as it was made, or as it is, is told what the copy is worth."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from audit.checkpoints import sign_checkpoint
from audit.models import Entry
from tests.audit.conftest import CLERK
from tests.audit.exports import check
from tests.audit.forging import forge
from tests.tampering import as_owner, tamper

Write = Callable[[int], list[Entry]]
Export = Callable[..., tuple[str, str]]


@pytest.fixture
def export(log_key: Path, auditor: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Export:
    """`manage.py export_audit_log OUT` with these words: what it said, and what on the error output."""

    def run(*words: str) -> tuple[str, str]:
        call_command("export_audit_log", str(tmp_path / "out"), *words, actor=auditor.username)
        said = capsys.readouterr()
        return said.out, said.err

    return run


def drop_a_guard() -> str:
    name = "audit_entry_guard_update" if connection.vendor == "sqlite" else "audit_entry_guard_rows"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else " ON audit_entry"))
    return name


def test_of_a_whole_log_nothing_more_is_said(write: Write, export: Export, tmp_path: Path) -> None:
    write(3)
    said, warned = export()
    assert warned == ""
    assert len(said.splitlines()) == 2
    assert check(tmp_path / "out")["ok"]


def test_with_json_a_whole_log_is_signed_to_its_end_and_nothing_is_wrong(
    write: Write, export: Export
) -> None:
    write(3)
    said, warned = export("--json")
    answer = json.loads(said)
    assert (answer["ok"], answer["signed"], answer["broken"], answer["structure"]) == (
        True,
        answer["entries"],
        0,
        [],
    )
    assert warned == ""


@pytest.mark.parametrize("words", [(), ("--as-it-is",)])
def test_a_guard_that_is_missing_is_told_and_the_copy_is_made(
    write: Write, export: Export, tmp_path: Path, words: tuple[str, ...]
) -> None:
    write(3)
    name = drop_a_guard()
    _said, warned = export(*words)
    assert f"guard_missing: trigger {name}: " in warned
    assert "verify_audit_log" in warned
    assert warned.index("verify_audit_log") < warned.index("restore_guards")
    assert (tmp_path / "out" / "entries.bin").exists()


def test_with_json_what_is_wrong_with_the_database_stands_in_the_object(write: Write, export: Export) -> None:
    write(3)
    name = drop_a_guard()
    said, warned = export("--json")
    answer = json.loads(said)
    assert answer["ok"] is True
    assert [(one["kind"], one["place"]) for one in answer["structure"]] == [
        ("guard_missing", f"trigger {name}")
    ]
    assert "restore_guards" in warned


def test_a_copy_as_it_is_is_said_to_be_unsigned_to_its_end(
    write: Write, export: Export, tmp_path: Path
) -> None:
    write(3)
    size = sign_checkpoint(actor=CLERK).size
    _said, warned = export("--as-it-is")
    answer = check(tmp_path / "out", "--unsigned-tail")
    assert answer["verdict"] == f"VERIFIED UP TO {size}"
    assert (
        f"its last signature is over the first {size} entries, and the rest ({answer['entries'] - size})"
        in warned
    )
    assert "broken" not in warned


def test_a_copy_that_nobody_ever_signed_is_said_to_be_that(write: Write, export: Export) -> None:
    write(3)
    _said, warned = export("--as-it-is")
    assert "Nobody has signed any entry of the copy" in warned


def test_a_copy_of_a_broken_log_is_said_to_be_broken(write: Write, export: Export, tmp_path: Path) -> None:
    write(5)
    tamper("DELETE FROM audit_entry WHERE subject_id = '2' AND subject_kind = 'test.thing'")
    other = "(SELECT body FROM audit_entry WHERE subject_id = '4' AND subject_kind = 'test.thing')"
    tamper(f"UPDATE audit_entry SET body = {other} WHERE subject_id = '3' AND subject_kind = 'test.thing'")
    said, warned = export("--as-it-is", "--json")
    answer = json.loads(said)
    assert (answer["broken"], answer["signed"]) == (2, 0)
    assert "The copy is broken: at 2 places" in warned
    named = [fault for fault in check(tmp_path / "out")["faults"] if fault.startswith("entries.bin: leaf ")]
    assert len(named) == 2


def test_no_part_of_a_copy_with_a_broken_place_is_said_to_be_verified(write: Write, export: Export) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)
    tamper("DELETE FROM audit_entry WHERE subject_id = '2' AND subject_kind = 'test.thing'")
    _said, warned = export("--as-it-is")
    assert "The copy is broken: at 1 place" in warned
    assert "VERIFIED UP TO" not in warned


@pytest.mark.parametrize("what", ["an entry with its hashes", "the root that was signed", "the order"])
def test_a_copy_of_a_log_that_leads_to_no_signed_root_is_said_to_be_broken(
    write: Write, export: Export, tmp_path: Path, what: str
) -> None:
    write(300)
    size = sign_checkpoint(actor=CLERK).size
    if what == "an entry with its hashes":
        forge(40, lambda body: body.replace(b'"n":', b'"n":1'))
    elif what == "the order":
        swap = "UPDATE audit_leaf SET leaf_index = %s WHERE leaf_index = %s"
        for here, there in ((40, 1040), (41, 40), (1040, 41)):
            tamper(swap, (there, here))
    else:
        tamper("UPDATE audit_checkpoint SET root = %s", (bytes(32),))
    said, warned = export("--as-it-is", "--json")
    answer = json.loads(said)
    assert (answer["broken"], answer["forked"], answer["signed"]) == (0, True, size)
    assert f"its first {size} entries do not lead to the root that was signed" in warned
    assert check(tmp_path / "out", "--unsigned-tail")["verdict"] == "NOT VERIFIED"


def test_a_copy_of_a_log_whose_end_was_cut_is_said_to_lack_it(write: Write, export: Export) -> None:
    write(10)
    size = sign_checkpoint(actor=CLERK).size
    tamper("DELETE FROM audit_leaf WHERE leaf_index >= 5")
    tamper("DELETE FROM audit_entry WHERE id NOT IN (SELECT entry_id FROM audit_leaf)")
    _said, warned = export("--as-it-is")
    assert f"a checkpoint in it is of {size} entries, and only 6 are here" in warned


def test_an_export_is_its_owner_s_alone_as_the_files_in_it_are(
    write: Write, export: Export, tmp_path: Path
) -> None:
    """It names who did what: whom it is handed to is for a person to say."""
    write(3)
    export()
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
