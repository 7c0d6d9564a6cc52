"""What SQLite's schema says of a table."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

# Columns, keys and checks are all in the statement that SQLite keeps, word for word.
TEXT_SAYS_ALL = True


def relations(cursor: CursorWrapper, tables: Sequence[str]) -> dict[str, str]:
    """Each table with what is wrong about what stands under its name: nothing, for a table."""
    cursor.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')")
    kinds = dict(cursor.fetchall())
    wrong = {None: "is missing", "view": "is no plain table", "table": ""}
    return {table: wrong[kinds.get(table)] for table in tables}


def foreign(cursor: CursorWrapper, tables: Sequence[str]) -> list[tuple[str, str, str]]:
    """Every trigger on a table, and whatever of this connection alone stands before one."""
    cursor.execute(
        "SELECT type, name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        " UNION ALL SELECT 'temporary ' || type, name, tbl_name FROM sqlite_temp_master ORDER BY 3, 1, 2"
    )
    return [(what, name, table) for what, name, table in cursor.fetchall() if table in tables]


def settings(_cursor: CursorWrapper) -> list[str]:
    """Nothing: SQLite keeps no settings of a connection."""
    return []


def columns(cursor: CursorWrapper, table: str) -> dict[str, tuple[str, bool, str]]:
    """Each column's type, whether it must have a value, and its default."""
    cursor.execute(f"PRAGMA table_xinfo({table})")
    return {
        name: (kind.upper(), bool(required), default or ("generated" if hidden else ""))
        for _number, name, kind, required, default, _key, hidden in cursor.fetchall()
    }


def unique_keys(cursor: CursorWrapper, table: str) -> list[frozenset[str]]:
    """The columns of every whole unique index, and of the primary key."""
    cursor.execute(f"PRAGMA table_info({table})")
    keys = [frozenset(row[1] for row in cursor.fetchall() if row[5])]
    cursor.execute(f"PRAGMA index_list({table})")
    for _number, name, unique, _origin, partial in cursor.fetchall():
        if unique and not partial:
            cursor.execute(f'PRAGMA index_info("{name}")')
            keys.append(frozenset(row[2] for row in cursor.fetchall()))
    return keys


def same_text(cursor: CursorWrapper, table: str, statement: str) -> bool:
    """Whether the table's definition is, word for word, the statement that made it; true where Django wrote that."""
    if not statement:
        return True
    cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
    (sql,) = cursor.fetchone()
    return " ".join(sql.split()) == statement
