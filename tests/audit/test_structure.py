"""What stands on an append-only table that no migration made, and tables that are not what they were, by raw SQL."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from audit import sqlite_catalog
from audit.errors import Answered, NotTheOwner
from audit.faults import FaultKind
from audit.guarding import restore_guards
from audit.guards import missing_guards, promised_guards, promised_tables
from audit.kept_rows import keepers, kept_tables
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
        ("CREATE INDEX mine ON audit_entry (length(actor))", "index mine"),
        ("CREATE UNIQUE INDEX mine ON audit_entry (actor)", "index mine"),
        (
            "DROP INDEX audit_entry_when;"
            " CREATE INDEX audit_entry_when ON audit_entry (recorded_at, id) WHERE actor <> 'me'",
            "index audit_entry_when",
        ),
        ("CREATE INDEX mine ON evidence_custodyevent (kind)", "index mine"),
        (
            "CREATE UNIQUE INDEX mine ON audit_entry (actor, id); PRAGMA writable_schema = ON;"
            " UPDATE sqlite_master SET tbl_name = 'AUDIT_ENTRY' WHERE name = 'mine'",
            "index mine",
        ),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,"
            " '\"agent\" varchar(100) NOT NULL', '\"agent\" varchar(100) NOT NULL check (agent <> ''me'')')"
            " WHERE name = 'evidence_custodyevent'",
            "check",
        ),
        ("CREATE TRIGGER mine AFTER UPDATE ON accounts_user BEGIN SELECT 1; END", "trigger mine"),
        (
            "CREATE TEMP TRIGGER mine AFTER UPDATE ON main.accounts_user BEGIN SELECT 1; END",
            "temporary trigger mine",
        ),
    ],
    "postgresql": [
        (
            "CREATE FUNCTION upper(varchar) RETURNS text LANGUAGE sql AS 'SELECT $1::text';"
            "ALTER EXTENSION plpgsql ADD FUNCTION upper(varchar)",
            "function upper(",
        ),
        (
            "CREATE FUNCTION pg_catalog.upper(varchar) RETURNS text LANGUAGE sql AS 'SELECT $1::text'",
            "function upper(",
        ),
        (
            "CREATE FUNCTION mine(varchar, varchar) RETURNS bool LANGUAGE sql AS 'SELECT true';"
            "CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = mine);"
            "ALTER EXTENSION plpgsql ADD FUNCTION mine(varchar, varchar);"
            "ALTER EXTENSION plpgsql ADD OPERATOR = (varchar, varchar)",
            "operator =",
        ),
        (
            "CREATE SCHEMA evil; CREATE FUNCTION evil.mine(uuid) RETURNS text LANGUAGE sql AS 'SELECT $$x$$';"
            "CREATE CAST (uuid AS text) WITH FUNCTION evil.mine(uuid)",
            "cast uuid to text",
        ),
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
        ("CREATE INDEX mine ON audit_entry (length(actor))", "index mine"),
        ("CREATE UNIQUE INDEX mine ON audit_entry (actor)", "index mine"),
        (
            "DROP INDEX audit_entry_when;"
            "CREATE INDEX audit_entry_when ON audit_entry (recorded_at, id) WHERE actor <> 'me'",
            "index audit_entry_when",
        ),
        ("CREATE INDEX mine ON evidence_custodyevent (kind)", "index mine"),
        ("ALTER TABLE audit_leaf ADD CONSTRAINT mine CHECK (leaf_index < 1000)", "check mine"),
        (
            "ALTER TABLE audit_unsequenced ADD CONSTRAINT mine CHECK (entry_id <> '00000000-0000-0000-0000-000000000000')",
            "check mine",
        ),
        (
            "ALTER TABLE audit_leaf ADD CONSTRAINT mine FOREIGN KEY (entry_id) REFERENCES audit_entry (id)",
            "foreign key mine",
        ),
        ("ALTER TABLE audit_checkpointsignature DISABLE TRIGGER ALL", r"switched off constraint"),
        (
            "UPDATE pg_class SET relhastriggers = false WHERE oid = 'audit_checkpointsignature'::regclass",
            "switched off constraint",
        ),
        (
            "CREATE FUNCTION mine() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;"
            "CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION mine()",
            "event trigger mine",
        ),
        (
            "CREATE SUBSCRIPTION mine CONNECTION 'dbname=nowhere' PUBLICATION theirs"
            " WITH (connect = false, slot_name = NONE, enabled = false)",
            "subscription mine",
        ),
        (
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET session_replication_role = replica',"
            " current_database()); END $$",
            "setting session_replication_role",
        ),
        (
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = ''false''',"
            " current_database()); END $$",
            "setting synchronous_commit",
        ),
        (
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = ''NO''',"
            " current_database()); END $$",
            "setting synchronous_commit",
        ),
        (
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = ''0''',"
            " current_database()); END $$",
            "setting synchronous_commit",
        ),
        (
            "CREATE ROLE dadkhah_test_member LOGIN; GRANT INSERT ON audit_unsequenced TO dadkhah_test_member;"
            "GRANT pg_execute_server_program TO dadkhah_test_member",
            "role dadkhah_test_member, a member of pg_execute_server_program",
        ),
        (
            "CREATE ROLE dadkhah_test_member LOGIN; GRANT INSERT ON audit_unsequenced TO dadkhah_test_member;"
            "GRANT pg_write_server_files TO dadkhah_test_member",
            "role dadkhah_test_member, a member of pg_write_server_files",
        ),
        (
            "DO $$ BEGIN EXECUTE format('ALTER ROLE %I SET synchronous_commit = off', current_user); END $$",
            "setting synchronous_commit",
        ),
        ("SET LOCAL session_replication_role = replica", "setting session_replication_role"),
        ("GRANT DELETE, TRUNCATE ON audit_leaf TO PUBLIC", "right DELETE, TRUNCATE of PUBLIC"),
        ("GRANT UPDATE (action) ON audit_entry TO PUBLIC", "right UPDATE of PUBLIC"),
        ("GRANT TRIGGER ON evidence_custodyevent TO pg_monitor", "right TRIGGER of pg_monitor"),
        ("ALTER TABLE audit_entry OWNER TO pg_monitor", "owner pg_monitor"),
        ("GRANT DELETE ON evidence_evidenceitem TO PUBLIC", "right DELETE of PUBLIC"),
        (
            "CREATE ROLE dadkhah_test_member LOGIN; GRANT pg_write_all_data TO dadkhah_test_member",
            "role dadkhah_test_member, a member of pg_write_all_data",
        ),
        (
            "CREATE ROLE dadkhah_test_member LOGIN NOINHERIT; CREATE ROLE dadkhah_test_between;"
            "GRANT dadkhah_test_between TO dadkhah_test_member;"
            "DO $$ BEGIN EXECUTE format('GRANT %I TO dadkhah_test_between', (SELECT tableowner FROM pg_tables"
            " WHERE tablename = 'audit_unsequenced')); END $$",
            "role dadkhah_test_member, a member of ",
        ),
        (
            "CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
            "CREATE TRIGGER mine AFTER UPDATE ON accounts_user FOR EACH ROW EXECUTE FUNCTION mine()",
            "trigger mine",
        ),
        (
            "CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
            "CREATE TRIGGER mine AFTER UPDATE ON accounts_user FOR EACH ROW EXECUTE FUNCTION mine();"
            "UPDATE pg_trigger SET tgisinternal = true WHERE tgname = 'mine'",
            "trigger mine",
        ),
        (
            "CREATE SCHEMA evil; CREATE TABLE evil.child (id uuid REFERENCES accounts_user ON DELETE CASCADE);"
            "CREATE FUNCTION evil.mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$;"
            "CREATE TRIGGER mine AFTER DELETE ON evil.child FOR EACH ROW EXECUTE FUNCTION evil.mine()",
            "trigger mine",
        ),
        ("CREATE RULE mine AS ON UPDATE TO accounts_user DO ALSO SELECT 1", "rule mine"),
        ("CREATE FUNCTION upper(varchar) RETURNS text LANGUAGE sql AS 'SELECT $1::text'", "function upper("),
        (
            "CREATE FUNCTION mine(varchar, varchar) RETURNS bool LANGUAGE sql AS 'SELECT true';"
            "CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = mine)",
            "operator =",
        ),
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
        ("DROP INDEX audit_entry_when", "index of audit_entry"),
        (
            "DROP TABLE audit_unsequenced; CREATE TABLE audit_unsequenced (entry_id TEXT NOT NULL) STRICT",
            "unique key of audit_unsequenced",
        ),
        ("ALTER TABLE audit_unsequenced ADD COLUMN mine TEXT CHECK (mine <> '')", "table audit_unsequenced"),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,"
            " 'CHECK (\"seq\" >= 1)', 'CHECK (\"seq\" >= 0)') WHERE name = 'evidence_custodyevent'",
            "check of evidence_custodyevent",
        ),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,"
            " 'REFERENCES \"evidence_evidenceitem\" (\"id\")', '') WHERE name = 'evidence_custodyevent';"
            " PRAGMA schema_version = 12345",
            "foreign key of evidence_custodyevent",
        ),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,"
            " '\"agent\" varchar(100) NOT NULL', '\"agent\" varchar(100) NOT NULL COLLATE NOCASE')"
            " WHERE name = 'evidence_custodyevent'",
            "table evidence_custodyevent",
        ),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,"
            " '\"agent\" varchar(100) NOT NULL', '\"agent\" varchar(100) NOT NULL ON/**/CONFLICT IGNORE')"
            " WHERE name = 'evidence_custodyevent'",
            "table evidence_custodyevent",
        ),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,"
            " 'CHECK (\"seq\" >= 1)', 'check (1/*CHECK (\"seq\" >= 1)*/)') WHERE name = 'evidence_custodyevent'",
            "table evidence_custodyevent",
        ),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,"
            " 'CHECK (\"seq\" >= 1)', 'CHECK (1)--CHECK (\"seq\" >= 1)' || char(10) || '')"
            " WHERE name = 'evidence_custodyevent'",
            "table evidence_custodyevent",
        ),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,"
            " 'CHECK (\"seq\" >= 1)', 'CONSTRAINT [CHECK (seq >= 1)]') WHERE name = 'evidence_custodyevent'",
            "table evidence_custodyevent",
        ),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,"
            " 'CHECK (\"seq\" >= 1)', 'CONSTRAINT `CHECK (seq >= 1)`') WHERE name = 'evidence_custodyevent'",
            "table evidence_custodyevent",
        ),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql,"
            " 'CHECK (\"seq\" >= 1)', 'CONSTRAINT \"CHECK (seq >= 1)\"') WHERE name = 'evidence_custodyevent'",
            "check of evidence_custodyevent",
        ),
    ],
    "postgresql": [
        ("ALTER TABLE audit_entry ALTER COLUMN leaf_hash DROP EXPRESSION", "column audit_entry.leaf_hash"),
        ("ALTER TABLE audit_entry ALTER COLUMN actor SET DEFAULT 'nobody'", "column audit_entry.actor"),
        ("ALTER TABLE audit_entry ALTER COLUMN actor DROP NOT NULL", "column audit_entry.actor"),
        ("ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_entry_id_key", "unique key of audit_leaf"),
        ("ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_body_check", "check of audit_entry"),
        (
            "ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_body_check,"
            " ADD CONSTRAINT audit_entry_body_check CHECK (octet_length(body) BETWEEN 2 AND 655350)",
            "check of audit_entry",
        ),
        (
            "ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_body_check,"
            " ADD CONSTRAINT audit_entry_body_check CHECK (octet_length(body) BETWEEN 2 AND 65535) NOT VALID",
            "check of audit_entry",
        ),
        (
            "CREATE FUNCTION octet_length(bytea) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 5';"
            "ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_body_check,"
            " ADD CONSTRAINT audit_entry_body_check CHECK (public.octet_length(body) BETWEEN 2 AND 65535)",
            "check of audit_entry",
        ),
        (
            "ALTER TABLE evidence_custodyevent DROP CONSTRAINT custody_seq_from_one",
            "check of evidence_custodyevent",
        ),
        ("DROP INDEX audit_entry_when", "index of audit_entry"),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'audit_entry_when'::regclass",
            "index audit_entry_when",
        ),
        (
            "UPDATE pg_index SET indisready = false WHERE indexrelid = 'audit_leaf_entry_id_key'::regclass",
            "index audit_leaf_entry_id_key",
        ),
        (
            "ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_entry_id_key,"
            " ADD CONSTRAINT audit_leaf_entry_id_key UNIQUE (entry_id) DEFERRABLE",
            "index audit_leaf_entry_id_key",
        ),
        (
            "ALTER TABLE audit_timestamp DROP CONSTRAINT audit_timestamp_checkpoint_id_fkey",
            "foreign key of audit_timestamp",
        ),
        (
            'ALTER TABLE audit_entry ALTER COLUMN actor TYPE varchar(200) COLLATE "C"',
            "column audit_entry.actor",
        ),
        ("ALTER TABLE evidence_custodyevent ADD COLUMN mine text", "column evidence_custodyevent.mine"),
        ("ALTER TABLE audit_leaf SET UNLOGGED", "table audit_leaf"),
        (
            "ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_leaf_hash_check,"
            " ADD CONSTRAINT audit_leaf_leaf_hash_check CHECK (octet_length(leaf_hash::text::character(32)) = 32)",
            "check of audit_leaf",
        ),
        (
            "ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_leaf_hash_check,"
            " ADD CONSTRAINT audit_leaf_leaf_hash_check CHECK (octet_length(leaf_hash::text) = 32)",
            "check of audit_leaf",
        ),
        ("UPDATE pg_class SET relchecks = 0 WHERE oid = 'audit_leaf'::regclass", "check of audit_leaf"),
        (
            "UPDATE pg_class SET relchecks = relchecks - 1 WHERE oid = 'evidence_custodyevent'::regclass",
            "check of evidence_custodyevent",
        ),
        (
            "UPDATE pg_class SET relhasindex = false WHERE oid = 'audit_leaf'::regclass",
            "index audit_leaf_entry_id_key",
        ),
        (
            "ALTER TABLE audit_unsequenced DROP CONSTRAINT audit_unsequenced_pkey",
            "unique key of audit_unsequenced",
        ),
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


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statements",
    [
        "CREATE ROLE dadkhah_test_member LOGIN; GRANT pg_write_server_files TO dadkhah_test_member",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = local', current_database()); END $$",
    ],
)
def test_what_cannot_harm_the_log_is_no_fault(statements: str) -> None:
    with as_owner():
        run(statements)
        assert database_faults(connection) == []


@pytest.mark.parametrize(("statements", "place"), cases(FOREIGN))
def test_what_no_migration_made_is_named(statements: str, place: str) -> None:
    with as_owner():
        run(statements)
        assert any(found.startswith(place) for found in places(FaultKind.GUARD_FOREIGN))
        undo()


def test_where_a_foreign_trigger_stands_is_said() -> None:
    with as_owner():
        run(FOREIGN[connection.vendor][-2 if connection.vendor == "sqlite" else -6][0])
        [fault] = [one for one in database_faults(connection) if one.place == "trigger mine"]
    where = "accounts_user" if connection.vendor == "sqlite" else "public.accounts_user, calling public.mine"
    assert fault.detail == f"on {where}"


@pytest.mark.sqlite
def test_a_trigger_that_sqlite_was_told_is_something_else_is_named() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("PRAGMA writable_schema = ON")
        cursor.execute(
            "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('view', 'mine', 'mine', 0,"
            " 'CREATE TRIGGER mine AFTER UPDATE ON accounts_user BEGIN SELECT 1; END')"
        )
        assert "view mine" in places(FaultKind.GUARD_FOREIGN)
        undo()


@pytest.mark.sqlite
def test_a_file_that_keeps_its_texts_in_another_form_is_named(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
        copy.execute("PRAGMA encoding = 'UTF-16'")
        copy.execute("CREATE TABLE audit_entry (id)")
        catalog = sqlite_catalog.Catalog(copy.cursor(), ["audit_entry"])  # type: ignore[arg-type]
        assert [what for what, _where in catalog.from_elsewhere()] == ["encoding UTF-16le"]


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
        "ALTER FUNCTION audit_refuse_change() SECURITY DEFINER",
        "CREATE SCHEMA evil; ALTER FUNCTION audit_refuse_change() SET SCHEMA evil",
        "DROP TRIGGER audit_entry_guard_rows ON audit_entry; CREATE TRIGGER audit_entry_guard_rows BEFORE DELETE OR"
        " UPDATE ON audit_leaf FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();"
        "ALTER TABLE audit_leaf ENABLE ALWAYS TRIGGER audit_entry_guard_rows",
        "DROP TRIGGER audit_entry_guard_rows ON audit_entry; CREATE TRIGGER audit_entry_guard_rows BEFORE DELETE OR"
        " UPDATE OF channel ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();"
        "ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_guard_rows",
    ],
)
def test_a_guard_that_only_looks_like_one_is_named(statement: str) -> None:
    run(statement)
    assert "trigger audit_entry_guard_rows" in places(FaultKind.GUARD_MISSING)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("ALTER FUNCTION audit_refuse_change() SECURITY DEFINER", "SECURITY DEFINER"),
        (
            "UPDATE pg_language SET lanplcallfoid = 'suppress_redundant_updates_trigger'::regproc"
            " WHERE lanname = 'plpgsql'",
            "its language",
        ),
        (
            "UPDATE pg_proc SET prosrc = 'plpgsql_validator' WHERE oid = 'plpgsql_call_handler'::regproc",
            "its language",
        ),
        ("ALTER FUNCTION audit_refuse_change() SET search_path = evil", "settings of its own"),
        (
            "CREATE ROLE dadkhah_test_other NOSUPERUSER; GRANT CREATE ON SCHEMA public TO dadkhah_test_other;"
            "ALTER FUNCTION audit_refuse_change() OWNER TO dadkhah_test_other",
            "its owner",
        ),
    ],
)
def test_the_function_behind_the_guards_is_looked_at_too(statement: str, why: str) -> None:
    run(statement)
    [found] = [
        fault for fault in database_faults(connection) if fault.place == "function audit_refuse_change"
    ]
    assert (found.kind, found.detail) == (FaultKind.GUARD_MISSING, why)


@pytest.mark.postgres
def test_every_guard_of_a_table_that_is_said_to_have_no_triggers_is_named() -> None:
    tables = ("audit_entry", "evidence_custodyevent", "evidence_evidenceitem")
    with as_owner():
        run(f"UPDATE pg_class SET relhastriggers = false WHERE relname IN {tables}")
        assert places(FaultKind.GUARD_MISSING) == {
            f"trigger {name}" for table in tables for name in promised_there(table)
        }


@pytest.mark.postgres
def test_every_guard_that_a_language_no_longer_runs_is_named() -> None:
    run(
        "UPDATE pg_language SET lanplcallfoid = 'suppress_redundant_updates_trigger'::regproc"
        " WHERE lanname = 'plpgsql'"
    )
    named = places(FaultKind.GUARD_MISSING)
    assert {f"trigger {name}" for table in promised_tables() for name in promised_there(table)} <= named


def promised_there(table: str) -> set[str]:
    if table in kept_tables():
        return set(keepers(connection, table, kept_tables()[table]))
    return promised_guards(connection, table, promised_tables()[table])


@pytest.mark.postgres
def test_a_table_that_is_gone_hides_no_other_fault() -> None:
    with as_owner():
        run("DROP TABLE witnesses_statement CASCADE; DROP TRIGGER audit_entry_guard_rows ON audit_entry")
        assert missing_guards(connection) == ["audit_entry_guard_rows"]
        assert "trigger audit_entry_guard_rows" in places(FaultKind.GUARD_MISSING)


@pytest.mark.postgres
def test_operators_and_types_of_another_schema_hide_nothing() -> None:
    with as_owner():
        run(
            "CREATE SCHEMA evil; CREATE DOMAIN evil.regclass AS text; CREATE DOMAIN evil.oid AS bigint;"
            "CREATE FUNCTION evil.never(pg_catalog.oid, pg_catalog.oid) RETURNS bool LANGUAGE sql AS 'SELECT false';"
            "CREATE OPERATOR evil.= (LEFTARG = pg_catalog.oid, RIGHTARG = pg_catalog.oid, FUNCTION = evil.never);"
            "CREATE TABLE evil.pg_class AS SELECT * FROM pg_catalog.pg_class WHERE relname <> 'audit_entry';"
            "CREATE TABLE evil.pg_trigger AS SELECT * FROM pg_catalog.pg_trigger"
        )
        run("DROP TRIGGER audit_entry_guard_rows ON audit_entry; DROP INDEX audit_entry_when")
        run("SET LOCAL search_path = evil, pg_catalog, public")
        assert places(FaultKind.GUARD_MISSING) == {"trigger audit_entry_guard_rows"}
        assert places(FaultKind.STRUCTURE_CHANGED) == {"index of audit_entry"}
        with connection.cursor() as cursor:
            cursor.execute("SHOW search_path")
            assert cursor.fetchone() == ("evil, pg_catalog, public",)


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
    assert {fault.kind for fault in verify_log().faults} == {FaultKind.GUARD_FOREIGN}


@pytest.mark.postgres
def test_a_role_that_owns_nothing_is_told_who_can_put_guards_back() -> None:
    with as_owner():
        run("DROP TRIGGER audit_entry_guard_rows ON audit_entry")
        run("SET LOCAL ROLE pg_monitor")
        with pytest.raises(NotTheOwner, match="the role that owns the tables"):
            restore_guards(actor=CLERK)
        run("RESET ROLE")
    assert not Entry.objects.exists()


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


def test_the_command_calls_no_structure_whole_that_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("restore_guards")
    assert capsys.readouterr().out == "Every guard is there; nothing was changed.\n"
    with as_owner():
        run("ALTER TABLE audit_tile RENAME TO away")
    with pytest.raises(Answered):
        call_command("restore_guards")
    said = capsys.readouterr().out
    assert said.startswith("No guard could be put back; nothing was changed.\nlook at this by hand: ")
    assert "audit_tile" in said


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "setting",
    [
        "DateStyle = 'SQL, DMY'",
        "bytea_output = 'escape'",
        "standard_conforming_strings = off",
        "quote_all_identifiers = on",
        "idle_in_transaction_session_timeout = '1ms'",
    ],
)
def test_the_form_in_which_a_database_writes_is_no_false_alarm(setting: str) -> None:
    name = connection.settings_dict["NAME"]
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" SET {setting}')
        connection.close()  # the next statement comes over a new connection, as a new process would have it
        assert database_faults(connection) == []
        assert verify_log().ok
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            time.sleep(0.02)  # as the verification does over what it read
            cursor.execute("SELECT 1")
    finally:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" RESET {setting.partition(" ")[0]}')
