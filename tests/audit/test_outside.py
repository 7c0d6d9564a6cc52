"""Checkpoints that left the house show what all inside the database agrees to hide."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from audit.checkpoints import sign_checkpoint
from audit.faults import Compared, FaultKind, LogReport
from audit.key_rotation import RotationReason, rotate_log_key
from audit.keys import MLDSA_FILE, PRIVATE_FILE, PUBLIC_FILE, create_log_key, load_signer
from audit.models import Checkpoint, Entry, checkpoint_text
from audit.notes import Signer
from audit.outside import OutsideCheckpoint, parse_outside
from audit.outside_words import aside_sentences
from audit.verification import verify_log
from tests.audit.conftest import CLERK
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]
TABLES = (
    "audit_checkpointsignature",
    "audit_checkpoint",
    "audit_tile",
    "audit_leaf",
    "audit_unsequenced",
    "audit_entry",
)


def left_the_house(place: str = "outside") -> OutsideCheckpoint:
    """Sign the log and keep what a recipient would hold."""
    return parse_outside(sign_checkpoint(actor=CLERK).note, place=place)


def made_up(
    size: int, *, signer: Signer | None = None, origin: str = "", root: bytes = b"\x01" * 32
) -> OutsideCheckpoint:
    """A checkpoint of a tree that never was, signed by our own key or another."""
    signer = signer or load_signer()
    text = checkpoint_text(origin or signer.name, size, root)
    return parse_outside(text + "\n" + signer.signature_line(text), place="made up")


def kinds(*against: OutsideCheckpoint) -> list[FaultKind]:
    return [fault.kind for fault in verify_log(against=against).faults]


def vain(*against: OutsideCheckpoint) -> list[FaultKind]:
    """Why these could not be compared; nothing about the log follows from them."""
    report = verify_log(against=against)
    assert report.ok
    return [given.kind for given in report.incomparable]


def empty_the_log() -> None:
    for table in TABLES:
        tamper(f"DELETE FROM {table}")


def cut_back_to(keep: int) -> None:
    """Take away all after these entries with every trace of it, as when a copy of before the rotation is put back."""
    tamper(
        "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_leaf WHERE leaf_index >= %s)",
        (keep,),
    )
    tamper("DELETE FROM audit_leaf WHERE leaf_index >= %s", (keep,))
    newer = "SELECT id FROM audit_checkpoint WHERE size >= %s"
    tamper(f"DELETE FROM audit_checkpointsignature WHERE checkpoint_id IN ({newer})", (keep,))
    tamper("DELETE FROM audit_checkpoint WHERE size >= %s", (keep,))
    tamper("DELETE FROM audit_keyrotation")


def test_a_true_checkpoint_fits(write: Write, log_key: Path) -> None:
    write(5)
    first = left_the_house()
    write(300)
    report = verify_log(against=[first, left_the_house("last")])
    assert report.ok
    assert report.against == 2
    assert report.compared == [Compared("outside", 5, 307), Compared("last", 306, 307)]


def test_an_older_copy_put_back_is_named_rolled_back(write: Write, log_key: Path) -> None:
    write(5)
    before = left_the_house("before")
    write(3)
    after = left_the_house("after")
    keep = before.size + 1  # the entry about the first signing was in the old copy
    if connection.vendor == "sqlite":
        tamper(
            "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_leaf WHERE leaf_index >= %s)",
            (keep,),
        )
    else:
        tamper(
            "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_leaf WHERE leaf_index >= %s)",
            (keep,),
        )
    tamper("DELETE FROM audit_leaf WHERE leaf_index >= %s", (keep,))
    newer = "SELECT id FROM audit_checkpoint WHERE size > %s"
    tamper(f"DELETE FROM audit_checkpointsignature WHERE checkpoint_id IN ({newer})", (keep,))
    tamper("DELETE FROM audit_checkpoint WHERE size > %s", (keep,))
    assert kinds() == []  # all inside agrees
    [fault] = verify_log(against=[before, after]).faults
    assert (fault.kind, fault.place) == (FaultKind.ROLLED_BACK, f"after, size {after.size}")
    assert "DATABASE_URL" in fault.sentence
    assert "compare the newest backup" in fault.sentence


def test_a_log_made_anew_with_the_same_key_is_named_rebuilt(write: Write, log_key: Path) -> None:
    write(5)
    old = left_the_house()
    empty_the_log()
    write(9)
    sign_checkpoint(actor=CLERK)
    assert kinds() == []
    assert kinds(old) == [FaultKind.FORKED, FaultKind.REBUILT]
    assert verify_log(against=[old]).compared == []


def test_a_log_made_anew_with_another_key_says_so_of_every_true_checkpoint(
    write: Write, log_key: Path, settings: Any
) -> None:
    write(5)
    old = left_the_house()
    empty_the_log()
    for name in (PRIVATE_FILE, MLDSA_FILE, PUBLIC_FILE):
        (settings.DADKHAH_KEYS_DIR / name).unlink()
    create_log_key(settings.DADKHAH_KEYS_DIR)
    write(9)
    sign_checkpoint(actor=CLERK)
    assert vain(old) == [FaultKind.FOREIGN_KEY]


def test_a_past_rewritten_and_signed_anew_is_named_forked_from_the_last_that_fits(
    write: Write, log_key: Path
) -> None:
    write(4)
    first = left_the_house("first")
    write(5)
    second = left_the_house("second")
    tamper(
        "DELETE FROM audit_checkpointsignature WHERE checkpoint_id IN (SELECT id FROM audit_checkpoint WHERE size = %s)",
        (second.size,),
    )
    tamper("UPDATE audit_checkpoint SET root = %s WHERE size = %s", (b"\x02" * 32, second.size))
    row = Checkpoint.objects.get(size=second.size)
    line = load_signer().signature_line(row.text)
    row.signatures.create(
        key_name=load_signer().name,
        key_hash=load_signer().verifier.key_hash.hex(),
        line=line,
        made_at=row.made_at,
    )
    other = made_up(7)
    found = {(fault.kind, fault.detail) for fault in verify_log(against=[first, second, other]).faults}
    assert (FaultKind.FORKED, "The difference lies among leaves 4 to 6.") in found
    assert FaultKind.SPLIT_VIEW in {kind for kind, _detail in found}
    assert FaultKind.REBUILT not in {kind for kind, _detail in found}


def test_two_checkpoints_of_one_size_are_named_a_split_view(write: Write, log_key: Path) -> None:
    write(6)
    assert FaultKind.SPLIT_VIEW in kinds(made_up(4), made_up(4, root=b"\x03" * 32))


def test_a_foreign_key_and_another_log_prove_nothing_and_never_pass(write: Write, log_key: Path) -> None:
    write(6)
    name = load_signer().name
    assert vain(made_up(4, signer=Signer.generate(name))) == [FaultKind.FOREIGN_KEY]
    assert vain(made_up(4, signer=Signer.generate("other.example/log"))) == [FaultKind.OTHER_LOG]


def test_a_checkpoint_whose_text_was_changed_is_named(write: Write, log_key: Path) -> None:
    write(6)
    note = sign_checkpoint(actor=CLERK).note.replace("\n6\n", "\n5\n", 1)
    assert vain(parse_outside(note, place="changed")) == [FaultKind.BAD_SIGNATURE]


def test_since_reads_only_what_came_after_and_says_so(write: Write, log_key: Path, capsys: Any) -> None:
    write(600)
    sign_checkpoint(actor=CLERK)
    write(10)
    call_command("verify_audit_log", "--since", "600")
    said = capsys.readouterr().out
    assert "The first 512 entries, all within the checkpoint of size 600, were NOT read again" in said
    assert "Read again: 99." in said  # 611 less the two full tiles before the checkpoint


def test_since_passes_over_a_changed_entry_but_not_a_changed_hash(write: Write, log_key: Path) -> None:
    write(600)
    checkpoint = sign_checkpoint(actor=CLERK)
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '3'")
    assert verify_log(since=checkpoint).ok
    assert not verify_log().ok
    tamper("UPDATE audit_leaf SET leaf_hash = %s WHERE leaf_index = 3", (b"\x01" * 32,))
    report = verify_log(since=checkpoint)
    assert {fault.kind for fault in report.faults} >= {FaultKind.CHANGED, FaultKind.FORKED}


def test_since_a_checkpoint_that_our_key_did_not_sign_reads_all(write: Write, log_key: Path) -> None:
    write(600)
    sign_checkpoint(actor=CLERK)
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '3'")
    report = verify_log(since=made_up(600, signer=Signer.generate(load_signer().name)))
    assert (report.since, report.read) == (0, 601)
    assert FaultKind.COLUMN_CHANGED in {fault.kind for fault in report.faults}
    assert [given.kind for given in report.incomparable] == [FaultKind.FOREIGN_KEY]


def test_since_within_the_first_tile_claims_no_entry_unread(write: Write, log_key: Path, capsys: Any) -> None:
    write(93)
    sign_checkpoint(actor=CLERK)
    call_command("verify_audit_log", "--since", "93")
    assert "NOT read again" not in capsys.readouterr().out


def test_the_command_ends_with_2_where_a_checkpoint_could_not_be_compared(
    write: Write, log_key: Path, tmp_path: Path, capsys: Any
) -> None:
    write(5)
    other = made_up(4, signer=Signer.generate("other.example/log"))
    signer = Signer.generate("other.example/log")
    file = tmp_path / "theirs"
    file.write_text(other.text + "\n" + signer.signature_line(other.text), encoding="utf-8")
    with pytest.raises(SystemExit) as exit_:
        call_command("verify_audit_log", "--against", str(file))
    said = capsys.readouterr().out
    assert exit_.value.code == 2
    assert "NOT COMPARED: other_log: theirs" in said
    assert "Compared with" not in said
    assert "BROKEN" not in said
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '3'")
    with pytest.raises(SystemExit) as exit_:
        call_command("verify_audit_log", "--against", str(file))
    assert exit_.value.code == 1
    assert "BROKEN: 1 fault among" in capsys.readouterr().out


def test_an_old_copy_put_back_from_before_a_rotation_is_told_by_the_keys(write: Write, log_key: Path) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)
    keep = Entry.objects.count()
    rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)
    write(3)
    after = left_the_house("after")
    cut_back_to(keep)
    assert kinds() == [FaultKind.ROTATION_REMOVED]
    report = verify_log(against=[after])
    assert [fault.kind for fault in report.faults] == [FaultKind.ROTATION_REMOVED, FaultKind.ROLLED_BACK]
    assert report.incomparable == []


def test_a_whole_house_put_back_to_before_a_rotation_is_not_compared_and_the_likeliest_cause_is_said(
    write: Write, log_key: Path, tmp_path: Path, settings: Any
) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)
    keep = Entry.objects.count()
    before, newest = settings.DADKHAH_KEYS_DIR, tmp_path / "newest"
    shutil.copytree(before, tmp_path / "old")
    rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)
    write(3)
    after = left_the_house("after")
    cut_back_to(keep)
    newest.mkdir()
    (before / PUBLIC_FILE).rename(newest / PUBLIC_FILE)
    settings.DADKHAH_KEYS_DIR = tmp_path / "old"
    report = verify_log(against=[after])
    [aside] = report.incomparable
    assert (report.ok, report.verdict, aside.kind) == (True, "not_compared", FaultKind.FOREIGN_KEY)
    assert aside.detail.startswith(f"It is of size {after.size}, signed by {settings.DADKHAH_LOG_ORIGIN}+")
    said = " ".join(aside_sentences({aside.kind}, whole=True))
    assert "put back from an old backup" in said
    assert f"{PUBLIC_FILE} " in said
    # And what it advises settles it.
    settings.DADKHAH_KEYS_DIR = newest
    assert [fault.kind for fault in verify_log(against=[after]).faults] == [
        FaultKind.ROTATION_REMOVED,
        FaultKind.ROLLED_BACK,
    ]


def test_another_name_is_another_log_and_no_suspicion_follows(write: Write, log_key: Path) -> None:
    write(6)
    report = verify_log(against=[made_up(4, signer=Signer.generate("other.example/log"))])
    [aside] = report.incomparable
    assert aside.detail == f"It is of the log other.example/log; this one is {load_signer().name}."
    said = " ".join(aside_sentences({aside.kind}, whole=report.ok))
    assert "the checkpoint that was given says nothing about it" in said
    assert "backup" not in said
    assert "exchanged" not in said


def test_progress_comes_to_its_end(write: Write) -> None:
    write(520)
    seen: list[tuple[int, int]] = []
    report: LogReport = verify_log(progress=lambda done, total: seen.append((done, total)))
    assert report.ok
    assert seen == sorted(seen)
    assert seen[-1] == (520, 520)
