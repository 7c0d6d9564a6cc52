"""Statements of a migration that differ between SQLite and PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation


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
