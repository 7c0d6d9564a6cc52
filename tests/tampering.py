"""Acting as the owner of the database: lifting the guards of append-only tables, which no application code can."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from audit.guards import POSTGRES_TRIGGERS, guarded_tables
from audit.kept_rows import keepers, kept_tables

FILLED_BY_MIGRATIONS = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
}


@contextmanager
def as_owner() -> Iterator[None]:
    """Act as the owner of the database inside the block: the triggers are there, the application's authorizer is not."""
    if connection.vendor != "postgresql":
        with connection.schema_open():
            yield
        return
    role = connection.settings_dict["OPTIONS"].get("assume_role")
    if not role:
        yield
        return
    # The suite runs as the site's role, which one connection can leave because its login is the owner's.
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {role}")


@contextmanager
def guards_lifted(only: Collection[str] | None = None) -> Iterator[None]:
    """Let every table of this database (or `only` these) be changed inside the block; then all guards are as they were."""
    with as_owner():
        yield from _lifted_on_postgres(only) if connection.vendor == "postgresql" else _lifted_on_sqlite(only)


def tamper(sql: str, parameters: tuple[object, ...] = ()) -> int:
    """Run one statement as the owner, past every guard, and return how many rows it touched."""
    with guards_lifted(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def let_flush_pass(patch: pytest.MonkeyPatch) -> None:
    """Have the database emptied after a test with real transactions past the guards, which refuse Django's own flush."""
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty_what_was_filled())


def empty_what_was_filled() -> None:
    """Leave the database as migrations left it.

    Django's flush truncates every table and makes all permissions anew, which takes a second a test; few tests fill
    more than some tables, and none keeps what it did to a role.
    """
    with connection.cursor() as cursor:
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        asked = [
            f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")"
            for name in sorted(set(names) - FILLED_BY_MIGRATIONS)
        ]
        cursor.execute(" UNION ALL ".join(asked))
        filled = [name for (name,) in cursor.fetchall()]
    if not filled:
        return
    unchecked = connection.constraint_checks_disabled()
    with guards_lifted(filled), unchecked, transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        for name in filled:
            cursor.execute(f'DELETE FROM "{name}"')


def _lifted_on_sqlite(only: Collection[str] | None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%%_guard_%%'"
        )
        guards = [(name, sql) for name, sql, table in cursor.fetchall() if only is None or table in only]
        for name, _sql in guards:
            cursor.execute(f'DROP TRIGGER "{name}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for _name, sql in guards:
                cursor.execute(sql)


def _lifted_on_postgres(only: Collection[str] | None) -> Iterator[None]:
    guards = [
        (table, f"{table}_{name}") for table in guarded_tables(connection) for name in POSTGRES_TRIGGERS
    ]
    guards += [
        (table, name) for table, keys in kept_tables().items() for name in keepers(connection, table, keys)
    ]
    guards = [(table, name) for table, name in guards if only is None or table in only]
    _switch(guards, "DISABLE TRIGGER")
    try:
        yield
    finally:
        _switch(guards, "ENABLE ALWAYS TRIGGER")


def _switch(guards: list[tuple[str, str]], how: str) -> None:
    with connection.cursor() as cursor:
        # A table with deferred checks outstanding cannot be altered: have them done now.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, name in guards:
            cursor.execute(f'ALTER TABLE "{table}" {how} "{name}"')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
