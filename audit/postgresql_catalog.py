"""What PostgreSQL's catalogue says of the record's tables, and of what could reach them from elsewhere."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from audit.conditions import checks_in, condition_form, index_form
from audit.guards import promised_erasures
from audit.kept_rows import kept_tables
from audit.postgresql_path import system_names
from audit.postgresql_reach import ANY_VALUE, IN_FORCE, ON_DATABASE, RIGHTS, SETTINGS
from audit.postgresql_system import FIRST, system_faults
from audit.promises import FoundIndex, Reference

_RELATIONS = """
    SELECT c.oid, c.relkind::text, c.relpersistence::text, a.amname::text
    FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam WHERE c.oid = ANY (%s::oid[])
"""
_FOREIGN = """
    WITH ours AS (SELECT unnest(%s::oid[]) AS oid)
    SELECT 'switched off constraint', t.tgname, t.tgrelid FROM ours JOIN pg_trigger t
        ON t.tgrelid = ours.oid JOIN pg_class c ON c.oid = ours.oid
        WHERE t.tgisinternal AND NOT (c.relhastriggers AND t.tgenabled IN ('O', 'A'))
    UNION ALL SELECT 'policy', p.polname, p.polrelid FROM ours JOIN pg_policy p ON p.polrelid = ours.oid
    UNION ALL SELECT 'row security', c.relname, c.oid FROM ours JOIN pg_class c ON c.oid = ours.oid
        WHERE c.relrowsecurity OR c.relforcerowsecurity
    UNION ALL SELECT 'child table', c.relname, i.inhparent
        FROM ours JOIN pg_inherits i ON i.inhparent = ours.oid JOIN pg_class c ON c.oid = i.inhrelid
    UNION ALL SELECT 'parent table', c.relname, i.inhrelid
        FROM ours JOIN pg_inherits i ON i.inhrelid = ours.oid JOIN pg_class c ON c.oid = i.inhparent
    UNION ALL SELECT 'constraint', n.conname, n.conrelid
        FROM ours JOIN pg_constraint n ON n.conrelid = ours.oid WHERE n.contype IN ('x', 't')
    ORDER BY 3, 1, 2
"""
# Wherever they stand: a trigger on any table can write to ours, and an update can reach a table of another schema by a
# foreign key. The system's own triggers call the system's own functions; its own rules are those of its views.
_FIRING = """
    SELECT 'trigger', t.tgname::text, t.tgrelid, n.nspname || '.' || c.relname, f.nspname || '.' || p.proname
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace f ON f.oid = p.pronamespace
    WHERE NOT pg_is_other_temp_schema(n.oid) AND NOT (t.tgisinternal AND f.nspname = 'pg_catalog')
    UNION ALL SELECT 'rule', r.rulename::text, r.ev_class, n.nspname || '.' || c.relname, ''
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT pg_is_other_temp_schema(n.oid) AND NOT (r.ev_type = '1' AND c.relkind IN ('v', 'm'))
        AND NOT (n.nspname = 'pg_catalog' AND c.relname = 'pg_settings')
    ORDER BY 4, 1, 2
"""
# A function or operator beside our tables is taken before the system's where its types fit a statement better, and so
# is one among the system's own that came later. That it is of an extension excuses it, which anything can be made, but
# no function that bears a system's name and takes the system's types, and no operator that is not written in C.
_FUNCTIONS = """
    WITH schemas AS (
        SELECT relnamespace AS oid FROM pg_class WHERE oid = ANY (%(tables)s::oid[])
        UNION SELECT 'pg_catalog'::regnamespace::oid
    ),
    found AS (
        SELECT p.oid, 'pg_proc'::regclass AS kind, p.pronamespace AS schema,
            'function ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name,
            NOT EXISTS (SELECT 1 FROM unnest(p.proargtypes::oid[]) AS a (oid) WHERE a.oid >= %(first)s)
            AND bool_or(b.oid IS NOT NULL) AND NOT bool_or(b.proargtypes = p.proargtypes) AS mistaken
        FROM pg_proc p JOIN schemas s ON s.oid = p.pronamespace
            LEFT JOIN pg_proc b ON b.proname = p.proname AND b.oid < %(first)s
                AND b.pronamespace = 'pg_catalog'::regnamespace
        WHERE p.oid >= %(first)s GROUP BY p.oid
        UNION ALL SELECT o.oid, 'pg_operator'::regclass, o.oprnamespace, 'operator ' || o.oprname, l.lanname <> 'c'
        FROM pg_operator o JOIN schemas s ON s.oid = o.oprnamespace
            LEFT JOIN pg_proc p ON p.oid = o.oprcode LEFT JOIN pg_language l ON l.oid = p.prolang
        WHERE o.oid >= %(first)s
    )
    SELECT f.name::text, n.nspname::text FROM found f JOIN pg_namespace n ON n.oid = f.schema
    WHERE f.mistaken OR NOT EXISTS (
        SELECT 1 FROM pg_depend d WHERE d.classid = f.kind AND d.objid = f.oid AND d.deptype = 'e'
    ) ORDER BY 2, 1
