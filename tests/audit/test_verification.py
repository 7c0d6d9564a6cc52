"""Every kind of tampering, done as the owner past the guards, is found and named; an untouched log gives no alarm."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from audit.checkpoints import sign_checkpoint
from audit.faults import FaultKind
from audit.keys import PUBLIC_FILE
from audit.models import Checkpoint, CheckpointSignature, Entry, Leaf
from audit.notes import Signer
from audit.sequencing import sequence_pending
from audit.verification import verify_log
from tests.audit.conftest import CLERK
from tests.tampering import guards_lifted, tamper

Write = Callable[[int], list[Entry]]


@pytest.fixture
def signed(write: Write, log_key: Path) -> list[Entry]:
    """Ten entries and a checkpoint over them; the checkpoint's own entry is the eleventh."""
    entries = write(10)
    sign_checkpoint(actor=CLERK)
    sequence_pending()
    return entries


def kinds() -> list[FaultKind]:
    return [fault.kind for fault in verify_log().faults]


def key(entry: Entry) -> object:
    return entry.pk.hex if connection.vendor == "sqlite" else entry.pk


def test_an_untouched_log_gives_no_alarm(signed: list[Entry]) -> None:
    report = verify_log()
    assert report.ok
    assert (report.entries, report.size, report.checkpoints, report.waiting) == (11, 11, 1, 0)


@pytest.mark.django_db
def test_an_empty_log_gives_no_alarm() -> None:
    assert verify_log().ok


def test_a_long_untouched_log_gives_no_alarm(write: Write, log_key: Path) -> None:
    for count in (255, 1, 44):
        write(count)
        sign_checkpoint(actor=CLERK)
    sequence_pending()
    assert verify_log().faults == []


def test_a_changed_body_is_named_with_its_place(signed: list[Entry]) -> None:
    body = bytes(signed[3].body).replace(b'"n":3', b'"n":4')
    tamper("UPDATE audit_entry SET body = %s WHERE id = %s", (body, key(signed[3])))
    [fault] = verify_log().faults
    assert fault.kind == FaultKind.CHANGED
    assert str(signed[3].pk) in fault.place


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "user:somebody"),
        ("action", "case.opened"),
        ("channel", "page"),
        ("subject_kind", "other.kind"),
        ("subject_id", "77"),
        ("recorded_at", "1988-07-28 00:00:00.000000"),
        ("case_id", "11111111111111111111111111111111"),
    ],
)
def test_a_changed_column_is_named(signed: list[Entry], column: str, value: str) -> None:
    tamper(f"UPDATE audit_entry SET {column} = %s WHERE id = %s", (value, key(signed[2])))
    [fault] = verify_log().faults
    assert (fault.kind, fault.detail) == (FaultKind.COLUMN_CHANGED, column)


def test_a_changed_hash_is_named(signed: list[Entry]) -> None:
    if connection.vendor == "sqlite":
        tamper("UPDATE audit_entry SET leaf_hash = %s WHERE id = %s", (b"\x01" * 32, key(signed[2])))
        assert kinds() == [FaultKind.HASH_CHANGED]
    tamper("UPDATE audit_leaf SET leaf_hash = %s WHERE leaf_index = 5", (b"\x01" * 32,))
    assert FaultKind.CHANGED in kinds()
    assert FaultKind.FORKED in kinds()


def test_a_removed_entry_is_named(signed: list[Entry]) -> None:
    tamper("DELETE FROM audit_entry WHERE id = %s", (key(signed[4]),))
    [fault] = verify_log().faults
    assert fault.kind == FaultKind.REMOVED
    assert "leaf 4" in fault.place


def test_an_entry_removed_together_with_its_leaf_leaves_a_gap(signed: list[Entry]) -> None:
    tamper("DELETE FROM audit_entry WHERE id = %s", (key(signed[4]),))
    tamper("DELETE FROM audit_leaf WHERE leaf_index = 4")
    found = kinds()
    assert found[0] == FaultKind.GAP
    assert FaultKind.FORKED in found


def test_a_removed_entry_after_which_the_rest_was_renumbered_is_named(signed: list[Entry]) -> None:
    tamper("DELETE FROM audit_entry WHERE id = %s", (key(signed[4]),))
    tamper("DELETE FROM audit_leaf WHERE leaf_index = 4")
    for index in range(5, 11):
        tamper("UPDATE audit_leaf SET leaf_index = %s WHERE leaf_index = %s", (index - 1, index))
    assert FaultKind.FORKED in kinds()


def test_two_entries_that_changed_places_are_named(write: Write, log_key: Path) -> None:
    write(256)
    for old, new in ((7, 9999), (9, 7), (9999, 9)):
        tamper("UPDATE audit_leaf SET leaf_index = %s WHERE leaf_index = %s", (new, old))
    faults = verify_log().faults
    assert [(fault.kind, fault.place) for fault in faults] == [
        (FaultKind.REORDERED, "leaf 7"),
        (FaultKind.REORDERED, "leaf 9"),
    ]


def test_an_inserted_entry_is_named(signed: list[Entry]) -> None:
    with connection.cursor() as cursor:
        names = "recorded_at, actor, channel, action, subject_kind, subject_id, case_id, body"
        names += ", leaf_hash" if connection.vendor == "sqlite" else ""
        cursor.execute(
            f"INSERT INTO audit_entry (id, {names})"
            f" SELECT 'ffffffffffffffffffffffffffffffff', {names} FROM audit_entry LIMIT 1"
        )
    assert kinds() == [FaultKind.INSERTED]


