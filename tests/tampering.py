"""Acting as the owner of the database: lifting the guards of append-only tables, which no application code can."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import TransactionTestCase

from audit.guards import POSTGRES_TRIGGERS, guarded_tables
from audit.kept_rows import keepers, kept_tables


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
def guards_lifted() -> Iterator[None]:
    """Let every table of this database be changed inside the block, and put all guards back as they were."""
    with as_owner():
        yield from _lifted_on_postgres() if connection.vendor == "postgresql" else _lifted_on_sqlite()


def tamper(sql: str, parameters: tuple[object, ...] = ()) -> int:
    """Run one statement as the owner, past every guard, and return how many rows it touched."""
    with guards_lifted(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def let_flush_pass(patch: pytest.MonkeyPatch) -> None:
    """Let Django empty the test database after a test with real transactions, which the guards would refuse."""
    flush = TransactionTestCase._fixture_teardown

    def lifted_flush(case: TransactionTestCase) -> None:
        with guards_lifted():
            flush(case)

    patch.setattr(TransactionTestCase, "_fixture_teardown", lifted_flush)


def _lifted_on_sqlite() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%%_guard_%%'"
        )
        guards = cursor.fetchall()
        for name, _sql in guards:
            cursor.execute(f'DROP TRIGGER "{name}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for _name, sql in guards:
                cursor.execute(sql)


def _lifted_on_postgres() -> Iterator[None]:
    guards = [
        (table, f"{table}_{name}") for table in guarded_tables(connection) for name in POSTGRES_TRIGGERS
    ]
    guards += [
        (table, name) for table, keys in kept_tables().items() for name in keepers(connection, table, keys)
    ]
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
