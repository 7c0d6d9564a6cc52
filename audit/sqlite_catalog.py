"""What SQLite's schema says of the record's tables."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from audit.conditions import QUOTED, checks_in, condition_form, index_form
from audit.promises import FoundIndex, Reference

# A row's own word for what it is, and the beginning of the statement that SQLite keeps for it; none for a key's index.
_MADE_AS = re.compile(
    r"trigger CREATE TRIGGER .*|table CREATE (VIRTUAL )?TABLE .*|view CREATE VIEW .*"
    r"|index (CREATE (UNIQUE )?INDEX .*)?",
    re.DOTALL,
)
_ENCODING = "UTF-8"
# Comments and names in brackets are among it: words that stand there say nothing to SQLite.
_NEVER_BY_DJANGO = re.compile(r"\b(collate|conflict)\b|--|/\*|[\[`]", re.IGNORECASE)


class Catalog:
    """The schema, asked about some tables."""

    # Columns, keys, checks and references of a table are all in the statement that SQLite keeps, word for word.
    text_says_all = True

    def __init__(self, cursor: CursorWrapper, tables: Sequence[str]) -> None:
        self._cursor = cursor
        self._tables = tables

    def relations(self) -> dict[str, str]:
        """Each table with what is wrong about what stands under its name: nothing, for a table."""
        self._cursor.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')")
        kinds = dict(self._cursor.fetchall())
        wrong = {None: "is missing", "view": "is no plain table", "table": ""}
        return {table: wrong[kinds.get(table)] for table in self._tables}

    def foreign(self, tables: Sequence[str]) -> list[tuple[str, str, str, str]]:
        """Every trigger of the database, and whatever of this connection alone stands before one of the tables.

        SQLite goes by the statement alone: a row that calls itself something else than what its statement makes was
        written by hand.
        """
        self._cursor.execute(
            "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master"
            " UNION ALL SELECT 'temporary ' || type, name, tbl_name, coalesce(sql, '') FROM sqlite_temp_master"
            " ORDER BY 3, 1, 2"
        )
        return [
            (what, name, table, "")
            for what, name, table, sql in self._cursor.fetchall()
            if what.endswith("trigger")
            or (what.startswith("temporary ") and table.lower() in tables)
            or not _MADE_AS.fullmatch(f"{what.removeprefix('temporary ')} {sql}")
        ]

    def beside(self, _tables: Sequence[str]) -> list[tuple[str, str]]:
        """Nothing: SQLite's functions belong to the connection and not to the database."""
        return []

    def rights(self, _tables: Sequence[str]) -> list[tuple[str, str]]:
        """Nobody: SQLite knows no roles, and whoever can write the file can do everything."""
        return []

    def from_elsewhere(self) -> Iterator[tuple[str, str]]:
        """The form in which the file keeps all texts, where it is not the one that SQLite gives a new file.

        Every column that holds text then reads otherwise than it was written. SQLite keeps no settings of a connection
        and knows no triggers on the schema.
        """
        self._cursor.execute("PRAGMA encoding")
        (encoding,) = self._cursor.fetchone()
        if encoding != _ENCODING:
            yield f"encoding {encoding}", "of all texts in the file"

    def columns(self, table: str) -> dict[str, tuple[str, bool, str]]:
        """Each column's type, whether it must have a value, and its default."""
        self._cursor.execute(f"PRAGMA table_xinfo({table})")
        return {
            name: (kind.upper(), bool(required), default or ("generated" if hidden else ""))
            for _number, name, kind, required, default, _key, hidden in self._cursor.fetchall()
        }

    def indexes(self, table: str) -> list[FoundIndex]:
        """Every index, those that SQLite made for the table's own keys by their columns.

        To SQLite a table's name is the same in small and capital letters.
        """
        self._cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s COLLATE NOCASE ORDER BY name",
            [table],
        )
        found = self._cursor.fetchall()
        return [FoundIndex(name, index_form(sql) if sql else self._own_form(name)) for name, sql in found] + [
            FoundIndex("", f"unique btree ({column})") for column in self._row_number_key(table)
        ]

    def checks(self, table: str) -> list[tuple[str, str]]:
        """The form of every check; SQLite's have no names that matter."""
        return [("", condition_form(one)) for one in checks_in(self._text(table))]

    def references(self, table: str) -> list[tuple[str, Reference]]:
        """What every foreign key refers to."""
        self._cursor.execute(f"PRAGMA foreign_key_list({table})")
        return [
            ("", Reference((own,), other, (theirs,), "" if {change, deletion} == {"NO ACTION"} else deletion))
            for _id, _seq, other, own, theirs, change, deletion, _match in self._cursor.fetchall()
        ]

    def same_text(self, table: str, statement: str) -> bool:
        """Whether the table is defined, word for word, by the statement that made it.

        Where Django wrote that, whether it has no words that Django does not write for any of ours and that no list of
        columns tells: how texts are compared, that a row which breaks a rule is passed over, and comments, in which a
        check looks as if it stood there.
        """
        text = self._text(table)
        if statement:
            return " ".join(text.split()) == statement
        return not _NEVER_BY_DJANGO.search(QUOTED.sub("", text))

    def _text(self, table: str) -> str:
        self._cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
        (sql,) = self._cursor.fetchone()
        return str(sql)

    def _own_form(self, index: str) -> str:
        self._cursor.execute(f'PRAGMA index_info("{index}")')
        return f"unique btree ({', '.join(row[2] for row in self._cursor.fetchall())})"

    def _row_number_key(self, table: str) -> list[str]:
        """The column of a primary key that is the row's number, which needs no index."""
        self._cursor.execute(f"PRAGMA table_info({table})")
        key = [(name, kind) for _n, name, kind, _r, _d, part in self._cursor.fetchall() if part]
        return [name for name, kind in key if len(key) == 1 and kind.upper() == "INTEGER"]


@contextmanager
def opened(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> Iterator[Catalog]:
    """Yield the schema for these tables."""
    with connection.cursor() as cursor:
        yield Catalog(cursor, tables)
