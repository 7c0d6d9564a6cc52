"""Any bit of any column of the log's tables, changed as the owner past the guards, is found and named."""

import datetime
import sqlite3
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from audit import verification
from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.clock import TOLERANCE
from audit.faults import FaultKind
from audit.log import Subject, append
from audit.merkle import complete_root
from audit.models import Entry
from audit.sequencing import sequence_pending
from audit.span_helper import Helper
from audit.spans import tile_root, verdicts
from audit.verification import verify_log
from tests.audit.conftest import CLERK
from tests.tampering import guards_lifted, tamper

Write = Callable[[int], list[Entry]]

K = FaultKind
# Table, column, which row, and the kinds of which at least one must be named.
COLUMNS = [
    ("audit_entry", "id", "subject_id = '3'", {K.REMOVED}),
    ("audit_entry", "recorded_at", "subject_id = '3'", {K.COLUMN_CHANGED}),
    ("audit_entry", "actor", "subject_id = '3'", {K.COLUMN_CHANGED}),
    ("audit_entry", "channel", "subject_id = '3'", {K.COLUMN_CHANGED}),
    ("audit_entry", "action", "subject_id = '3'", {K.COLUMN_CHANGED}),
    ("audit_entry", "subject_kind", "subject_id = '3'", {K.COLUMN_CHANGED}),
    ("audit_entry", "subject_id", "subject_id = '3'", {K.COLUMN_CHANGED}),
    ("audit_entry", "body", "subject_id = '3'", {K.CHANGED}),
    ("audit_leaf", "leaf_index", "leaf_index = 3", {K.GAP}),
    ("audit_leaf", "entry_id", "leaf_index = 3", {K.REMOVED}),
    ("audit_leaf", "leaf_hash", "leaf_index = 3", {K.CHANGED}),
    ("audit_leaf", "leaf_hash", "leaf_index = 258", {K.CHANGED}),
    ("audit_tile", "level", "level = 0", {K.TILE_CHANGED}),
    ("audit_tile", "tile_index", "level = 0", {K.TILE_CHANGED}),
    ("audit_tile", "hashes", "level = 0", {K.TILE_CHANGED}),
    ("audit_tile", "root", "level = 0", {K.TILE_CHANGED}),
    ("audit_checkpoint", "origin", "size = 260", {K.BAD_SIGNATURE}),
    ("audit_checkpoint", "size", "size = 260", {K.FORKED, K.CUT}),
    ("audit_checkpoint", "root", "size = 260", {K.FORKED}),
    ("audit_checkpoint", "made_at", "size = 260", {K.CHECKPOINT_CHANGED}),
    ("audit_checkpointsignature", "key_name", "length(line) < 500", {K.BAD_SIGNATURE}),
    ("audit_checkpointsignature", "key_hash", "length(line) < 500", {K.BAD_SIGNATURE}),
    ("audit_checkpointsignature", "line", "length(line) < 500", {K.BAD_SIGNATURE, K.FOREIGN_KEY}),
    ("audit_checkpointsignature", "made_at", "length(line) < 500", {K.CHECKPOINT_CHANGED}),
]


@pytest.fixture
def signed(write: Write, log_key: Path) -> list[Entry]:
    """A full tile, four more, and a checkpoint over all."""
    entries = write(260)
    sign_checkpoint(actor=CLERK)
    return entries


def one_bit(value: Any) -> Any:
    """The value with one bit changed, so that the column still takes it."""
    if isinstance(value, bytes | memoryview):
        raw = bytearray(value)
        raw[len(raw) // 2] ^= 1
        return bytes(raw)
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=value.int ^ 1)
    if isinstance(value, datetime.datetime):
        return value + datetime.timedelta(days=2)
    if isinstance(value, int):
        return value ^ (1024 if value else 4)
    if value[:2] == "20" and value[4:5] == "-":
        return (
            "3" + value[1:]
        )  # a moment as SQLite holds it; its microseconds are tried as the bits of the body
    at = len(value) // 2
    return value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]


