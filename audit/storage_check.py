"""What the database itself finds wrong with its files: an index that lacks rows hides them from whoever looks by it.

SQLite checks a table with all its indexes, up to a size at which that would take longer than everything else; beyond
it the rows of each index are counted. On PostgreSQL it is the extension amcheck that looks, where an administrator has
made it and lets our role use it; the function must be the extension's own. Elsewhere the keys and rows that each index
leads to are held against the table's.
"""

from collections.abc import Iterator

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from audit.damage import is_damage
from audit.guards import guarded_tables
from audit.postgresql_indexes import COMPARED_IN_FULL, lacking_indexes
from audit.postgresql_path import system_names
from audit.tiles import tree_size

# Rows of a table up to which SQLite checks it in full.
CHECKED_IN_FULL = 100_000
_AMCHECK = """
    SELECT n.nspname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        JOIN pg_language l ON l.oid = p.prolang
    WHERE p.proname = 'bt_index_check' AND p.pronargs = 2 AND p.probin = '$libdir/amcheck' AND l.lanname = 'c'
        AND has_function_privilege(p.oid, 'EXECUTE') AND has_schema_privilege(n.oid, 'USAGE')
"""
_INDEXES = """
    SELECT c.relname, c.oid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
    WHERE i.indrelid = ANY (%s::oid[]) AND a.amname = 'btree' AND i.indisvalid AND i.indisready ORDER BY 1
"""

Found = tuple[str, str]


def storage_faults(connection: BaseDatabaseWrapper) -> Iterator[Found]:
    """Yield place and detail of whatever the database finds wrong with an append-only table or one of its indexes."""
    if connection.vendor == "postgresql":
        yield from _found_on_postgresql(connection)
    else:
        for table in sorted(guarded_tables(connection)):
            yield from _found_by_sqlite(connection, table)


def indexes_are_only_counted(connection: BaseDatabaseWrapper) -> bool:
    """Whether the log has grown beyond what is compared key by key where PostgreSQL has no usable amcheck."""
    if connection.vendor != "postgresql" or tree_size() <= COMPARED_IN_FULL:
        return False
    with system_names(connection, []) as (cursor, _places):
        cursor.execute(_AMCHECK)
        return cursor.fetchone() is None


def _found_by_sqlite(connection: BaseDatabaseWrapper, table: str) -> Iterator[Found]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}" NOT INDEXED')  # noqa: S608  a name of ours
        (rows,) = cursor.fetchone()
        if rows <= CHECKED_IN_FULL:
            cursor.execute(f'PRAGMA integrity_check("{table}")')
            found = [text for (text,) in cursor.fetchall()]
            for text in found if found != ["ok"] else []:
                yield f"table {table}", str(text)
            return
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = %s COLLATE NOCASE ORDER BY name",
            [table],
        )
        for (index,) in cursor.fetchall():
            name = index.replace('"', '""')
            # A sum, for a plain count would be taken from whichever index is the smallest.
            cursor.execute(f'SELECT coalesce(sum(1), 0) FROM "{table}" INDEXED BY "{name}"')  # noqa: S608
            (listed,) = cursor.fetchone()
            if listed != rows:
                yield f"index {index}", f"{listed} / {rows}"


def _found_on_postgresql(connection: BaseDatabaseWrapper) -> Iterator[Found]:
    with system_names(connection, list(guarded_tables(connection))) as (cursor, places):
        cursor.execute(_AMCHECK)
        there = cursor.fetchone()
        if there is None:
            for name, detail in lacking_indexes(cursor, list(places.values())):
                yield f"index {name}", detail
            return
        check = sql.SQL("SELECT {}.bt_index_check({}::oid::regclass, true)")
        cursor.execute(_INDEXES, [list(places.values())])
        for name, oid in cursor.fetchall():
            try:
                with transaction.atomic(using=connection.alias):
                    statement = check.format(sql.Identifier(there[0]), sql.Literal(oid))
                    cursor.execute(statement.as_string(connection.connection))
            except DatabaseError as error:
                if not is_damage(error):
                    raise
                yield f"index {name}", str(error).partition("\n")[0]
