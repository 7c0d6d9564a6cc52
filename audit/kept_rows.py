"""Tables whose rows may change but never go: the database itself refuses DELETE, TRUNCATE and OR REPLACE.

An item's row takes what was found out of it later, so it cannot be append-only; but a row that went would take its
custody's meaning with it. The guards are of the same kind as those of `audit.guards`, and as little able to stop
whoever owns the database.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

FUNCTION = "audit_refuse_change"
REFUSAL = "append-only"
# Part of every such guard's name; what remakes a table on SQLite finds by it what it has to carry over.
MARK = "_guard_kept_"
# name: (what it fires on, and that as pg_trigger.tgtype: 1 row, 2 before, 8 delete, 32 truncate)
POSTGRES_KEEPERS = {
    "guard_kept_rows": ("DELETE", "ROW", 1 | 2 | 8),
    "guard_kept_truncate": ("TRUNCATE", "STATEMENT", 2 | 32),
}


class KeepRows(Operation):
    """Guard a table's rows against going. `keys` names every unique key of the table by its columns."""

    reversible = True
    category = None

    def __init__(self, table: str, keys: Sequence[Sequence[str]]) -> None:
        self.table = table
        self.keys = [list(key) for key in keys]

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Guards are no part of Django's model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        self.put_guards(schema_editor)

    def put_guards(self, schema_editor: BaseDatabaseSchemaEditor) -> None:
        """Make every guard of the table anew, whatever stands under its name."""
        if schema_editor.connection.vendor == "postgresql":
            statements = _postgres_statements(self.table)
        else:
            made = sqlite_keepers(self.table, self.keys)
            statements = [
                line for name, sql in made.items() for line in (f'DROP TRIGGER IF EXISTS "{name}"', sql)
            ]
        for statement in statements:
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        on_table = f' ON "{self.table}"' if schema_editor.connection.vendor == "postgresql" else ""
        for name in keepers(schema_editor.connection, self.table, self.keys):
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on_table}', params=None)

    def describe(self) -> str:
        return f"Guard the rows of {self.table} against going"


@cache
def kept_tables() -> dict[str, Sequence[Sequence[str]]]:
    """Return every table whose rows some migration promises to keep, with its unique keys."""
    migrations = MigrationLoader(None).disk_migrations
    return {
        operation.table: operation.keys
        for key in sorted(migrations)
        for operation in migrations[key].operations
        if isinstance(operation, KeepRows)
    }


def keepers(connection: BaseDatabaseWrapper, table: str, keys: Sequence[Sequence[str]]) -> list[str]:
    """Return the names of the guards of one table."""
    if connection.vendor == "postgresql":
        return [f"{table}_{name}" for name in POSTGRES_KEEPERS]
    return list(sqlite_keepers(table, keys))


def sqlite_keepers(table: str, keys: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the guards of a rowid table by name, each as the statement that creates it."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}: {table}'); END"
    triggers = {f"{table}{MARK}delete": f'BEFORE DELETE ON "{table}" {refuse}'}
    # INSERT OR REPLACE takes the old row away without firing a trigger on deletion.
    for number, key in enumerate([["rowid"], *keys]):
        same = " AND ".join(f'"{column}" = NEW."{column}"' for column in key)
        known = f'EXISTS (SELECT 1 FROM "{table}" WHERE {same})'  # noqa: S608
        triggers[f"{table}{MARK}insert_{number}"] = f'BEFORE INSERT ON "{table}" WHEN {known} {refuse}'
        # So does UPDATE OR REPLACE with the row whose key the other one takes.
        moved = " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in key)
        taken = f"({moved}) AND {known}"
        triggers[f"{table}{MARK}update_{number}"] = f'BEFORE UPDATE ON "{table}" WHEN {taken} {refuse}'
    return {name: f'CREATE TRIGGER "{name}" {rest}' for name, rest in triggers.items()}


def _postgres_statements(table: str) -> list[str]:
    statements = []
    for name, (event, scope, _bits) in POSTGRES_KEEPERS.items():
        trigger = f'"{table}_{name}"'
        statements += [
            f'DROP TRIGGER IF EXISTS {trigger} ON "{table}"',
            f'CREATE TRIGGER {trigger} BEFORE {event} ON "{table}" FOR EACH {scope} EXECUTE FUNCTION {FUNCTION}()',
            f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {trigger}',
        ]
    return statements