@pytest.mark.parametrize(("table", "column", "where", "named"), COLUMNS)
def test_one_bit_changed_in_any_column_is_named(
    signed: list[Entry], table: str, column: str, where: str, named: set[FaultKind]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {where}")
        value = cursor.fetchone()[0]
    assert verify_log().ok
    assert tamper(f"UPDATE {table} SET {column} = %s WHERE {where}", (one_bit(value),)) == 1
    assert {fault.kind for fault in verify_log().faults} & named


def test_a_checkpoint_taken_away_with_its_signatures_is_missed(signed: list[Entry]) -> None:
    tamper("DELETE FROM audit_checkpointsignature")
    tamper("DELETE FROM audit_checkpoint")
    assert [fault.kind for fault in verify_log().faults] == [K.CHECKPOINT_REMOVED]


def test_a_deleted_row_after_which_the_rest_moved_up_is_named_renumbered(signed: list[Entry]) -> None:
    tamper("DELETE FROM audit_entry WHERE subject_id = '200'")
    tamper("DELETE FROM audit_leaf WHERE leaf_index = 200")
    for index in range(201, 261):
        tamper("UPDATE audit_leaf SET leaf_index = %s WHERE leaf_index = %s", (index - 1, index))
    found = [fault.kind for fault in verify_log().faults]
    assert found.count(K.RENUMBERED) == 55
    assert K.FORKED in found


def test_entries_that_changed_places_after_the_last_tile_are_named_by_their_times(
    signed: list[Entry],
) -> None:
    for old, new in ((257, 9999), (259, 257), (9999, 259)):
        tamper("UPDATE audit_leaf SET leaf_index = %s WHERE leaf_index = %s", (new, old))
    found = [(fault.kind, fault.place) for fault in verify_log().faults]
    assert (K.FORKED, "checkpoint of size 260") in found
    assert (K.REORDERED, "leaf 259") in found


def test_entries_whose_leaves_were_exchanged_are_named(signed: list[Entry]) -> None:
    ids = {index: Entry.objects.get(leaf__index=index).pk for index in (7, 9)}
    own = {index: pk.hex if connection.vendor == "sqlite" else pk for index, pk in ids.items()}
    spare = "f" * 32 if connection.vendor == "sqlite" else uuid.UUID(int=1)
    for index, value in ((7, spare), (9, own[7]), (7, own[9])):
        tamper("UPDATE audit_leaf SET entry_id = %s WHERE leaf_index = %s", (value, index))
    assert [fault.kind for fault in verify_log().faults] == [K.REORDERED, K.REORDERED]


def test_a_clock_set_back_a_day_is_noticed_once_and_breaks_nothing(
    write: Write, log_key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(300)
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    with monkeypatch.context() as patch:
        patch.setattr("audit.log.timezone.now", lambda: yesterday)
        write(4)
    report = verify_log()
    assert report.ok
    [notice] = report.notices
    assert notice.kind == K.CLOCK_BACK
    assert notice.place.startswith("leaf 300 ")
    write(3)
    assert len(verify_log().notices) == 1


def test_a_clock_that_goes_back_within_a_tile_is_noticed(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.datetime.now(datetime.UTC)
    for step, count in ((0, 100), (2 * TOLERANCE, 10), (TOLERANCE / 2, 200)):
        moment = now + step if step else now
        with monkeypatch.context() as patch:
            patch.setattr("audit.log.timezone.now", lambda moment=moment: moment)
            write(count)
    report = verify_log()
    assert report.ok
    assert [notice.place.split()[1] for notice in report.notices] == ["110"]


def test_text_and_times_that_no_driver_reads_are_named_and_do_not_end_the_walk(signed: list[Entry]) -> None:
    if connection.vendor == "sqlite":
        tamper("UPDATE audit_entry SET actor = CAST(x'fffe' AS TEXT) WHERE subject_id = '3'")
        tamper("UPDATE audit_entry SET recorded_at = '9999-99-99 99:99:99.999999' WHERE subject_id = '4'")
    else:
        tamper("UPDATE audit_entry SET actor = '\"\\' WHERE subject_id = '3'")
        tamper("UPDATE audit_entry SET recorded_at = 'infinity' WHERE subject_id = '4'")
    assert [fault.kind for fault in verify_log().faults] == [K.COLUMN_CHANGED, K.COLUMN_CHANGED]


def test_an_action_that_nobody_knows_is_a_notice_and_no_crash(write: Write) -> None:
    write(2)
    with transaction.atomic(), guards_lifted(), connection.cursor() as cursor:
        entry = append(Action.SIGNED_IN, subject=Subject("test.thing", "new"), actor=CLERK)
        body = bytes(entry.body).replace(b"account.signed_in", b"account.levitated")
        cursor.execute(
            "UPDATE audit_entry SET action = 'account.levitated', body = %s WHERE subject_id = 'new'", (body,)
        )
    report = verify_log()
    assert [notice.kind for notice in report.notices] == [K.UNKNOWN_ACTION]


def test_the_unrolled_tile_is_the_tree_s_own() -> None:
    row = [bytes([at]) * 32 for at in range(256)]
    assert tile_root(row) == complete_root(row)


@pytest.mark.postgres  # the tests' SQLite lives in memory, where a reader does keep writers out
@pytest.mark.django_db(transaction=True)
def test_an_untouched_log_gives_no_alarm_while_others_write(log_key: Path) -> None:
    stop = threading.Event()
    failures: list[Exception] = []

    def keep_writing() -> None:
        try:
            while not stop.is_set():
                with transaction.atomic():
                    append(Action.SIGNED_IN, subject=Subject("test.thing", "x"), actor=CLERK)
        except Exception as error:  # noqa: BLE001  told to the test, whatever it is
            failures.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=keep_writing) for _number in range(2)]
    for writer in writers:
        writer.start()
    try:
        for _round in range(8):
            sign_checkpoint(actor=CLERK)
            assert verify_log().faults == []
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert failures == []
    sequence_pending(wait=True)
    assert verify_log().ok


@pytest.mark.django_db(transaction=True)
def test_a_second_process_sees_the_same(write: Write, tmp_path: Path) -> None:
    with transaction.atomic():
        write(1030)
    sequence_pending(wait=True)
    tamper("UPDATE audit_leaf SET leaf_hash = %s WHERE leaf_index = 600", (b"\x01" * 32,))
    target = verification.helper_target()
    if connection.vendor == "sqlite":  # the tests' own lies in memory
        target = {"vendor": "sqlite", "path": str(tmp_path / "log.sqlite3")}
        with sqlite3.connect(tmp_path / "log.sqlite3") as file:
            connection.connection.backup(file)
    with Helper(target, 1, 4) as helper:
        found = list(helper.verdicts())
    assert found == list(verdicts(connection.connection, connection.vendor, 1, 4))
    assert [bool(verdict.root) for verdict in found] == [True, False, True]


@pytest.mark.django_db(transaction=True)
def test_two_processes_find_the_same_as_one(log_key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _tile in range(4):
        with transaction.atomic():
            for number in range(256):
                append(Action.SIGNED_IN, subject=Subject("test.thing", str(number)), actor=CLERK)
    sequence_pending(wait=True)
    monkeypatch.setattr(verification, "HELPED_FROM", 2)
    assert verify_log().ok
    tamper("UPDATE audit_leaf SET leaf_hash = %s WHERE leaf_index = 900", (b"\x01" * 32,))
    helped = verify_log()
    monkeypatch.setattr(verification, "HELPED_FROM", 1_000_000)
    assert helped.as_dict() == verify_log().as_dict()
    assert helped.fault_count == 2
