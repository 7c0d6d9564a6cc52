"""Whether each index of PostgreSQL leads to the rows that its table holds, by the server's own plans alone.

Where no administrator made the extension amcheck nothing else looks, and whoever owns the database can make an index
lack rows and leave no other trace. A table is read as it lies and, in the same statement, in the order of each index,
with every other way switched off. Of two indexes with the same beginning the planner may take the other. An index that
holds other keys than its rows is for amcheck to find.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db.backends.utils import CursorWrapper

# Rows of a table up to which it is asked which rows an index leads to; beyond it how many, which reads the index alone.
COMPARED_IN_FULL = 100_000
_ONE_WAY = ("seqscan", "bitmapscan", "sort", "incremental_sort")
_BOTH_WAYS = ("tidscan", "indexscan", "indexonlyscan")
# A table, which of its rows are meant, and whether it is asked which they are; an index, its first column and its keys.
_Rows = tuple[str, str, bool]
_Index = tuple[str, str, str]
_INDEXES = """
    SELECT c.relname, format('%%I.%%I', n.nspname, t.relname), pg_get_expr(i.indpred, i.indrelid), t.reltuples,
        pg_get_indexdef(i.indexrelid, 1, true), k.keys
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
    JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    CROSS JOIN LATERAL (
        SELECT string_agg(
            format('%%s USING OPERATOR(%%I.%%s) NULLS %%s', pg_get_indexdef(i.indexrelid, at, true), s.nspname,
                r.oprname, CASE WHEN i.indoption[at - 1] & 2 = 2 THEN 'FIRST' ELSE 'LAST' END
            ), ', ' ORDER BY at) AS keys
        FROM generate_series(1, i.indnkeyatts) AS at JOIN pg_opclass o ON o.oid = i.indclass[at - 1]
        JOIN pg_amop p ON p.amopfamily = o.opcfamily AND p.amoplefttype = o.opcintype AND p.amoprighttype = o.opcintype
            AND p.amopstrategy = CASE WHEN i.indoption[at - 1] & 1 = 1 THEN 5 ELSE 1 END
        JOIN pg_operator r ON r.oid = p.amopopr JOIN pg_namespace s ON s.oid = r.oprnamespace
    ) k
    WHERE i.indrelid = ANY (%s::oid[]) AND a.amname = 'btree' AND i.indisvalid AND i.indisready
        AND pg_relation_size(t.oid) > 0
    ORDER BY 1
"""


def lacking_indexes(cursor: CursorWrapper, tables: Sequence[int | None]) -> Iterator[tuple[str, str]]:
    """Yield name and detail of each index of these tables, by their oids, that does not lead to the table's own rows.

    The cursor must search the system's schema alone. Takes a lock on nothing; raises DatabaseError as the server does.
    """
    cursor.execute(_INDEXES, [list(tables)])
    # What the table holds is read once for all indexes of the same rows.
    groups: dict[_Rows, list[_Index]] = {}
    for name, table, condition, rows, first, keys in cursor.fetchall():
        groups.setdefault((table, condition or "true", rows <= COMPARED_IN_FULL), []).append(
            (name, first, keys)
        )
    found: dict[str, str] = {}
    with _two_ways(cursor):
        for asked, indexes in groups.items():
            found |= _lacking(cursor, asked, indexes)
    yield from sorted(found.items())


def _lacking(cursor: CursorWrapper, asked: _Rows, indexes: Sequence[_Index]) -> dict[str, str]:
    """The detail of each of these indexes, of the same rows of one table, that leads to others."""
    table, where, in_full = asked
    # Put together from names as the catalogue quotes them.
    told = "count(*), sum(hashtidextended(ctid, 0))" if in_full else "count(*), 0"
    ways = [f"SELECT ctid, {where} AS fits FROM ONLY {table} WHERE ctid >= '(0,0)' OFFSET 0"]  # noqa: S608
    for _name, first, keys in indexes:
        taken = "ctid" if in_full else first
        ways.append(f"SELECT {taken}, true AS fits FROM ONLY {table} WHERE {where} ORDER BY {keys} OFFSET 0")  # noqa: S608
    counted = [f"(SELECT {at}, {told} FROM ({way}) o WHERE fits)" for at, way in enumerate(ways)]  # noqa: S608
    cursor.execute(f"SELECT * FROM ({' UNION ALL '.join(counted)}) counted")  # noqa: S608
    rows = {at: (count, which) for at, count, which in cursor.fetchall()}
    there = rows[0]
    return {
        name: f"{rows[at][0]} / {there[0]}"
        for at, (name, _first, _keys) in enumerate(indexes, start=1)
        if rows[at] != there
    }


@contextmanager
def _two_ways(cursor: CursorWrapper) -> Iterator[None]:
    ways = {**dict.fromkeys(_ONE_WAY, "off"), **dict.fromkeys(_BOTH_WAYS, "on")}
    for way, use in ways.items():
        cursor.execute(f"SET LOCAL enable_{way} = {use}")
    cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
    yield
    for way in ways:
        cursor.execute(f"SET LOCAL enable_{way} TO DEFAULT")
    cursor.execute("SET LOCAL max_parallel_workers_per_gather TO DEFAULT")
