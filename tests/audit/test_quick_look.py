"""Whatever the row-by-row walk would name, the quick look at whole tiles does not call well."""

import random
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import connection, transaction

from audit.faults import Fault, FaultKind, LogReport
from audit.merkle import complete_root
from audit.models import Entry
from audit.spans import verdicts
from audit.tree_check import TreeCheck
from audit.verification import verify_log
from tests.audit.forging import change_by, forge, forge_here
from tests.tampering import as_owner, guards_lifted, tamper

Write = Callable[[int], list[Entry]]
K = FaultKind
TILES = 2


@pytest.fixture
def two_tiles(write: Write) -> list[Entry]:
    return write(TILES * 256)


def well() -> list[bool]:
    """The quick look's word on each tile."""
    return [bool(one.root) for one in verdicts(connection.connection, connection.vendor, 0, TILES)]


def walked() -> list[Fault]:
    """What the walk names where nothing was looked at before."""
    report = LogReport(size=TILES * 256)
    TreeCheck(report, wanted=(), sealed={}).run((), lambda _done: None)
    return report.faults


def on_sqlite(statement: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def no_checks() -> Iterator[None]:
    """Whoever opens the file can have SQLite look over its checks; that leaves no trace."""
    on_sqlite("PRAGMA ignore_check_constraints = ON")
    try:
        yield
    finally:
        on_sqlite("PRAGMA ignore_check_constraints = OFF")


def no_types(table: str = "audit_entry") -> AbstractContextManager[None]:
    """Nor does it that a table was not STRICT for a while."""
    return _redefined(table, "STRICT", "")


@contextmanager
def _redefined(table: str, old: str, new: str) -> Iterator[None]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", (table,))
        [(made,)] = cursor.fetchall()
    _define(table, made.replace(old, new))
    try:
        yield
    finally:
        _define(table, made)


def _define(table: str, sql: str) -> None:
    on_sqlite("PRAGMA writable_schema = ON")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE sqlite_master SET sql = %s WHERE name = %s", (sql, table))
    on_sqlite("PRAGMA writable_schema = RESET")


def test_an_untouched_log_is_well_and_nothing_is_named(two_tiles: list[Entry]) -> None:
    assert well() == [True, True]
    assert walked() == []


def test_the_end_of_an_id_does_not_stand_at_the_beginning_of_the_next(two_tiles: list[Entry]) -> None:
    moved = two_tiles[5].pk.hex[-1]
    forge(5, lambda body: body.replace(f'{moved}","recorded_at'.encode(), b'","recorded_at'))
    forge(6, lambda body: body.replace(b'"id":"', f'"id":"{moved}'.encode()))
    assert [fault.kind for fault in walked()] == [K.COLUMN_CHANGED, K.COLUMN_CHANGED]
    assert not well()[0]


@pytest.mark.parametrize("fraction", ["......", ".....0", ".00000", "00.000", "0.0000", "00000."])
def test_a_moment_whose_fraction_is_none_is_not_that_of_its_column(
    two_tiles: list[Entry], fraction: str
) -> None:
    whole = "2026-11-27 10:00:00+00" if connection.vendor == "postgresql" else "2026-11-27 10:00:00.000000"
    tamper("UPDATE audit_entry SET recorded_at = %s WHERE subject_id = '5'", (whole,))
    moment = f'"recorded_at":"2026-11-27T10:00:00.{fraction}Z"'.encode()
    forge(5, lambda body: re.sub(rb'"recorded_at":"[^"]*"', moment, body))
    assert [fault.kind for fault in walked()] == [K.COLUMN_CHANGED]
    assert not well()[0]


@pytest.mark.sqlite
def test_a_zone_that_stands_twice_makes_up_for_no_digit(two_tiles: list[Entry]) -> None:
    with no_checks():
        tamper("UPDATE audit_entry SET recorded_at = '2026-11-27 10:00:00.12345' WHERE subject_id = '5'")
    moment = b'"recorded_at":"2026-11-27T10:00:00.12345ZZ"'
    forge(5, lambda body: re.sub(rb'"recorded_at":"[^"]*"', moment, body))
    assert [fault.kind for fault in walked()] == [K.COLUMN_CHANGED]
    assert well() == [False, True]


@pytest.mark.sqlite
@pytest.mark.parametrize("written", ["substr(recorded_at, 1, 10) || 'T' || substr(recorded_at, 12)"])
def test_a_moment_in_a_column_is_written_as_columns_have_it(two_tiles: list[Entry], written: str) -> None:
    tamper(f"UPDATE audit_entry SET recorded_at = {written} WHERE subject_id = '5'")
    assert [fault.kind for fault in walked()] == [K.COLUMN_CHANGED]
    assert well() == [False, True]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("----", ""),
        ("01234567----", "01234567"),
        ("0190a1b2-c3d4-7e5f-8a9b-00112", "0190a1b2c3d47e5f8a9b00112"),
    ],
)
def test_a_case_whose_id_is_none_is_not_that_of_its_column(
    two_tiles: list[Entry], said: str, stored: str
) -> None:
    with no_checks():
        tamper("UPDATE audit_entry SET case_id = %s WHERE subject_id = '5'", (stored,))
    forge(5, lambda body: body.replace(b'"case_id":null', f'"case_id":"{said}"'.encode()))
    assert [fault.kind for fault in walked()] == [K.COLUMN_CHANGED]
    assert well() == [False, True]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "column", ["recorded_at", "actor", "channel", "action", "subject_kind", "subject_id"]
)
def test_bytes_that_read_as_a_text_are_not_that_text(two_tiles: list[Entry], column: str) -> None:
    """No search for the text finds them, so the entry would be hidden from whoever looks for it."""
    with no_types():
        tamper(f"UPDATE audit_entry SET {column} = CAST({column} AS BLOB) WHERE subject_id = '300'")
    assert [fault.kind for fault in walked()] == [K.COLUMN_CHANGED]
    assert well() == [True, False]


