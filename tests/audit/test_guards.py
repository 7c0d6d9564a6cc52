"""The database refuses, whoever asks: raw SQL against every append-only table."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from audit.checkpoints import sign_checkpoint
from audit.guards import guarded_tables, missing_guards
from audit.models import KeyRotation, TimeStamp, WitnessedLog
from tests.audit.conftest import CLERK
from tests.tampering import as_owner, guards_lifted, tamper

OURS = [
    "audit_entry",
    "audit_leaf",
    "audit_tile",
    "audit_checkpoint",
    "audit_checkpointsignature",
    "audit_keyrotation",
    "audit_timestamp",
    "audit_witnessedlog",
]
COLUMN = {
    "audit_entry": "actor",
    "audit_leaf": "leaf_hash",
    "audit_tile": "root",
    "audit_checkpoint": "origin",
    "audit_checkpointsignature": "line",
    "audit_keyrotation": "note",
    "audit_timestamp": "authority",
    "audit_witnessedlog": "origin",
}


@pytest.fixture
def full_tables(write: Callable, log_key: object) -> None:
    """A row in every table: 256 entries fill the first tile."""
    write(256)
    checkpoint = sign_checkpoint(actor=CLERK)
    now = checkpoint.made_at
    KeyRotation.objects.create(note="n", made_at=now)
    TimeStamp.objects.create(
        checkpoint=checkpoint,
        authority="a",
        algorithm="sha256",
        request=b"q",
        response=b"r",
        generated_at=now,
        serial="1",
        policy="1.2.3",
        received_at=now,
    )
    WitnessedLog.objects.create(origin="o", size=1, root=b"\x01" * 32, note="n", seen_at=now)


def refused(sql: str) -> bool:
    """Whether the database refuses the statement by a guard and not for another reason, from its owner too."""
    return _refused(sql) and _refused_by_triggers(sql)


def _refused(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except IntegrityError as error:
        return "append-only" in str(error)
    return False


def _refused_by_triggers(sql: str) -> bool:
    with as_owner():
        return _refused(sql)


@pytest.mark.usefixtures("full_tables")
@pytest.mark.parametrize("table", OURS)
def test_no_row_can_be_changed(table: str) -> None:
    assert refused(f"UPDATE {table} SET {COLUMN[table]} = {COLUMN[table]}")


@pytest.mark.usefixtures("full_tables")
@pytest.mark.parametrize("table", OURS)
def test_no_row_can_be_deleted(table: str) -> None:
    assert refused(f"DELETE FROM {table}")


@pytest.mark.usefixtures("full_tables")
@pytest.mark.parametrize("table", OURS)
def test_no_table_can_be_emptied(table: str) -> None:
    connection.check_constraints()  # PostgreSQL truncates no table with checks outstanding
    statement = "DELETE FROM {}" if connection.vendor == "sqlite" else "TRUNCATE {} CASCADE"
    assert refused(statement.format(table))


@pytest.mark.usefixtures("full_tables")
@pytest.mark.parametrize("table", OURS)
def test_no_row_can_be_replaced(table: str) -> None:
    if connection.vendor == "sqlite":
        assert refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")
    else:
        assert refused(upsert(table))


@pytest.mark.usefixtures("full_tables")
@pytest.mark.parametrize("table", OURS)
def test_no_row_can_be_upserted(table: str) -> None:
    assert refused(upsert(table))


def upsert(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")
        columns = [column[0] for column in cursor.description]
    if table == "audit_entry" and connection.vendor == "postgresql":
        columns.remove("leaf_hash")  # the database computes it
    key = {"audit_leaf": "leaf_index", "audit_tile": "level, tile_index"}.get(table, "id")
    names = ", ".join(columns)
    return (
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE true LIMIT 1"
        f" ON CONFLICT ({key}) DO UPDATE SET {COLUMN[table] if table != 'audit_leaf' else 'entry_id'}"
        f" = excluded.{COLUMN[table] if table != 'audit_leaf' else 'entry_id'}"
    )


@pytest.mark.usefixtures("full_tables")
def test_a_forged_row_number_replaces_nothing() -> None:
    if connection.vendor == "postgresql":
        assert refused(
            "MERGE INTO audit_leaf l USING audit_leaf m ON l.leaf_index = m.leaf_index WHEN MATCHED THEN DELETE"
        )
        return
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers = OFF")
    columns = "recorded_at, actor, channel, action, subject_kind, subject_id, case_id, body, leaf_hash"
    try:
        assert refused(
            f"INSERT OR REPLACE INTO audit_entry (rowid, id, {columns})"
            f" SELECT rowid, 'ffffffffffffffffffffffffffffffff', {columns} FROM audit_entry LIMIT 1"
        )
        assert refused("INSERT OR REPLACE INTO audit_leaf SELECT * FROM audit_leaf LIMIT 1")
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")


@pytest.mark.usefixtures("full_tables")
def test_replication_mode_does_not_walk_past_the_guards() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
    assert refused("DELETE FROM audit_entry")
    assert refused("UPDATE audit_entry SET actor = 'nobody'")


@pytest.mark.django_db
def test_every_guard_that_a_migration_promised_is_there() -> None:
    assert set(OURS) <= set(guarded_tables(connection))
    assert missing_guards(connection) == []


@pytest.mark.django_db
def test_a_missing_guard_is_named() -> None:
    with guards_lifted():
        missing = missing_guards(connection)
        assert any(name.startswith("audit_entry_guard_") for name in missing)
    assert missing_guards(connection) == []


@pytest.mark.django_db
def test_an_altered_guard_is_named() -> None:
    with as_owner(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_entry_guard_update")
            cursor.execute(
                "CREATE TRIGGER audit_entry_guard_update BEFORE UPDATE ON audit_entry WHEN 0 BEGIN SELECT 1; END"
            )
            assert missing_guards(connection) == ["audit_entry_guard_update"]
        else:
            cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_guard_rows")
            assert missing_guards(connection) == ["audit_entry_guard_rows"]


@pytest.mark.usefixtures("full_tables")
def test_the_owner_can_do_it_which_is_why_checkpoints_leave_the_house() -> None:
    assert tamper("UPDATE audit_entry SET actor = 'nobody'") > 0
    assert refused("UPDATE audit_entry SET actor = 'nobody'")
