"""Append-only tables: the database itself refuses UPDATE, DELETE, TRUNCATE, INSERT OR REPLACE and upsert.

Why these triggers and no fewer (measured): PostgreSQL's row triggers sleep through TRUNCATE, and every trigger that
is not ENABLE ALWAYS is walked past with session_replication_role; SQLite's INSERT OR REPLACE deletes the old row
without firing a delete trigger, so each unique key, the hidden rowid among them, gets a guard that refuses to insert
what is there already. None of this stops whoever owns the database; the signed checkpoints show what they did.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from audit.erasable import Change
from audit.kept_rows import FUNCTION, POSTGRES_KEEPERS, REFUSAL, kept_tables, sqlite_keepers
from audit.postgresql_path import system_names
from audit.refusals import IS_PLPGSQL, Refusal, missing_on_postgres, missing_on_sqlite

Keys: TypeAlias = Sequence[Sequence[str]]
# ERRCODE 23001 (restrict_violation) reaches Python as IntegrityError, as SQLite's RAISE does.
_REFUSED = (
    f"RAISE EXCEPTION '{REFUSAL}: % on %', TG_OP, TG_TABLE_NAME"  # its own placeholders
    " USING ERRCODE = 'restrict_violation';"
)
FUNCTION_BODY = f" BEGIN {_REFUSED} END "


def append_only(
    table: str, *, keys: Keys, refusals: Sequence[Refusal] = (), erasable: Change | None = None
) -> list[Operation]:
    """Return the operations that guard `table` for a migration, to be added after its creation.

    `keys` names every unique key of the table by its columns, the primary key included; `refusals` are the rows that
    it does not take; `erasable` is the one change that it allows. What the last migration says of a table holds.
    """
    return [GuardTable(table, [list(key) for key in keys], list(refusals), erasable)]


class GuardTable(Operation):
    """Create the guards of one append-only table; what it promises is checked by `missing_guards`."""

    reversible = True
    category = None

    def __init__(
        self, table: str, keys: Keys, refusals: Sequence[Refusal] = (), erasable: Change | None = None
    ) -> None:
        self.table = table
        self.keys = keys
        self.refusals = refusals
        self.erasable = erasable

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
            refusals = (line for one in self.refusals for line in one.postgresql(self.table))
            for statement in [*_postgres_statements(self.table, self.erasable), *refusals]:
                schema_editor.execute(statement, params=None)
        else:
            refused = {one.guard(self.table): one.sqlite(self.table) for one in self.refusals}
            own = sqlite_triggers(self.table, self.keys, self.erasable)
            for name, statement in (own | refused).items():
                schema_editor.execute(f'DROP TRIGGER IF EXISTS "{name}"', params=None)
                schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for name in [*POSTGRES_TRIGGERS, *(f"guard_{one.name}" for one in self.refusals)]:
                schema_editor.execute(
                    f'DROP TRIGGER IF EXISTS "{self.table}_{name}" ON "{self.table}"', params=None
                )
        else:
            refused = [one.guard(self.table) for one in self.refusals]
            for name in [*sqlite_triggers(self.table, self.keys), *refused]:
                schema_editor.execute(f'DROP TRIGGER IF EXISTS "{name}"', params=None)

    def describe(self) -> str:
        return f"Guard {self.table} against change and deletion"


def promised_tables() -> dict[str, Keys]:
    """Return every table that some migration guards, applied or not, with its unique keys."""
    return {table: guard.keys for table, guard in _last_guards().items()}


@cache
def promised_refusals() -> dict[str, Sequence[Refusal]]:
    """Return what each guarded table refuses, as the last migration says that guards it."""
    return {table: guard.refusals for table, guard in _last_guards().items() if guard.refusals}


@cache
def promised_erasures() -> dict[str, Change]:
    """Return what may become empty in a guarded table, as the last migration says that guards it."""
    return {table: guard.erasable for table, guard in _last_guards().items() if guard.erasable}


@cache
def _last_guards() -> dict[str, GuardTable]:
    migrations = MigrationLoader(None).disk_migrations
    operations = (operation for key in sorted(migrations) for operation in migrations[key].operations)
    return {operation.table: operation for operation in operations if isinstance(operation, GuardTable)}


def guarded_tables(connection: BaseDatabaseWrapper) -> Mapping[str, Keys]:
    """Return every table of this database that a migration promises to guard, with its unique keys.

    What counts is that the table is there: the list of applied migrations is a table that anybody could shorten.
    """
    promised = promised_tables()
    if connection.vendor == "postgresql":
        with system_names(connection, list(promised)) as (_cursor, places):
            return {table: keys for table, keys in promised.items() if places[table] is not None}
    there = set(connection.introspection.table_names())
    return {table: keys for table, keys in promised.items() if table in there}


def missing_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the name of every guard that is missing, altered or switched off, in order."""
    if connection.vendor == "postgresql":
        return _missing_on_postgres(connection)
    tables = guarded_tables(connection)
    refusals = missing_on_sqlite(connection, _refusals_of(tables))
    wanted = {
        name: sql
        for table, keys in tables.items()
        for name, sql in sqlite_triggers(table, keys, promised_erasures().get(table)).items()
    }
    there = set(connection.introspection.table_names())
    for table, keys in kept_tables().items():
        wanted |= sqlite_keepers(table, keys) if table in there else {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = dict(cursor.fetchall())
    return sorted([*(name for name, sql in wanted.items() if found.get(name) != sql), *refusals])


def promised_guards(connection: BaseDatabaseWrapper, table: str, keys: Keys) -> set[str]:
    """Return the names of the guards of one table."""
    refusals = {one.guard(table) for one in promised_refusals().get(table, ())}
    if connection.vendor == "postgresql":
        return {f"{table}_{name}" for name in POSTGRES_TRIGGERS} | refusals
    return set(sqlite_triggers(table, keys)) | refusals


def promised_functions() -> set[str]:
    """Return the functions behind all guards on PostgreSQL, as they are called there; none takes an argument."""
    refusals = (one.guard(table) for table, all_of in promised_refusals().items() for one in all_of)
    own = (f"{table}_guard_rows" for table in promised_erasures())
    return {f"{name}()" for name in (FUNCTION, *refusals, *own)}


def sqlite_triggers(table: str, keys: Keys, but: Change | None = None) -> dict[str, str]:
    """Return the guards of a rowid table by name, each as the statement that creates it."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}: {table}'); END"
    triggers = {
        f"{table}_guard_update": f'BEFORE UPDATE ON "{table}"{but.sqlite() if but else ""} {refuse}',
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


def _function_of(table: str, name: str, erasable: Change | None) -> tuple[str, str]:
    """The function behind a guard, and its body: one of the table's own where something may become empty."""
    if erasable and name == "guard_rows":
        return f"{table}_{name}", erasable.body(_REFUSED)
    return FUNCTION, FUNCTION_BODY


def _promised(table: str, name: str) -> tuple[str, str]:
    return _function_of(table, name, promised_erasures().get(table))


def _postgres_statements(table: str, erasable: Change | None) -> list[str]:
    statements = []
    for name, (events, scope, _bits) in POSTGRES_TRIGGERS.items():
        trigger = f'"{table}_{name}"'
        function, body = _function_of(table, name, erasable)
        statements += [
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $refuse${body}$refuse$",
            f'DROP TRIGGER IF EXISTS {trigger} ON "{table}"',
            f'CREATE TRIGGER {trigger} BEFORE {events} ON "{table}" FOR EACH {scope} EXECUTE FUNCTION {function}()',
            f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {trigger}',
        ]
    return statements


# A guard is whole with this function behind it and nothing that narrows it. Whoever owns the function can replace it:
# so it must be the table's owner, or a superuser, who can do everything anyway. No trigger of a table fires that is
# said to have none.
_GUARDS = f"""
    SELECT t.tgrelid, t.tgname, CASE WHEN c.relhastriggers THEN t.tgenabled::text END, t.tgtype,
           t.tgqual IS NULL AND t.tgattr = ''::int2vector AND t.tgnargs = 0, p.proname,
           p.prosrc, array_remove(ARRAY[
               CASE WHEN NOT ({IS_PLPGSQL}) THEN 'its language' END,
               CASE WHEN p.prosecdef THEN 'SECURITY DEFINER' END,
               CASE WHEN p.proconfig IS NOT NULL THEN 'settings of its own' END,
               CASE WHEN p.pronamespace <> c.relnamespace THEN 'another schema' END,
               CASE WHEN p.proowner <> c.relowner AND NOT o.rolsuper THEN 'its owner' END
           ], NULL)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
        JOIN pg_language l ON l.oid = p.prolang JOIN pg_roles o ON o.oid = p.proowner
    WHERE NOT t.tgisinternal AND t.tgrelid = ANY (%s::oid[])
"""  # noqa: S608


def altered_functions(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Return the name of every guard's function that is not as it was made, and how; SQLite's guards have none."""
    if connection.vendor != "postgresql":
        return []
    with system_names(connection, list(promised_tables())) as (cursor, places):
        found = _found_on_postgres(cursor, {table: oid for table, oid in places.items() if oid is not None})
    return sorted(
        {
            (function, ", ".join(wrong))
            for (table, name), (*_how, function, wrong) in found.items()
            if wrong and name in {f"{table}_{one}" for one in POSTGRES_TRIGGERS}
        }
    )


def _refusals_of(tables: Mapping[str, object]) -> dict[str, Sequence[Refusal]]:
    return {table: refusals for table, refusals in promised_refusals().items() if table in tables}


def _missing_on_postgres(connection: BaseDatabaseWrapper) -> list[str]:
    """In one look at the catalogue, for a page asks this."""
    promised, kept = promised_tables(), kept_tables()
    with system_names(connection, [*promised, *kept]) as (cursor, places):
        tables = {table: oid for table, oid in places.items() if oid is not None}
        found = _found_on_postgres(cursor, tables)
        missing = [
            f"{table}_{name}"
            for table in tables
            for name, (_events, _scope, bits) in (
                POSTGRES_TRIGGERS if table in promised else POSTGRES_KEEPERS
            ).items()
            if found.get((table, f"{table}_{name}")) != ("A", bits, True, _promised(table, name)[0], ())
        ]
        return sorted([*missing, *missing_on_postgres(cursor, tables, _refusals_of(tables))])


def _found_on_postgres(
    cursor: CursorWrapper, tables: Mapping[str, int]
) -> dict[tuple[str, str], tuple[str, int, bool, str, tuple[str, ...]]]:
    """Every trigger by its table and name: when it fires, on what, whether on all of it, and its function's flaws."""
    names = {oid: name for name, oid in tables.items()}
    cursor.execute(_GUARDS, [list(names)])
    found = {}
    for oid, name, enabled, bits, all_of_it, function, body, wrong in cursor.fetchall():
        table = names[oid]
        other = body != _promised(table, name.removeprefix(f"{table}_"))[1]
        found[table, name] = (enabled, bits, all_of_it, function, (*(["its body"] if other else []), *wrong))
    return found
