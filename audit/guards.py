"""Append-only tables: the database itself refuses UPDATE, DELETE, TRUNCATE, INSERT OR REPLACE and upsert.

Why these triggers and no fewer (measured): PostgreSQL's row triggers sleep through TRUNCATE, and every trigger that
is not ENABLE ALWAYS is walked past with session_replication_role; SQLite's INSERT OR REPLACE deletes the old row
without firing a delete trigger, so each unique key, the hidden rowid among them, gets a guard that refuses to insert
what is there already. None of this stops whoever owns the database; the signed checkpoints show what they did.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

REFUSAL = "append-only"
FUNCTION = "audit_refuse_change"
# ERRCODE 23001 (restrict_violation) reaches Python as IntegrityError, as SQLite's RAISE does.
FUNCTION_BODY = (
    f" BEGIN RAISE EXCEPTION '{REFUSAL}: % on %', TG_OP, TG_TABLE_NAME"  # its own placeholders
    " USING ERRCODE = 'restrict_violation'; END "
)


def append_only(table: str, *, keys: Sequence[Sequence[str]]) -> list[Operation]:
    """Return the operations that guard `table` for a migration, to be added after its creation.

    `keys` names every unique key of the table by its columns, the primary key included.
    """
    return [GuardTable(table, [list(key) for key in keys])]


class GuardTable(Operation):
    """Create the guards of one append-only table; what it promises is checked by `missing_guards`."""

    reversible = True
    category = None

    def __init__(self, table: str, keys: Sequence[Sequence[str]]) -> None:
        self.table = table
        self.keys = keys

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Guards are no part of Django's model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        self.put_guards(schema_editor)

    def put_guards(self, schema_editor: BaseDatabaseSchemaEditor) -> None:
        """Make every guard of the table anew, whatever stands under its name."""
        vendor = schema_editor.connection.vendor
        if vendor == "postgresql":
            for statement in _postgres_statements(self.table):
                schema_editor.execute(statement, params=None)
        else:
            for name, statement in sqlite_triggers(self.table, self.keys).items():
                schema_editor.execute(f'DROP TRIGGER IF EXISTS "{name}"', params=None)
                schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for name in POSTGRES_TRIGGERS:
                schema_editor.execute(
                    f'DROP TRIGGER IF EXISTS "{self.table}_{name}" ON "{self.table}"', params=None
                )
        else:
            for name in sqlite_triggers(self.table, self.keys):
                schema_editor.execute(f'DROP TRIGGER IF EXISTS "{name}"', params=None)

    def describe(self) -> str:
        return f"Guard {self.table} against change and deletion"


def promised_tables() -> dict[str, Sequence[Sequence[str]]]:
    """Return every table that some migration guards, applied or not, with its unique keys."""
    migrations = MigrationLoader(None).disk_migrations
    return {
        operation.table: operation.keys
        for key in sorted(migrations)
        for operation in migrations[key].operations
        if isinstance(operation, GuardTable)
    }


def guarded_tables(connection: BaseDatabaseWrapper) -> Mapping[str, Sequence[Sequence[str]]]:
    """Return every table of this database that a migration promises to guard, with its unique keys.

    What counts is that the table is there: the list of applied migrations is a table that anybody could shorten.
    """
    there = set(connection.introspection.table_names())
    return {table: keys for table, keys in promised_tables().items() if table in there}


def missing_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the name of every guard that is missing, altered or switched off, in order."""
    tables = guarded_tables(connection)
    if connection.vendor == "postgresql":
        return _missing_on_postgres(connection, tables)
    wanted = {
        name: sql for table, keys in tables.items() for name, sql in sqlite_triggers(table, keys).items()
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = dict(cursor.fetchall())
    return sorted(name for name, sql in wanted.items() if found.get(name) != sql)


def promised_guards(connection: BaseDatabaseWrapper, table: str, keys: Sequence[Sequence[str]]) -> set[str]:
    """Return the names of the guards of one table."""
    if connection.vendor == "postgresql":
        return {f"{table}_{name}" for name in POSTGRES_TRIGGERS}
    return set(sqlite_triggers(table, keys))


def sqlite_triggers(table: str, keys: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the guards of a rowid table by name, each as the statement that creates it."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}: {table}'); END"
    triggers = {
        f"{table}_guard_update": f'BEFORE UPDATE ON "{table}" {refuse}',
        f"{table}_guard_delete": f'BEFORE DELETE ON "{table}" {refuse}',
    }
    # NEW.rowid is -1 unless the statement names it: only a forged row number can meet an existing one.
    for number, key in enumerate([["rowid"], *keys]):
        same = " AND ".join(f'"{column}" = NEW."{column}"' for column in key)
        known = f'EXISTS (SELECT 1 FROM "{table}" WHERE {same})'  # noqa: S608
        triggers[f"{table}_guard_insert_{number}"] = f'BEFORE INSERT ON "{table}" WHEN {known} {refuse}'
    return {name: f'CREATE TRIGGER "{name}" {rest}' for name, rest in triggers.items()}


# name: (what it fires on, and that as pg_trigger.tgtype: 1 row, 2 before, 8 delete, 16 update, 32 truncate)
POSTGRES_TRIGGERS = {
    "guard_rows": ("UPDATE OR DELETE", "ROW", 1 | 2 | 8 | 16),
    "guard_truncate": ("TRUNCATE", "STATEMENT", 2 | 32),
}


def _postgres_statements(table: str) -> list[str]:
    statements = [
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $refuse${FUNCTION_BODY}$refuse$"
    ]
    for name, (events, scope, _bits) in POSTGRES_TRIGGERS.items():
        trigger = f'"{table}_{name}"'
        statements += [
            f'DROP TRIGGER IF EXISTS {trigger} ON "{table}"',
            f'CREATE TRIGGER {trigger} BEFORE {events} ON "{table}" FOR EACH {scope} EXECUTE FUNCTION {FUNCTION}()',
            f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {trigger}',
        ]
    return statements


# The table is found as the application's statements find it: another one before it in the search path has no guards.
_GUARDS = """
    SELECT t.tgname, t.tgenabled, t.tgtype, p.proname, p.prosrc
    FROM pg_catalog.unnest(%s::text[]) AS name
    JOIN pg_catalog.pg_trigger t ON t.tgrelid = pg_catalog.to_regclass(pg_catalog.quote_ident(name))
    JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE NOT t.tgisinternal AND t.tgqual IS NULL AND t.tgattr = '' AND t.tgnargs = 0
      AND l.lanname = 'plpgsql' AND p.proconfig IS NULL
"""


def _missing_on_postgres(connection: BaseDatabaseWrapper, tables: Mapping[str, object]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_GUARDS, [list(tables)])
        found = {
            name: (_text(enabled), bits, function, source)
            for name, enabled, bits, function, source in cursor.fetchall()
        }
    return sorted(
        f"{table}_{name}"
        for table in tables
        for name, (_events, _scope, bits) in POSTGRES_TRIGGERS.items()
        if found.get(f"{table}_{name}") != ("A", bits, FUNCTION, FUNCTION_BODY)
    )


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


class VendorSQL(Operation):
    """Run other statements on SQLite and on PostgreSQL, for tables that need more than Django's own operations say."""

    reversible = True

    def __init__(self, *, sqlite: Sequence[str], postgresql: Sequence[str], undo: Sequence[str] = ()) -> None:
        self.sqlite = sqlite
        self.postgresql = postgresql
        self.undo = undo

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The state is told by the operations beside this one."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in self.postgresql if schema_editor.connection.vendor == "postgresql" else self.sqlite:
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in self.undo:
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return "Run the statements of this database"