"""
# Between two types of the system no extension has to make one.
_CASTS = """
    SELECT format_type(castsource, NULL) || ' to ' || format_type(casttarget, NULL) FROM pg_cast
    WHERE oid >= %(first)s AND castsource < %(first)s AND casttarget < %(first)s ORDER BY 1
"""
# What is asked about each table is asked about all of them at once, the table's own number first.
_COLUMNS = """
    SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           concat_ws(' ', CASE a.attgenerated WHEN 's' THEN 'generated' WHEN '' THEN NULL ELSE 'virtual' END,
                     CASE a.attidentity WHEN '' THEN NULL ELSE 'identity' END,
                     pg_get_expr(d.adbin, d.adrelid),
                     CASE WHEN a.attcollation <> t.typcollation THEN 'collated' END)
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = ANY (%s::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
"""
# The server looks for indexes and checks only where the table is said to have some, and for no more than so many.
_INDEXES = """
    SELECT i.indrelid, c.relname, pg_get_indexdef(i.indexrelid),
           o.relhasindex AND i.indisvalid AND i.indisready AND i.indislive AND (i.indimmediate OR NOT i.indisunique)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class o ON o.oid = i.indrelid
    WHERE i.indrelid = ANY (%s::oid[]) ORDER BY 1, 2
"""
_CHECKS = """
    SELECT n.conrelid, n.conname, pg_get_constraintdef(n.oid) FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
    WHERE n.conrelid = ANY (%s::oid[]) AND n.contype = 'c' AND n.convalidated
        AND c.relchecks = (SELECT count(*) FROM pg_constraint o WHERE o.conrelid = c.oid AND o.contype = 'c')
    ORDER BY 1, 2
"""
_REFERENCES = """
    SELECT n.conrelid, n.conname,
           ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = n.conrelid AND attnum = ANY (conkey)),
           c.relname,
           ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = confrelid AND attnum = ANY (confkey)),
           confdeltype::text || confupdtype::text || CASE WHEN convalidated THEN '' ELSE ' not valid' END
    FROM pg_constraint n JOIN pg_class c ON c.oid = n.confrelid
    WHERE n.conrelid = ANY (%s::oid[]) AND n.contype = 'f' ORDER BY 1, 2