def test_a_cut_tail_is_named_by_the_checkpoint(signed: list[Entry]) -> None:
    for entry in Entry.objects.filter(leaf__index__gte=7):
        tamper("DELETE FROM audit_entry WHERE id = %s", (key(entry),))
    tamper("DELETE FROM audit_leaf WHERE leaf_index >= 7")
    [fault] = verify_log().faults
    assert (fault.kind, fault.place) == (FaultKind.CUT, "checkpoint of size 10")


def test_a_cut_tail_is_named_by_a_tile(write: Write) -> None:
    write(260)
    tamper("DELETE FROM audit_entry")
    tamper("DELETE FROM audit_leaf")
    assert kinds() == [FaultKind.CUT]


def test_a_rewritten_past_with_fresh_hashes_is_named_as_a_fork(signed: list[Entry]) -> None:
    body = bytes(signed[3].body).replace(b'"n":3', b'"n":4')
    tamper("UPDATE audit_entry SET body = %s WHERE id = %s", (body, key(signed[3])))
    from audit.merkle import leaf_hash

    if connection.vendor == "sqlite":
        tamper("UPDATE audit_entry SET leaf_hash = %s WHERE id = %s", (leaf_hash(body), key(signed[3])))
    tamper("UPDATE audit_leaf SET leaf_hash = %s WHERE leaf_index = 3", (leaf_hash(body),))
    assert kinds() == [FaultKind.FORKED]


def test_a_changed_or_missing_tile_is_named(write: Write) -> None:
    write(256)
    tamper("UPDATE audit_tile SET root = %s", (b"\x07" * 32,))
    assert kinds() == [FaultKind.TILE_CHANGED]
    tamper("DELETE FROM audit_tile")
    assert kinds() == [FaultKind.TILE_CHANGED]


def test_a_huge_index_does_not_keep_the_verification_busy(signed: list[Entry]) -> None:
    tamper("UPDATE audit_leaf SET leaf_index = 4000000000 WHERE leaf_index = 9")
    assert FaultKind.GAP in kinds()


def test_a_checkpoint_whose_root_was_changed_is_named(signed: list[Entry]) -> None:
    tamper("UPDATE audit_checkpoint SET root = %s", (b"\x05" * 32,))
    assert kinds() == [FaultKind.FORKED, FaultKind.BAD_SIGNATURE, FaultKind.BAD_SIGNATURE]


def test_a_checkpoint_without_its_signature_is_named(signed: list[Entry]) -> None:
    tamper("DELETE FROM audit_checkpointsignature")
    assert kinds() == [FaultKind.SIGNATURE_REMOVED, FaultKind.SIGNATURE_REMOVED, FaultKind.UNSIGNED]


def test_a_checkpoint_signed_by_a_foreign_key_is_named(signed: list[Entry]) -> None:
    row = CheckpointSignature.objects.order_by("made_at").first()
    stranger = Signer.generate(row.key_name)
    line = stranger.signature_line(Checkpoint.objects.get().text)
    tamper(
        "UPDATE audit_checkpointsignature SET line = %s WHERE key_hash = %s",
        (line, row.key_hash),
    )
    assert kinds() == [FaultKind.FOREIGN_KEY]


def test_a_missing_public_key_is_named_and_the_rest_is_still_checked(
    signed: list[Entry], settings: Any
) -> None:
    (settings.DADKHAH_KEYS_DIR / PUBLIC_FILE).unlink()
    tamper("DELETE FROM audit_entry WHERE id = %s", (key(signed[4]),))
    assert kinds() == [FaultKind.REMOVED, FaultKind.KEY_MISSING]


def test_lifted_guards_are_named(signed: list[Entry]) -> None:
    with guards_lifted():
        assert set(kinds()) == {FaultKind.GUARD_MISSING}


def test_all_breaks_are_named_not_only_the_first(signed: list[Entry]) -> None:
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE id = %s", (key(signed[1]),))
    tamper("DELETE FROM audit_entry WHERE id = %s", (key(signed[4]),))
    assert kinds() == [FaultKind.COLUMN_CHANGED, FaultKind.REMOVED]


def test_the_command_says_verified_and_ends_well(
    signed: list[Entry], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_audit_log")
    said = capsys.readouterr().out
    assert said.startswith("VERIFIED: 11 entries")
    assert "Signed: the first 10 entries. Of the 1 after them no signature tells yet" in said


def test_the_report_says_how_far_the_log_is_signed(
    write: Callable[[int], list[Entry]], log_key: Path
) -> None:
    write(3)
    assert verify_log().signed == 0
    checkpoint = sign_checkpoint(actor=CLERK)
    write(2)
    assert verify_log().signed == checkpoint.size
    tamper("UPDATE audit_checkpointsignature SET line = 'x' || line")
    assert verify_log().signed == 0


def test_the_command_names_the_break_and_exits_1(
    signed: list[Entry], capsys: pytest.CaptureFixture[str]
) -> None:
    tamper("DELETE FROM audit_entry WHERE id = %s", (key(signed[4]),))
    with pytest.raises(SystemExit) as exit_:
        call_command("verify_audit_log", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert exit_.value.code == 1
    assert answer["ok"] is False
    assert answer["faults"][0]["kind"] == "removed"


def test_the_command_writes_nothing(signed: list[Entry], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_audit_log", "--json")
    assert Entry.objects.count() == Leaf.objects.count() == 11
