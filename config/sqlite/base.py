"""The connection: Django's own, under an authorizer that only a migration takes off."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.operations import DatabaseOperations
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor

from audit.kept_rows import MARK
from audit.no_moment import NO_MOMENT, in_calendars
from config.sqlite.authorizer import refusal


class GuardedConnection(sqlite3.Connection):
    """A connection that knows what it refused last: SQLite itself says no more than "not authorized"."""

    refused = ""

    def authorize(
        self, action: int, first: str | None, second: str | None, _database: str | None, _source: str | None
    ) -> int:
        """Answer SQLite's question."""
        why = refusal(action, first, second)
        if not why:
            return sqlite3.SQLITE_OK
        self.refused = why
        return sqlite3.SQLITE_DENY


# Longer ones are rare, and few of them would take much memory.
_LONGEST_KEPT = 4_000


class GuardedCursor(base.SQLiteCursorWrapper):
    """Says what was refused, by the same error as a trigger's refusal."""

    def convert_query(self, query: Any, *, param_names: Any = None) -> Any:
        """SQLite's form of a statement, kept for the next time: it takes Django half as long as an INSERT."""
        if param_names is None and len(query) <= _LONGEST_KEPT:
            return _converted(query)
        return super().convert_query(query, param_names=param_names)

    def execute(self, query: Any, params: Any = None) -> Any:
        try:
            return super().execute(query, params)
        except sqlite3.DatabaseError as error:
            raise _told(self.connection, error) from error

    def executemany(self, query: Any, param_list: Any) -> Any:
        try:
            return super().executemany(query, param_list)
        except sqlite3.DatabaseError as error:
            raise _told(self.connection, error) from error


class SchemaEditor(DatabaseSchemaEditor):
    """Django's, which is what every migration works through; the schema is open while it is at work."""

    connection: "DatabaseWrapper"

    def __enter__(self) -> Any:
        self._open = self.connection.schema_open()
        self._open.__enter__()
        try:
            return super().__enter__()
        except BaseException:
            self._open.__exit__(None, None, None)
            raise

    def __exit__(self, kind: Any, value: Any, trace: Any) -> None:
        try:
            super().__exit__(kind, value, trace)
        finally:
            self._open.__exit__(None, None, None)

    def _remake_table(self, model: Any, *args: Any, **kwargs: Any) -> None:
        """Django makes a changed table anew and drops the old one, and with it the guards that keep its rows.

        Guards of other tables that look into this one are taken away meanwhile: SQLite gives no table its name back
        while a trigger speaks of it and it is not there.
        """
        table = model._meta.db_table
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        kept = [sql for name, guarded, sql in triggers if guarded == table and MARK in name]
        looking = {name: sql for name, guarded, sql in triggers if guarded != table and table in sql}
        for name in looking:
            self.execute(f'DROP TRIGGER "{name}"', params=None)
        super()._remake_table(model, *args, **kwargs)  # type: ignore[misc]
        for statement in [*kept, *looking.values()]:
            self.execute(statement, params=None)


class Operations(DatabaseOperations):
    """Django's, but a text that is no moment does not end the reading of all rows beside it."""

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        try:
            return in_calendars(super().convert_datetimefield_value(value, expression, connection))
        except (ValueError, AttributeError):  # digits that no calendar has; no digits at all
            return NO_MOMENT


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's connection to the database file."""

    SchemaEditorClass = SchemaEditor
    ops_class = Operations
    _opened = 0

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "factory": GuardedConnection}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if not self._opened:
            connection.set_authorizer(connection.authorize)
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=GuardedCursor)

    @contextmanager
    def schema_open(self) -> Iterator[None]:
        """Take the authorizer off inside the block: for migrations, and for whoever acts as the file's owner."""
        self.ensure_connection()
        self._opened += 1
        self.connection.set_authorizer(None)
        try:
            yield
        finally:
            self._opened -= 1
            # Setting it makes SQLite ask again about every statement that it had prepared meanwhile.
            if not self._opened and self.connection is not None:
                self.connection.set_authorizer(self.connection.authorize)


@lru_cache(maxsize=512)
def _converted(query: str) -> str:
    return str(base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%"))


def _told(connection: Any, error: sqlite3.DatabaseError) -> sqlite3.DatabaseError:
    if getattr(error, "sqlite_errorname", "") != "SQLITE_AUTH":
        return error
    return sqlite3.IntegrityError(connection.refused)
