"""What a connection of ours may never do to the database file, whatever SQL reaches it.

SQLite asks the authorizer while it prepares a statement (https://www.sqlite.org/c3ref/set_authorizer.html), so a
refused one does not begin. It holds where triggers do not: against dropping a trigger or a table, against writing the
schema as text, and against anything that a later trigger or view would add. It is this connection's own: another
program that opens the file is stopped by the triggers, and who drops those is shown by the signed checkpoints.
"""

import sqlite3
from functools import lru_cache

from audit.guards import promised_erasures, promised_tables
from audit.kept_rows import REFUSAL, kept_tables

_READS = {
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_INSERT,
    sqlite3.SQLITE_TRANSACTION,
    sqlite3.SQLITE_SAVEPOINT,
    sqlite3.SQLITE_RECURSIVE,
}
_GOES = sqlite3.SQLITE_DELETE
_ROWS = {sqlite3.SQLITE_UPDATE: "UPDATE", _GOES: "DELETE"}
# Questions, and what Django's own foreign-key checks need. Anything else that takes a value could loosen durability,
# checks or triggers: the settings set those once, before the authorizer is in place.
_PRAGMAS = {
    "foreign_key_check",
    "foreign_key_list",
    "foreign_keys",
    "index_info",
    "index_list",
    "integrity_check",
    "query_only",
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
    "wal_checkpoint",
}


def refusal(action: int, first: str | None, second: str | None) -> str:
    """Why SQLite may not do this (its code, and what it tells of the object), or an empty text where it may."""
    if action in _READS:
        return f"{REFUSAL}: the schema" if action == sqlite3.SQLITE_INSERT and _is_schema(first) else ""
    if action == sqlite3.SQLITE_UPDATE and second in _erasable().get(first or "", ()):
        return ""
    if action in _ROWS:
        guarded = _is_schema(first) or first in (_guarded() | (_kept() if action == _GOES else frozenset()))
        return f"{REFUSAL}: {_ROWS[action]} on {first}" if guarded else ""
    if action == sqlite3.SQLITE_FUNCTION:
        return f"{REFUSAL}: no extension is loaded" if (second or "").lower() == "load_extension" else ""
    if action == sqlite3.SQLITE_PRAGMA:
        harmless = second is None or (first or "").lower() in _PRAGMAS
        return "" if harmless else f"{REFUSAL}: PRAGMA {first} is set at the start alone"
    # Creating, dropping and altering anything; attaching another file; whatever SQLite learns to do in future.
    return f"{REFUSAL}: only a migration may change the schema ({first} {second or ''})"


def _is_schema(table: str | None) -> bool:
    return (table or "").lower().startswith("sqlite_")


@lru_cache(maxsize=1)
def _guarded() -> frozenset[str]:
    return frozenset(promised_tables())


@lru_cache(maxsize=1)
def _erasable() -> dict[str, tuple[str, ...]]:
    # That they become empty, and nothing else changes, is for the table's own trigger to see.
    return {table: erasable.empty for table, erasable in promised_erasures().items()}


@lru_cache(maxsize=1)
def _kept() -> frozenset[str]:
    return frozenset(kept_tables())
