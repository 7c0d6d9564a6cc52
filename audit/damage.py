"""Telling a database that is damaged from one that is busy, full or gone.

Damage is a finding: it is named, and the rest is looked at all the same. So is a table that is not there or not built
as it was. That nobody answers says nothing about the log and is told to whoever asked.
"""

import re
import sqlite3

import psycopg
from django.db import DatabaseError, InterfaceError

# What any driver raises; statements that stream past Django bring the driver's own.
ERRORS = (DatabaseError, InterfaceError, psycopg.Error, sqlite3.Error)
_SQLITE_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR_SHORT_READ")
_SQLITE_GONE = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_CANTOPEN",
    "SQLITE_FULL",
    "SQLITE_INTERRUPT",
    "SQLITE_IOERR",
    "SQLITE_NOMEM",
    "SQLITE_PERM",
    "SQLITE_PROTOCOL",
    "SQLITE_READONLY",
)
# What PostgreSQL says of data and an index that are corrupt, and its class of a file that cannot be read. XX000 is any
# fault within it, such as two who change one row of the catalogue at once.
_POSTGRES_DAMAGED = ("XX001", "XX002", "58")
# Of a table, a column, or a function or operator for a column's type that is not there; of one that is of another type;
# and of a view in a table's place.
_POSTGRES_MISBUILT = ("42P01", "42703", "42883", "42804", "42809")
_SQLITE_MISBUILT = re.compile(
    r"no such (table|column|index): |.* has no column named |cannot modify .* because it is a view"
)


def is_damage(error: BaseException) -> bool:
    """Whether the database says that its files do not hold what they should."""
    return code_of(error).startswith((*_SQLITE_DAMAGED, *_POSTGRES_DAMAGED))


def is_misbuilt(error: BaseException) -> bool:
    """Whether the database lacks a table, column or index that a statement names, or has another thing in its place."""
    cause = _driver_error(error)
    if isinstance(cause, sqlite3.Error):
        return _SQLITE_MISBUILT.match(str(cause)) is not None
    return code_of(error) in _POSTGRES_MISBUILT


def is_absence(error: BaseException) -> bool:
    """Whether the database was busy, full, stopped or gone, so that its answer says nothing about what it holds."""
    if is_damage(error):
        return False
    cause = _driver_error(error)
    if isinstance(cause, sqlite3.Error):
        return code_of(error).startswith(_SQLITE_GONE)
    return isinstance(error, InterfaceError) or isinstance(
        cause, psycopg.OperationalError | psycopg.InterfaceError
    )


def code_of(error: BaseException) -> str:
    """SQLite's name of the fault or PostgreSQL's five characters; empty where it gave none."""
    cause = _driver_error(error)
    return str(getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or "")


def words_of(error: BaseException) -> str:
    """What the database said, without the statement that it quotes."""
    return str(error).partition("\n")[0]


def _driver_error(error: BaseException) -> BaseException:
    """The driver's own error, which carries the code."""
    while error.__cause__ is not None and not isinstance(error, psycopg.Error | sqlite3.Error):
        error = error.__cause__
    return error