"""
# Its owner is whoever migrated: the record's tables were made with it.
_HOUSE = "audit_unsequenced"
_TELLS_SET_APART = 160000
_TEXTS = ("character varying", "text")
# No action on deletion nor on change, which is how Django makes them.
_PLAIN_REFERENCE = "aa"


class Catalog:
    """The catalogue, asked about some tables with only the system's own names in reach."""

    text_says_all = False

    def __init__(self, cursor: CursorWrapper, places: Mapping[str, int | None]) -> None:
        self._cursor = cursor
        self._places = places
        self._names = {oid: name for name, oid in places.items() if oid is not None}
        self._answers: dict[str, dict[int, list[tuple[Any, ...]]]] = {}

    def relations(self) -> dict[str, str]:
        """Each table with what is wrong about what stands under its name: nothing, for a plain and durable table."""
        self._cursor.execute(_RELATIONS, [list(self._names)])
        wrong = {oid: _relation(*rest) for oid, *rest in self._cursor.fetchall()}
        return {
            name: "is missing" if oid is None else wrong.get(oid, "is missing")
            for name, oid in self._places.items()
        }

    def foreign(self, tables: Sequence[str]) -> list[tuple[str, str, str, str]]:
        """Everything that can change, hide or swallow the rows of a table, and what fires anywhere in the database.

        Each is what it is, its name, the table (of ours without its schema), and more words about it.
        """
        self._cursor.execute(_FOREIGN, [[self._places[table] for table in tables]])
        found = [(what, name, self._names[oid], "") for what, name, oid in self._cursor.fetchall()]
        self._cursor.execute(_FIRING)
        return found + [
            (what, name, self._names.get(oid, place), f", calling {function}" if function else "")
            for what, name, oid, place, function in self._cursor.fetchall()
        ]

    def beside(self, tables: Sequence[str]) -> list[tuple[str, str]]:
        """What stands in the schema of the tables and is of no extension: the function or operator, and the schema."""
        tables_here = [self._places[table] for table in tables]
        self._cursor.execute(_FUNCTIONS, {"tables": tables_here, "first": FIRST})
        return list(self._cursor.fetchall())

    def rights(self, tables: Sequence[str]) -> list[tuple[str, str]]:
        """Who may change the rows of a table, or lift its guards, and should not: what it is, and the table."""
        erasable = [
            (self._places[table], column)
            for table, one in promised_erasures().items()
            if table in tables
            for column in one.empty
        ]
        places = {
            "tables": [self._places[table] for table in tables],
            "house": self._places.get(_HOUSE),
            "kept": [self._places[table] for table in tables if table in kept_tables()],
            # Until then whoever was a member could take the other role's place.
            "become": "SET" if self._version() >= _TELLS_SET_APART else "MEMBER",
            "erasable": [place for place, _column in erasable],
            "columns": [column for _place, column in erasable],
        }
        self._cursor.execute(RIGHTS, places)
        return [(what, self._names[oid]) for what, oid in self._cursor.fetchall()]

    def from_elsewhere(self) -> Iterator[tuple[str, str]]:
        """What stands on the database, is set where it reaches the log or was done to the system's own rows.

        Each is what it is, with its name, and where or how.
        """
        self._cursor.execute(ON_DATABASE)
        for (what,) in self._cursor.fetchall():
            yield what, "on the database"
        self._cursor.execute(_CASTS, {"first": FIRST})
        for (name,) in self._cursor.fetchall():
            yield f"cast {name}", "on the database"
        log = self._places.get("audit_entry")
        self._cursor.execute(SETTINGS, {"log": log, "any": ANY_VALUE, "in_force": IN_FORCE})
        for (name,) in self._cursor.fetchall():
            yield f"setting {name}", "set on the database or on a role"
        yield from system_faults(self._cursor)

    def columns(self, table: str) -> dict[str, tuple[str, bool, str]]:
        """Each column's type, whether it must have a value, and the expression that fills it by itself."""
        return {
            name: (kind, required, filled) for name, kind, required, filled in self._rows(_COLUMNS, table)
        }

    def indexes(self, table: str) -> list[FoundIndex]:
        """Every index, whether it enforces a key or only helps to find rows."""
        return [
            FoundIndex(name, index_form(text), whole) for name, text, whole in self._rows(_INDEXES, table)
        ]

    def checks(self, table: str) -> list[tuple[str, str]]:
        """The name and the form of every check that is in force for all rows."""
        no_texts = frozenset(
            name for name, kind, *_more in self._rows(_COLUMNS, table) if not kind.startswith(_TEXTS)
        )
        return [
            (name, " ".join(condition_form(one, no_texts) for one in checks_in(text)))
            for name, text in self._rows(_CHECKS, table)
        ]

    def references(self, table: str) -> list[tuple[str, Reference]]:
        """The name of every foreign key, and what it refers to."""
        return [
            (name, Reference(tuple(own), other, tuple(theirs), "" if how == _PLAIN_REFERENCE else how))
            for name, own, other, theirs, how in self._rows(_REFERENCES, table)
        ]

    def same_text(self, _table: str, _statement: str) -> bool:
        """PostgreSQL keeps no statements: columns, indexes, checks and references are compared instead."""
        return True

    def _version(self) -> int:
        self._cursor.execute("SELECT current_setting('server_version_num')::int")
        (number,) = self._cursor.fetchone()
        return int(number)

    def _rows(self, sql: str, table: str) -> list[tuple[Any, ...]]:
        place = self._places[table]
        if sql not in self._answers:
            self._cursor.execute(sql, [list(self._names)])
            self._answers[sql] = defaultdict(list)
            for oid, *row in self._cursor.fetchall():
                self._answers[sql][oid].append(tuple(row))
        return self._answers[sql].get(place, []) if place is not None else []


@contextmanager
def opened(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> Iterator[Catalog]:
    """Yield the catalogue for these tables."""
    with system_names(connection, tables) as (cursor, places):
        yield Catalog(cursor, places)


def _relation(kind: str, persistence: str, method: str) -> str:
    if kind != "r" or method != "heap":
        return "is no plain table"
    return "" if persistence == "p" else "does not outlive a crash or a session"
