"""What stands on an append-only table that no migration made, and tables that are not what they were, by raw SQL."""

from collections.abc import Callable

import pytest
from django.db import connection

from audit.faults import FaultKind
from audit.guarding import restore_guards
from audit.models import Entry
from audit.structure import database_faults
from audit.verification import verify_log
from tests.audit.conftest import CLERK
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db

FOREIGN = {
    "sqlite": [
        ("CREATE TRIGGER mine AFTER INSERT ON audit_entry BEGIN SELECT 1; END", "trigger mine"),
        (
            "CREATE TRIGGER mine BEFORE INSERT ON evidence_custodyevent BEGIN SELECT RAISE(IGNORE); END",
            "trigger mine",
        ),
        (
            "CREATE TEMP TRIGGER mine BEFORE INSERT ON main.audit_entry BEGIN SELECT RAISE(IGNORE); END",
            "temporary trigger mine",
        ),
        ("CREATE TEMP TABLE audit_entry (id)", "temporary table audit_entry"),
        (
            "CREATE TRIGGER mine BEFORE INSERT ON audit_unsequenced BEGIN SELECT RAISE(IGNORE); END",
            "trigger mine",
        ),
    ],
    "postgresql": [
        (
            "CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.actor := 'x'; RETURN NEW; END $$;"
            "CREATE TRIGGER mine BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION mine()",
            "trigger mine",
        ),
        ("CREATE RULE mine AS ON INSERT TO audit_entry DO INSTEAD NOTHING", "rule mine"),
        ("CREATE RULE mine AS ON INSERT TO audit_unsequenced DO INSTEAD NOTHING", "rule mine"),
        ("CREATE RULE mine AS ON UPDATE TO audit_verificationrun DO INSTEAD NOTHING", "rule mine"),
        (
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = evil, pg_catalog, public',"
            " current_database()); END $$",
            "setting search_path",
        ),
        ("CREATE RULE mine AS ON DELETE TO evidence_custodyevent DO INSTEAD NOTHING", "rule mine"),
        ("CREATE POLICY mine ON audit_leaf USING (leaf_index > 0)", "policy mine"),
        ("ALTER TABLE audit_leaf ENABLE ROW LEVEL SECURITY", "row security audit_leaf"),
        ("CREATE TABLE child () INHERITS (audit_entry)", "child table child"),
    ],
}
CHANGED = {
    "sqlite": [
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,"
            " 'CHECK (length(body) BETWEEN 2 AND 65535)', '') WHERE name = 'audit_entry'",
            "table audit_entry",
        ),
        ("ALTER TABLE audit_tile ADD COLUMN mine TEXT", "table audit_tile"),
        ("ALTER TABLE evidence_custodyevent ADD COLUMN mine TEXT", "column evidence_custodyevent.mine"),
        ("ALTER TABLE audit_witnessedlog RENAME TO away", "table audit_witnessedlog"),
        (
            "ALTER TABLE audit_keyrotation RENAME TO away;"
            " CREATE VIEW audit_keyrotation AS SELECT id, note, made_at FROM away",
            "table audit_keyrotation",
        ),
    ],
    "postgresql": [
        ("ALTER TABLE audit_entry ALTER COLUMN leaf_hash DROP EXPRESSION", "column audit_entry.leaf_hash"),
        ("ALTER TABLE audit_entry ALTER COLUMN actor SET DEFAULT 'nobody'", "column audit_entry.actor"),
        ("ALTER TABLE audit_entry ALTER COLUMN actor DROP NOT NULL", "column audit_entry.actor"),
        ("ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_entry_id_key", "unique key of audit_leaf"),
        ("ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_body_check", "table audit_entry"),
        ("ALTER TABLE evidence_custodyevent ADD COLUMN mine text", "column evidence_custodyevent.mine"),
        ("ALTER TABLE audit_leaf SET UNLOGGED", "table audit_leaf"),
        ("ALTER TABLE audit_witnessedlog RENAME TO away", "table audit_witnessedlog"),
        (
            "ALTER TABLE audit_keyrotation RENAME TO away; CREATE VIEW audit_keyrotation AS SELECT * FROM away",
            "table audit_keyrotation",
        ),
    ],
}