@pytest.mark.sqlite
def test_an_id_in_bytes_is_no_id_though_its_leaf_has_it_too(two_tiles: list[Entry]) -> None:
    with no_types(), no_types("audit_leaf"):
        tamper("UPDATE audit_entry SET id = CAST(id AS BLOB) WHERE subject_id = '5'")
        tamper("UPDATE audit_leaf SET entry_id = CAST(entry_id AS BLOB) WHERE leaf_index = 5")
    assert [fault.kind for fault in walked()] == [K.COLUMN_CHANGED]
    assert well() == [False, True]


@pytest.mark.sqlite
@pytest.mark.parametrize("table", ["audit_leaf", "audit_entry"])
def test_the_end_of_a_hash_does_not_stand_at_the_beginning_of_the_next(
    two_tiles: list[Entry], table: str
) -> None:
    first, second = bytes(two_tiles[5].leaf_hash), bytes(two_tiles[6].leaf_hash)
    with no_checks():
        for number, value in ((5, first[:-1]), (6, first[-1:] + second)):
            where = "id" if table == "audit_entry" else "entry_id"
            tamper(f"UPDATE {table} SET leaf_hash = %s WHERE {where} = %s", (value, two_tiles[number].pk.hex))
    assert walked()
    assert well() == [False, True]


@pytest.mark.sqlite
@pytest.mark.parametrize("length", [0, 31, 32, 64, 4096, 8191])
def test_a_tile_of_another_width_is_named_and_hides_no_other_break(
    two_tiles: list[Entry], length: int
) -> None:
    with no_checks():
        tamper("UPDATE audit_tile SET hashes = substr(hashes, 1, %s) WHERE tile_index = 0", (length,))
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '300'")
    assert [fault.kind for fault in walked()] == [K.TILE_CHANGED, K.COLUMN_CHANGED]
    assert well() == [False, False]


