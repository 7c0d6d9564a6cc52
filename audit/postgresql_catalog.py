"""What PostgreSQL's catalogue says of a table: every name is resolved as the application's statements resolve it."""

import re
from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

TEXT_SAYS_ALL = False
# The leaf hash as PostgreSQL prints the expression by which it computes it (RFC 6962 section 2.1).
LEAF_HASH = r"generated sha256(('\x00'::bytea || body))"
_RELATIONS = """
    SELECT wanted, c.relkind, c.relpersistence
    FROM pg_catalog.unnest(%s::text[]) AS wanted
    LEFT JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(pg_catalog.quote_ident(wanted))
"""
_FOREIGN = """
    WITH ours AS (
        SELECT name, pg_catalog.to_regclass(pg_catalog.quote_ident(name)) AS oid
        FROM pg_catalog.unnest(%s::text[]) AS name
    )
    SELECT 'trigger', t.tgname, name FROM ours JOIN pg_catalog.pg_trigger t ON t.tgrelid = ours.oid
        WHERE NOT t.tgisinternal
    UNION ALL SELECT 'rule', r.rulename, name FROM ours JOIN pg_catalog.pg_rewrite r ON r.ev_class = ours.oid
    UNION ALL SELECT 'policy', p.polname, name FROM ours JOIN pg_catalog.pg_policy p ON p.polrelid = ours.oid
    UNION ALL SELECT 'row security', c.relname, name FROM ours JOIN pg_catalog.pg_class c ON c.oid = ours.oid
        WHERE c.relrowsecurity OR c.relforcerowsecurity
    UNION ALL SELECT 'child table', i.inhrelid::regclass::text, name
        FROM ours JOIN pg_catalog.pg_inherits i ON i.inhparent = ours.oid
    UNION ALL SELECT 'parent table', i.inhparent::regclass::text, name
        FROM ours JOIN pg_catalog.pg_inherits i ON i.inhrelid = ours.oid
    ORDER BY 3, 1, 2
"""
_SETTINGS = """
    SELECT DISTINCT pg_catalog.split_part(setting, '=', 1)
    FROM pg_catalog.pg_db_role_setting s CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS setting
    WHERE s.setdatabase IN (
        0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    ) AND pg_catalog.split_part(setting, '=', 1) IN ('search_path', 'session_replication_role') ORDER BY 1
"""
_COLUMNS = """
    SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
           pg_catalog.concat_ws(' ', CASE a.attgenerated WHEN 's' THEN 'generated' WHEN '' THEN NULL
                     ELSE 'virtual' END,
                     CASE a.attidentity WHEN '' THEN NULL ELSE 'identity' END,
                     pg_catalog.pg_get_expr(d.adbin, d.adrelid))
    FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = pg_catalog.to_regclass(pg_catalog.quote_ident(%s)) AND a.attnum > 0 AND NOT a.attisdropped
"""
_KEYS = """
    SELECT pg_catalog.array_agg(a.attname::text) FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
    WHERE i.indrelid = pg_catalog.to_regclass(pg_catalog.quote_ident(%s))
      AND i.indisunique AND i.indisvalid AND i.indisready AND i.indislive
      AND i.indpred IS NULL AND i.indexprs IS NULL
    GROUP BY i.indexrelid
"""
_CHECKS = """
    SELECT pg_catalog.count(*) FROM pg_catalog.pg_constraint
    WHERE conrelid = pg_catalog.to_regclass(pg_catalog.quote_ident(%s)) AND contype = 'c' AND convalidated
"""


def relations(cursor: CursorWrapper, tables: Sequence[str]) -> dict[str, str]:
    """Each table with what is wrong about what stands under its name: nothing, for a plain and durable table."""
    cursor.execute(_RELATIONS, [list(tables)])
    return {name: _relation(kind, persistence) for name, kind, persistence in cursor.fetchall()}


def _relation(kind: str | bytes | None, persistence: str | bytes | None) -> str:
    if kind is None:
        return "is missing"
    if _text(kind) != "r":
        return "is no plain table"
    return "" if _text(persistence or "") == "p" else "does not outlive a crash or a session"


def foreign(cursor: CursorWrapper, tables: Sequence[str]) -> list[tuple[str, str, str]]:
    """Everything that can change, hide or swallow the rows of a table: what it is, its name and the table."""
    cursor.execute(_FOREIGN, [list(tables)])
    return list(cursor.fetchall())


def settings(cursor: CursorWrapper) -> list[str]:
    """What is set on this database or on a role that could lead statements to other tables or put guards to sleep."""
    cursor.execute(_SETTINGS)
    return [name for (name,) in cursor.fetchall()]


def columns(cursor: CursorWrapper, table: str) -> dict[str, tuple[str, bool, str]]:
    """Each column's type, whether it must have a value, and the expression that fills it by itself."""
    cursor.execute(_COLUMNS, [table])
    return {name: (kind, required, filled) for name, kind, required, filled in cursor.fetchall()}


def unique_keys(cursor: CursorWrapper, table: str) -> list[frozenset[str]]:
    """The columns of every whole, valid unique index."""
    cursor.execute(_KEYS, [table])
    return [frozenset(names) for (names,) in cursor.fetchall()]


def same_text(cursor: CursorWrapper, table: str, statement: str) -> bool:
    """Whether the table has as many checks in force as the statement that made it asks for."""
    cursor.execute(_CHECKS, [table])
    (count,) = cursor.fetchone()
    return int(count) >= len(re.findall(r"\bCHECK \(", statement))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