def run(statements: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(statements)
            return
        for statement in statements.split(";\x20") if "BEGIN" not in statements else [statements]:
            cursor.execute(statement)


def places(kind: FaultKind) -> set[str]:
    return {fault.place for fault in database_faults(connection) if fault.kind is kind}


def cases(table: dict) -> list:
    """Those of this run's database, each named by its statement."""
    return [pytest.param(*case, id=case[0][:60]) for case in table[connection.vendor]]


def test_what_the_migrations_made_is_no_fault() -> None:
    assert database_faults(connection) == []


@pytest.mark.parametrize(("statements", "place"), cases(FOREIGN))
def test_what_no_migration_made_is_named(statements: str, place: str) -> None:
    with as_owner():
        run(statements)
        assert place in places(FaultKind.GUARD_FOREIGN)
        undo()


@pytest.mark.parametrize(("statements", "place"), cases(CHANGED))
def test_a_table_that_is_not_what_it_was_is_named(statements: str, place: str) -> None:
    with as_owner():
        run(statements)
        assert place in places(FaultKind.STRUCTURE_CHANGED)
        undo()


def undo() -> None:
    """What a rollback does not undo on SQLite: a pragma, and what is temporary."""
    if connection.vendor == "sqlite":
        run("PRAGMA writable_schema = OFF")


@pytest.mark.postgres
def test_another_table_before_ours_in_the_search_path_is_named() -> None:
    run("CREATE SCHEMA evil; CREATE TABLE evil.audit_entry (LIKE public.audit_entry INCLUDING ALL)")
    run("SET LOCAL search_path = evil, public")
    assert "trigger audit_entry_guard_rows" in places(FaultKind.GUARD_MISSING)


@pytest.mark.postgres
def test_the_search_path_comes_with_the_connection_and_not_from_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting, source FROM pg_settings WHERE name = 'search_path'")
        assert cursor.fetchone() == ("public,pg_temp", "client")


@pytest.mark.postgres
def test_a_system_table_copied_before_the_systems_own_hides_no_missing_guard() -> None:
    with as_owner():
        run("CREATE SCHEMA evil; CREATE TABLE evil.pg_trigger AS SELECT * FROM pg_catalog.pg_trigger")
        run("DROP TRIGGER audit_entry_guard_rows ON audit_entry")
        run("SET LOCAL search_path = evil, pg_catalog, public")
        assert "trigger audit_entry_guard_rows" in places(FaultKind.GUARD_MISSING)


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN COALESCE(NEW, OLD); END $$",
        "ALTER FUNCTION audit_refuse_change() SET search_path = evil",
        "DROP TRIGGER audit_entry_guard_rows ON audit_entry; CREATE TRIGGER audit_entry_guard_rows BEFORE DELETE OR"
        " UPDATE OF channel ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();"
        "ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_guard_rows",
    ],
)
def test_a_guard_that_only_looks_like_one_is_named(statement: str) -> None:
    run(statement)
    assert "trigger audit_entry_guard_rows" in places(FaultKind.GUARD_MISSING)


def test_a_guard_is_missed_even_where_its_migration_was_struck_from_the_list() -> None:
    name = "audit_entry_guard_update" if connection.vendor == "sqlite" else "audit_entry_guard_rows"
    with as_owner():
        run(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else " ON audit_entry"))
        run("DELETE FROM django_migrations WHERE app = 'audit'")
    assert f"trigger {name}" in places(FaultKind.GUARD_MISSING)


def test_the_verification_names_them(write: Callable[[int], list[Entry]]) -> None:
    write(3)
    with as_owner():
        run(FOREIGN[connection.vendor][0][0])
    assert [fault.kind for fault in verify_log().faults] == [FaultKind.GUARD_FOREIGN]


@pytest.mark.django_db(transaction=True)
def test_missing_guards_are_put_back_and_that_is_logged() -> None:
    name = "audit_entry_guard_update" if connection.vendor == "sqlite" else "audit_entry_guard_rows"
    assert restore_guards(actor=CLERK) == []
    with as_owner():
        run(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else " ON audit_entry"))
    assert restore_guards(actor=CLERK) == [name]
    assert database_faults(connection) == []
    assert Entry.objects.get().action == "log.guards_restored"
    assert verify_log().ok