def test_gaps_without_end_end(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write(4)
    monkeypatch.setattr("audit.tree_check._WALKED_IN_ALL", 1_000)
    for index in (3, 2, 1):
        tamper("UPDATE audit_leaf SET leaf_index = %s WHERE leaf_index = %s", (index * 600, index))
    report = LogReport(size=1801)
    check = TreeCheck(report, wanted=(600, 1801), sealed={})
    check.run((), lambda _done: None)
    gaps = [fault.place for fault in report.faults if fault.kind is K.GAP]
    assert gaps == ["leaves 1 to 599", "leaves 601 to 1199"]
    assert list(check.roots) == [600]


@pytest.mark.postgres
def test_a_tile_of_half_its_leaves_is_none(two_tiles: list[Entry]) -> None:
    tamper("ALTER TABLE audit_leaf ALTER entry_id DROP NOT NULL, ALTER leaf_hash DROP NOT NULL")
    tamper("ALTER TABLE audit_tile DROP CONSTRAINT audit_tile_hashes_check")
    hashes = [bytes(one.leaf_hash) for one in two_tiles[:128]]
    tamper(
        "UPDATE audit_tile SET hashes = %s, root = %s WHERE level = 0 AND tile_index = 0",
        (b"".join(hashes), complete_root(hashes)),
    )
    tamper("UPDATE audit_leaf SET entry_id = NULL, leaf_hash = NULL WHERE leaf_index BETWEEN 128 AND 255")
    assert well() == [False, True]


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("kind", "column", "value"),
    [("uuid", "case_id", str(uuid.UUID(int=7))), ("timestamptz", "recorded_at", "2026-01-01 00:00:00+00")],
)
def test_a_cast_of_somebody_s_own_hides_no_column(
    two_tiles: list[Entry], kind: str, column: str, value: str
) -> None:
    """What a cast is made of needs to stand in no schema that is searched."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce({column}::text, '') FROM audit_entry WHERE subject_id = '5'")
        [(before,)] = cursor.fetchall()
    send = f"{kind}_send"
    tamper("CREATE SCHEMA evil")
    tamper(
        f"CREATE FUNCTION evil.said({kind}) RETURNS text LANGUAGE sql STABLE AS $$ SELECT CASE WHEN"
        f" {send}($1) = {send}('{value}') THEN '{before}' ELSE format('%s', $1) END $$".replace("%", "%%")
    )
    tamper(f"UPDATE audit_entry SET {column} = %s WHERE subject_id = '5'", (value,))
    tamper(f"CREATE CAST ({kind} AS text) WITH FUNCTION evil.said({kind})")
    assert [fault.kind for fault in walked()] == [K.COLUMN_CHANGED]
    assert not well()[0]


@pytest.mark.postgres
def test_an_entry_whose_id_another_one_has_is_named(two_tiles: list[Entry]) -> None:
    """A key that was not in force for a while looks as if it had always been."""
    key = "WHERE indexrelid = 'audit_entry_pkey'::regclass"
    tamper(f"UPDATE pg_index SET indisunique = false {key}")
    columns = "recorded_at, channel, action, subject_kind, subject_id, case_id, body"
    tamper(
        f"INSERT INTO audit_entry (id, actor, {columns}) SELECT id, 'user:x', {columns} FROM audit_entry"
        " WHERE subject_id = '5'"
    )
    tamper(f"UPDATE pg_index SET indisunique = true {key}")
    assert [(fault.kind, fault.detail) for fault in verify_log().faults] == [
        (K.INSERTED, "Its id stands more than once.")
    ]


@pytest.mark.sqlite
def test_sqlite_too_names_an_entry_whose_id_another_one_has(
    two_tiles: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.storage_check.CHECKED_IN_FULL", 0)
    key, columns = (
        "sqlite_autoindex_audit_entry_1",
        "id, recorded_at, channel, action, subject_kind, subject_id, case_id, body, leaf_hash",
    )
    with _redefined("audit_entry", " PRIMARY KEY", ""):
        on_sqlite("PRAGMA writable_schema = ON")
        on_sqlite(
            f"UPDATE sqlite_master SET name = 'plain', sql = 'CREATE INDEX plain ON audit_entry (id)' WHERE name = '{key}'"
        )
        on_sqlite("PRAGMA writable_schema = RESET")
        tamper(
            f"INSERT INTO audit_entry (rowid, actor, {columns}) SELECT -rowid, 'user:x', {columns} FROM audit_entry"
            " WHERE subject_id = '5'"
        )
        on_sqlite("PRAGMA writable_schema = ON")
        on_sqlite(f"UPDATE sqlite_master SET name = '{key}', sql = NULL WHERE name = 'plain'")
    found = [(fault.kind, fault.detail) for fault in verify_log().faults]
    assert (K.INSERTED, "Its id stands more than once.") in found


@pytest.mark.sqlite
def test_a_key_that_leads_to_another_entry_is_followed(two_tiles: list[Entry]) -> None:
    """SQLite compares a key with its table only as long as that is short."""
    tamper("CREATE TABLE other (id TEXT NOT NULL PRIMARY KEY) STRICT")
    tamper(
        "INSERT INTO other (rowid, id) SELECT rowid, id FROM audit_entry WHERE subject_id NOT IN ('5', '6')"
    )
    for own, taken in (("5", "6"), ("6", "5")):
        tamper(
            "INSERT INTO other (rowid, id) SELECT a.rowid, b.id FROM audit_entry a, audit_entry b"
            " WHERE a.subject_id = %s AND b.subject_id = %s",
            (own, taken),
        )
    on_sqlite("PRAGMA writable_schema = ON")
    on_sqlite(
        "UPDATE sqlite_master SET rootpage = (SELECT o.rootpage FROM sqlite_master o"
        " WHERE o.name = 'sqlite_autoindex_other_1') WHERE name = 'sqlite_autoindex_audit_entry_1'"
    )
    on_sqlite("PRAGMA writable_schema = RESET")
    assert {fault.kind for fault in walked()} >= {K.REORDERED, K.COLUMN_CHANGED}
    assert well() == [False, False]


@pytest.mark.postgres
def test_a_tile_that_is_stored_twice_is_named(two_tiles: list[Entry]) -> None:
    key = "WHERE indexrelid = 'audit_tile_pkey'::regclass"
    tamper(f"UPDATE pg_index SET indisunique = false {key}")
    tamper("INSERT INTO audit_tile SELECT level, tile_index, hashes, substr(hashes, 1, 32) FROM audit_tile")
    tamper(f"UPDATE pg_index SET indisunique = true {key}")
    assert [fault.kind for fault in walked()] == [K.TILE_CHANGED, K.TILE_CHANGED]
    assert well() == [False, False]


ID = "(SELECT entry_id FROM audit_leaf WHERE leaf_index = {one})"
# What somebody might write who hopes that long strings or a few bytes more look alike; {one} and {other} are places.
CHANGES = [
    "UPDATE audit_entry SET actor = actor || '\"' WHERE id = {id}",
    "UPDATE audit_entry SET actor = '\"' || substr(actor, 2) WHERE id = {id}",
    "UPDATE audit_entry SET actor = upper(actor) WHERE id = {id}",
    "UPDATE audit_entry SET action = ' ' || action WHERE id = {id}",
    "UPDATE audit_entry SET channel = 'page' WHERE id = {id}",
    "UPDATE audit_entry SET subject_id = subject_id || '0' WHERE id = {id}",
    "UPDATE audit_entry SET subject_kind = 'test.thing ' WHERE id = {id}",
    "UPDATE audit_entry SET actor = channel, channel = substr(actor, 1, 20) WHERE id = {id}",
    "UPDATE audit_entry SET case_id = id WHERE id = {id}",
    "UPDATE audit_entry SET recorded_at = (SELECT recorded_at FROM audit_entry WHERE id = {other_id}) WHERE id = {id}",
    "UPDATE audit_entry SET subject_id = (SELECT subject_id FROM audit_entry WHERE id = {other_id}) WHERE id = {id}",
    "UPDATE audit_entry SET body = (SELECT body FROM audit_entry WHERE id = {other_id}) WHERE id = {id}",
    "UPDATE audit_leaf SET leaf_hash = (SELECT leaf_hash FROM audit_leaf WHERE leaf_index = {other})"
    " WHERE leaf_index = {one}",
    "UPDATE audit_leaf SET leaf_index = leaf_index + 100000 WHERE leaf_index = {one}",
    "DELETE FROM audit_leaf WHERE leaf_index = {one}",
    "DELETE FROM audit_entry WHERE id = {id}",
    "DELETE FROM audit_tile WHERE level = 0 AND tile_index = {one} / 256",
    "UPDATE audit_tile SET root = (SELECT leaf_hash FROM audit_leaf WHERE leaf_index = {one})"
    " WHERE level = 0 AND tile_index = {one} / 256",
    "UPDATE audit_tile SET tile_index = tile_index + 7 WHERE level = 0 AND tile_index = {one} / 256",
    "UPDATE audit_tile SET level = 1 WHERE level = 0 AND tile_index = {one} / 256",
]
BODIES: list[Callable[[bytes, random.Random], bytes]] = [
    lambda body, dice: body.replace(b'"n":', b'"n":0'),
    lambda body, dice: body.replace(b'"n":', b'"n":-'),
    lambda body, dice: body.replace(b'"n":', b'"n":1,"n":'),
    lambda body, dice: body.replace(b'"n":', b'"\\u006e":'),
    lambda body, dice: body.replace(b'"n":', b'"a","id":"x","n":'),
    lambda body, dice: body.replace(b'"facts":{', b'"facts":{"a":"x","id":"y","recorded_at":"z"},"facts":{'),
    lambda body, dice: body.replace(b"}", b',"z":1.0}', 1),
    lambda body, dice: body.replace(b"}", b',"z":9007199254740992}', 1),
    lambda body, dice: body.replace(b"}", b',"z":"\xed\xa0\x80"}', 1),
    lambda body, dice: body.replace(b"}", b',"z":"\x7f\x1f"}', 1),
    lambda body, dice: body.replace(b"}", b',"z":' + b"[" * 20 + b"]" * 20 + b"}", 1),
    lambda body, dice: body.replace(b"null", b'"\xc4\xb1"'),
    lambda body, dice: body.replace(b'"v":1', b'"v":1,"v":1'),
    lambda body, dice: body.replace(b'"v":1', b'"v":2'),
    lambda body, dice: body + b"\n",
    lambda body, dice: b"\xef\xbb\xbf" + body,
    lambda body, dice: (
        body[: (at := dice.randrange(len(body)))]
        + bytes([body[at] ^ 1 << dice.randrange(8)])
        + body[at + 1 :]
    ),
    lambda body, dice: body[: (at := dice.randrange(len(body)))] + body[at + 1 :],
    lambda body, dice: body[: (at := dice.randrange(len(body)))] + body[at:][:1] + body[at:],
]


@pytest.mark.parametrize("seed", range(4))
def test_a_change_of_any_kind_at_any_place_is_called_well_by_neither_or_both(
    two_tiles: list[Entry], seed: int
) -> None:
    dice = random.Random(seed)
    with guards_lifted():
        for number in range(len(CHANGES) + len(BODIES)):
            with transaction.atomic():
                tried = _changed(number, dice)
                named, quick = walked(), well()
                assert named == [] or quick != [True, True], (tried, named)
                transaction.set_rollback(True)


def _changed(number: int, dice: random.Random) -> object:
    one, other = dice.sample(range(TILES * 256), 2)
    if number < len(CHANGES):
        ids = {"id": ID.format(one=one), "other_id": ID.format(one=other)}
        change_by(statement := CHANGES[number].format(one=one, other=other, **ids))
        return statement
    change = BODIES[number - len(CHANGES)]
    forge_here(one, lambda body: change(body, dice))
    return number - len(CHANGES), one
