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
from django.utils import timezone

from audit import span_looking
from audit.actions import Action
from audit.canonical import Json
from audit.checkpoint_check import check_roots
from audit.checkpoints import sign_checkpoint
from audit.clock import TOLERANCE
from audit.cosignatures import TreeHead
from audit.faults import FaultKind, LogReport
from audit.key_rotation import RotationReason, rotate_log_key
from audit.log import Subject, append
from audit.merkle import root as tree_root
from audit.models import Checkpoint, Entry, Tile, WitnessedLog
from audit.postgresql_rows import Leaves
from audit.sequencing import sequence_pending
from audit.signed_rows import StoredCheckpoint
from audit.span_helper import Helper
from audit.spans import verdicts
from audit.tiles import StoredNodes
from audit.verification import verify_log
from audit.witness_memory import number, subject_of
from tests.audit.conftest import CLERK
from tests.tampering import as_owner, guards_lifted, tamper

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


@pytest.mark.django_db
@pytest.mark.parametrize("days", [-7, 7])
@pytest.mark.parametrize("told", [True, False])
def test_a_checkpoint_made_older_than_what_it_covers_or_younger_than_its_record_is_named(
    write: Write, log_key: Path, monkeypatch: pytest.MonkeyPatch, days: int, told: bool
) -> None:
    """A log made up last week would be signed last week: that is the lie it needs."""
    if not told:  # as entries of before, which do not state when it was promised
        monkeypatch.setattr("audit.checkpoints.instant", lambda _moment: None)
    write(5)
    other = sign_checkpoint(actor=CLERK).made_at + datetime.timedelta(days=days)
    assert verify_log().ok
    tamper("UPDATE audit_checkpoint SET made_at = %s", (other,))
    assert [(fault.kind, fault.detail) for fault in verify_log().faults] == [
        (K.CHECKPOINT_CHANGED, "made_at")
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


def test_two_roots_of_one_size_are_told_without_a_range_that_is_none(signed: list[Entry]) -> None:
    report = LogReport(size=260)
    good, bad = (StoredCheckpoint(str(number), "x", 260, bytes([number]) * 32, None, []) for number in (1, 2))
    check_roots(report, [good, bad], {260: good.root})
    [fault] = report.faults
    assert fault.detail == "Another root was signed for the log at this size."


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
    now = datetime.datetime.now(datetime.UTC) - 3 * TOLERANCE
    for step, count in ((0, 100), (2 * TOLERANCE, 10), (TOLERANCE / 2, 200)):
        moment = now + step if step else now
        with monkeypatch.context() as patch:
            patch.setattr("audit.log.timezone.now", lambda moment=moment: moment)
            write(count)
    report = verify_log()
    assert report.ok
    assert [notice.place.split()[1] for notice in report.notices] == ["110"]


@pytest.mark.parametrize("before", [0, 300])
def test_an_entry_dated_in_the_future_is_noticed_once_and_breaks_nothing(
    write: Write, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    write(before)
    with monkeypatch.context() as patch:
        patch.setattr("audit.log.timezone.now", lambda: datetime.datetime(2130, 1, 1, tzinfo=datetime.UTC))
        write(270)
    report = verify_log()
    assert report.ok
    [notice] = report.notices
    assert (notice.kind, notice.detail) == (K.CLOCK_AHEAD, "It is dated 2130-01-01 00:00:00.")
    assert notice.place.startswith(f"leaf {before} ")


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


def test_tiles_and_leaves_before_the_first_are_named(signed: list[Entry]) -> None:
    with as_owner(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("ALTER TABLE audit_tile DROP CONSTRAINT audit_tile_tile_index_check")
            cursor.execute("ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_leaf_index_check")
    tamper("INSERT INTO audit_tile SELECT level, -3, hashes, root FROM audit_tile")
    tamper("UPDATE audit_leaf SET leaf_index = -2 WHERE leaf_index = 7")
    found = {(fault.kind, fault.place) for fault in verify_log().faults}
    with as_owner(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
    assert {(K.TILE_CHANGED, "tile 0/-3"), (K.RENUMBERED, "leaf -2"), (K.GAP, "leaf 7")} <= found


@pytest.mark.parametrize("length", [0, 31, 8191, 8193, 257 * 32])
def test_a_tile_of_another_length_is_named(write: Write, length: int) -> None:
    write(260)
    hashes = Tile.objects.get().hashes
    with as_owner(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("ALTER TABLE audit_tile DROP CONSTRAINT audit_tile_hashes_check")
    tamper("UPDATE audit_tile SET hashes = %s", ((bytes(hashes) + bytes(8192))[:length],))
    found = {(fault.kind, fault.place) for fault in verify_log().faults}
    with as_owner(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
    assert (K.TILE_CHANGED, "tile 0/0") in found


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
    target = span_looking.helper_target()
    if connection.vendor == "sqlite":  # the tests' own lies in memory
        target = {"vendor": "sqlite", "path": str(tmp_path / "log.sqlite3")}
        with sqlite3.connect(tmp_path / "log.sqlite3") as file:
            connection.connection.backup(file)
    with Helper(target, 1, 4) as helper:
        found = list(helper.verdicts())
    assert found == list(verdicts(connection.connection, connection.vendor, 1, 4))
    assert [bool(verdict.root) for verdict in found] == [True, False, True]


@pytest.mark.django_db(transaction=True)
def test_what_the_second_process_does_not_come_to_is_looked_at_by_the_first(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        write(1030)
    sequence_pending(wait=True)
    tamper("UPDATE audit_leaf SET leaf_hash = %s WHERE leaf_index = 600", (b"\x01" * 32,))
    monkeypatch.setattr(span_looking, "SEGMENT", 2)
    with Helper({"vendor": "sqlite", "path": "/no/such/log"}, 1, 4) as helper:
        helper._process.wait()
        found = list(span_looking.looked(0, 1, helper, lambda: None))
    assert found == list(verdicts(connection.connection, connection.vendor, 0, 4))
    assert [bool(verdict.root) for verdict in found] == [True, True, False, True]


@pytest.mark.django_db(transaction=True)
def test_two_processes_find_the_same_as_one(log_key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _tile in range(4):
        with transaction.atomic():
            for number in range(256):
                append(Action.SIGNED_IN, subject=Subject("test.thing", str(number)), actor=CLERK)
    sequence_pending(wait=True)
    monkeypatch.setattr(span_looking, "HELPED_FROM", 2)
    assert verify_log().ok
    tamper("UPDATE audit_leaf SET leaf_hash = %s WHERE leaf_index = 900", (b"\x01" * 32,))
    helped = verify_log()
    monkeypatch.setattr(span_looking, "HELPED_FROM", 1_000_000)
    assert helped.as_dict() == verify_log().as_dict()
    assert helped.fault_count == 2


def _well() -> list[bool]:
    return [bool(one.root) for one in verdicts(connection.connection, connection.vendor, 0, 2)]


@pytest.mark.django_db
@pytest.mark.postgres
@pytest.mark.parametrize("moved", ["'0'", "'511'", "'0', '511'", "'3', '255', '256'", "'510'", "NULL"])
def test_a_tile_is_well_wherever_in_the_table_its_entries_lie(write: Write, moved: str) -> None:
    write(512)
    # A row that is written anew lies elsewhere from then on.
    where = f"subject_id IN ({moved})" if moved != "NULL" else "length(subject_id) <> 2"
    tamper(f"UPDATE audit_entry SET channel = channel WHERE {where}")
    assert _well() == [True, True]
    tamper("UPDATE audit_entry SET channel = 'page' WHERE subject_id IN ('0', '511')")
    assert _well() == [False, False]


@pytest.mark.django_db
@pytest.mark.postgres
def test_entries_whose_places_are_far_apart_are_looked_up_one_by_one(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(512)
    monkeypatch.setattr("audit.postgresql_rows._MOST", 1)
    assert _well() == [True, True]
    tamper("UPDATE audit_entry SET channel = 'page' WHERE subject_id = '300'")
    assert _well() == [True, False]


@pytest.mark.django_db
@pytest.mark.postgres
@pytest.mark.parametrize(
    ("column", "value"), [("actor", "system:clerk"), ("case_id", None), ("action", "account.signed_in")]
)
def test_no_column_makes_up_for_another_row_s(write: Write, column: str, value: str | None) -> None:
    write(512)
    assert _well() == [True, True]
    tamper(f"ALTER TABLE audit_entry ALTER {column} DROP NOT NULL")
    if value is None:
        tamper(f"UPDATE audit_entry SET {column} = %s WHERE subject_id = '300'", (str(uuid.UUID(int=0)),))
    else:
        tamper(f"UPDATE audit_entry SET {column} = NULL WHERE subject_id = '300'")
        tamper(f"UPDATE audit_entry SET {column} = %s WHERE subject_id = '301'", (f'{value}"{value}',))
    assert _well() == [True, False]


def test_a_place_that_is_missing_or_doubled_is_not_well() -> None:
    hashes = b"".join(bytes([at]) * 32 for at in range(256))
    places = [(256 + number).to_bytes(8, "big") for number in range(256)]

    def there(shown: list[bytes], *, whole: bool | None = True, stored: bytes | None = hashes) -> bool:
        return Leaves(1, whole, b"".join(shown), b"", hashes, stored, b"").are_all_there

    assert there(places)
    assert not there(places, whole=False)
    assert not there(places, stored=None)
    assert not there(places[:-1])
    assert not there([places[0], places[0], *places[2:]])
    assert not there([places[1], places[0], *places[2:]])
    assert not Leaves(1, None, None, b"", hashes, hashes, b"").are_all_there


FAR = "9999-99-99 99:99:99.999999"
MOMENTS = {
    "sqlite": ["zz", FAR],
    "postgresql": ["infinity", "-infinity", "0044-03-15 12:00:00 BC", "20000-01-01 00:00:00+00"],
}


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("audit_checkpoint", "made_at"),
        ("audit_checkpointsignature", "made_at"),
        ("audit_entry", "recorded_at"),
    ],
)
def test_a_moment_that_no_calendar_has_is_named_and_hides_no_other_break(
    signed: list[Entry], table: str, column: str, number: int
) -> None:
    moments = MOMENTS[connection.vendor]
    where = " WHERE action = 'log.checkpoint_signed'" if table == "audit_entry" else ""
    if (connection.vendor, table) == ("sqlite", "audit_entry"):
        moments = [FAR]  # the column takes 26 characters and no others
    tamper(f"UPDATE {table} SET {column} = %s{where}", (moments[number % len(moments)],))
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '3'")
    found = {fault.kind for fault in verify_log().faults}
    assert found == {K.COLUMN_CHANGED} | (set() if table == "audit_entry" else {K.UNREADABLE})


@pytest.mark.parametrize("moment", ["0001-01-01 00:00:00+00 BC", "0001-01-01 00:00:00+00"])
def test_the_first_days_of_the_calendar_do_not_end_the_clock(signed: list[Entry], moment: str) -> None:
    if connection.vendor == "sqlite":
        moment = "0001-01-01 00:00:00.000000"
    tamper("UPDATE audit_entry SET recorded_at = %s WHERE subject_id = '0'", (moment,))
    assert {fault.kind for fault in verify_log().faults} == {K.COLUMN_CHANGED}


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("audit_checkpoint SET origin = CAST(x'fffe' AS TEXT)", {K.BAD_SIGNATURE}),
        ("audit_checkpoint SET id = 'zz' WHERE size = 260", {K.CHECKPOINT_REMOVED, K.CHECKPOINT_CHANGED}),
        ("audit_checkpointsignature SET line = CAST(x'fffe' AS TEXT)", {K.BAD_SIGNATURE}),
        ("audit_keyrotation SET note = CAST(x'fffe' AS TEXT)", {K.BAD_ROTATION}),
    ],
)
def test_sqlite_s_loose_text_is_named_and_hides_no_other_break(
    signed: list[Entry], change: str, named: set[FaultKind]
) -> None:
    rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)
    assert verify_log().ok
    first = Checkpoint.objects.get(size=260).pk.hex
    tamper(f"UPDATE {change}")
    if "'zz'" in change:
        tamper("UPDATE audit_checkpointsignature SET checkpoint_id = 'zz' WHERE checkpoint_id = %s", (first,))
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '3'")
    found = {fault.kind for fault in verify_log().faults}
    assert found >= {K.COLUMN_CHANGED, *named}


@pytest.mark.parametrize("where", ["length(line) < 500", "length(line) > 500"])
def test_every_signature_of_one_kind_taken_away_is_missed(signed: list[Entry], where: str) -> None:
    tamper(f"DELETE FROM audit_checkpointsignature WHERE {where}")
    [fault] = verify_log().faults
    assert fault.kind == K.SIGNATURE_REMOVED


def test_a_signature_hung_on_another_checkpoint_is_missed_at_its_own(signed: list[Entry]) -> None:
    sign_checkpoint(actor=CLERK)
    tamper(
        "UPDATE audit_checkpointsignature SET checkpoint_id = (SELECT id FROM audit_checkpoint WHERE size = 261),"
        " key_hash = 'ffffffff' WHERE length(line) > 500"
        " AND checkpoint_id = (SELECT id FROM audit_checkpoint WHERE size = 260)"
    )
    assert {fault.kind for fault in verify_log().faults} == {K.SIGNATURE_REMOVED, K.BAD_SIGNATURE}


def test_a_signing_that_broke_off_is_a_notice_until_a_larger_one_is_signed(
    signed: list[Entry], write: Write
) -> None:
    write(2)
    size = Entry.objects.count()
    promised = Checkpoint.objects.create(
        origin=Checkpoint.objects.get().origin,
        size=size,
        root=tree_root(size, StoredNodes()),
        made_at=timezone.now(),
    )
    report = verify_log()
    assert report.ok
    assert [notice.kind for notice in report.notices] == [K.UNFINISHED]
    write(1)
    sign_checkpoint(actor=CLERK)
    assert verify_log().ok
    tamper(
        "DELETE FROM audit_checkpointsignature WHERE checkpoint_id ="
        " (SELECT id FROM audit_checkpoint WHERE size = %s)",
        (promised.size,),
    )
    assert K.UNSIGNED in {fault.kind for fault in verify_log().faults}


SEEN = b"\x07" * 32
OTHER = "other.example/log"


@pytest.fixture
def witnessed(signed: list[Entry]) -> None:
    """What this house saw of another log, as its row and as its entry."""
    head = TreeHead(OTHER, 9, SEEN)
    WitnessedLog.objects.create(
        origin=OTHER, size=9, root=SEEN, note=f"{head.text}\n\u2014 x AAAAAAAA\n", seen_at=timezone.now()
    )
    facts: dict[str, Json] = {"size": 9, "root": SEEN.hex(), "seen_size": None, "seen_root": None}
    append(Action.LOG_WITNESSED, subject=Subject("audit.witnessedlog", OTHER), actor=CLERK, facts=facts)
    sequence_pending()


def test_a_size_that_facts_hold_as_text_is_no_false_alarm(signed: list[Entry]) -> None:
    head = TreeHead(OTHER, 2**55, SEEN)
    note = f"{head.text}\n\u2014 x AAAAAAAA\n"
    WitnessedLog.objects.create(origin=OTHER, size=2**55, root=SEEN, note=note, seen_at=timezone.now())
    facts: dict[str, Json] = {"size": number(2**55), "root": SEEN.hex()}
    append(Action.LOG_WITNESSED, subject=subject_of(OTHER), actor=CLERK, facts=facts)
    sequence_pending()
    assert verify_log().ok


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM audit_witnessedlog",
        "UPDATE audit_witnessedlog SET size = 8",
        "UPDATE audit_witnessedlog SET origin = 'somebody else'",
        "UPDATE audit_witnessedlog SET root = (SELECT root FROM audit_checkpoint)",
        "UPDATE audit_witnessedlog SET note = 'another'",
        "UPDATE audit_witnessedlog SET seen_at = '2019-01-01 00:00:00'",
    ],
)
def test_what_was_seen_of_another_log_is_compared_with_what_was_logged(witnessed: None, change: str) -> None:
    assert verify_log().ok
    tamper(change)
    assert {fault.kind for fault in verify_log().faults} == {K.WITNESSED_CHANGED}
