"""Whether each index of PostgreSQL leads to the rows that its table holds, by the server's own plans alone.

Where no administrator made the extension amcheck nothing else looks, and whoever rules the server can put an index in
place of another and leave no other trace: one that lacks rows, holds other keys than theirs, or is in another order. A
table is read as it lies and, in the same statement, in the order of each index, with every other way switched off: once
for the keys that the index itself holds, once for the rows that it leads to. Of two indexes with the same beginning the
planner may take the other.

Statements are put together from names and expressions as the catalogue quotes them. No column of ours is called by the
names that they give.
"""

# ruff: noqa: S608

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db.backends.utils import CursorWrapper

# Rows of a table up to which all of that is asked; beyond it how many keys an index holds, which reads the index alone.
# They are counted: whoever rules the server can write what the catalogue says of their number.
COMPARED_IN_FULL = 100_000
_ONE_WAY = ("seqscan", "bitmapscan", "sort", "incremental_sort")
_BOTH_WAYS = ("tidscan", "indexscan", "indexonlyscan")
# A table and which of its rows are meant; an index, its keys, and in what order each of them is.
_Rows = tuple[str, str]
_Index = tuple[str, Sequence[str], Sequence[str]]
_INDEXES = """
    SELECT c.relname, format('%%I.%%I', n.nspname, t.relname), coalesce(pg_get_expr(i.indpred, i.indrelid), 'true'),
        k.keys, k.orders
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
    JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    CROSS JOIN LATERAL (
        SELECT array_agg(pg_get_indexdef(i.indexrelid, at, true) ORDER BY at) AS keys,
            array_agg(
                format('USING OPERATOR(%%I.%%s) NULLS %%s', s.nspname, r.oprname,
                    CASE WHEN i.indoption[at - 1] & 2 = 2 THEN 'FIRST' ELSE 'LAST' END
                ) ORDER BY at) AS orders
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
    # What is read of a table is read once for all indexes of the same rows.
    groups: dict[_Rows, list[_Index]] = {}
    for name, table, where, keys, orders in cursor.fetchall():
        groups.setdefault((table, where), []).append((name, keys, orders))
    found: dict[str, str] = {}
    with _two_ways(cursor):
        for asked, indexes in groups.items():
            compared = _compared if _is_short(cursor, asked[0]) else _counted
            found |= compared(cursor, asked, indexes)
    yield from sorted(found.items())


def _is_short(cursor: CursorWrapper, table: str) -> bool:
    cursor.execute(
        f"SELECT count(*) FROM (SELECT FROM ONLY {table} WHERE ctid >= '(0,0)' LIMIT {COMPARED_IN_FULL + 1}) o"
    )
    return int(cursor.fetchone()[0]) <= COMPARED_IN_FULL


def _compared(cursor: CursorWrapper, asked: _Rows, indexes: Sequence[_Index]) -> dict[str, str]:
    """The detail of each of these indexes whose keys, their order, or the rows that they lead to are not the table's.

    Keys are hashed with their place in the order: as the table's rows have them when they are sorted, as the rows have
    them to which the index leads one after the other, and as the index itself holds them. They are hashed as a text:
    PostgreSQL's hash of a record is a sum of its parts'.
    """
    read = []
    for at, (_name, keys, orders) in enumerate(indexes):
        names = [f"_key{number}" for number in range(len(keys))]
        sorting = ", ".join(f"{name} {order}" for name, order in zip(names, orders, strict=True))
        told = f"sum(hashtextextended(ROW(_at, {', '.join(names)})::text, 0))"
        all_told = f"count(*), sum(hashtidextended(_place, 0)), {told}"
        rows, alone = (_listed(asked, keys, orders, place=place) for place in ("ctid", "NULL"))
        read += [
            f"SELECT {at}, 0, {all_told} FROM (SELECT *, row_number() OVER (ORDER BY {sorting}) AS _at"
            f" FROM ({_as_it_lies(asked, keys)}) q WHERE _fits) o",
            f"SELECT {at}, 1, {all_told} FROM (SELECT *, row_number() OVER () AS _at FROM ({rows}) q) o",
            f"SELECT {at}, 2, count(*), NULL, {told}"
            f" FROM (SELECT *, row_number() OVER () AS _at FROM ({alone}) q) o",
        ]
    cursor.execute(f"SELECT * FROM ({_all_of(read)}) told")
    told_of = {(at, way): tuple(told) for at, way, *told in cursor.fetchall()}
    found = {}
    for at, (name, _keys, _orders) in enumerate(indexes):
        there, led_to, held = (told_of[at, way] for way in range(3))
        if there != led_to or there[::2] != held[::2]:
            least = min(led_to[0], held[0])
            found[name] = f"{least} / {there[0]}" if least != there[0] else "other keys than its rows have"
    return found


def _counted(cursor: CursorWrapper, asked: _Rows, indexes: Sequence[_Index]) -> dict[str, str]:
    """The detail of each of these indexes that holds another number of keys than the table has rows."""
    ways = [
        f"{_as_it_lies(asked, ())}) q WHERE _fits",
        *(f"{_listed(asked, keys, orders, place='NULL')}) q" for _name, keys, orders in indexes),
    ]
    counts = [f"SELECT {at}, count(*) FROM ({way}" for at, way in enumerate(ways)]
    cursor.execute(f"SELECT * FROM ({_all_of(counts)}) told")
    rows = dict(cursor.fetchall())
    return {
        name: f"{rows[at]} / {rows[0]}"
        for at, (name, _keys, _orders) in enumerate(indexes, start=1)
        if rows[at] != rows[0]
    }


def _as_it_lies(asked: _Rows, keys: Sequence[str]) -> str:
    table, where = asked
    taken = ", ".join(["ctid AS _place", f"{where} AS _fits", *_named(keys)])
    return f"SELECT {taken} FROM ONLY {table} WHERE ctid >= '(0,0)' OFFSET 0"


def _listed(asked: _Rows, keys: Sequence[str], orders: Sequence[str], *, place: str) -> str:
    """What reads the rows in the order of an index; where their `place` is NULL it need not look at them."""
    table, where = asked
    order = ", ".join(f"{key} {order}" for key, order in zip(keys, orders, strict=True))
    taken = ", ".join([f"{place} AS _place", *_named(keys)])
    return f"SELECT {taken} FROM ONLY {table} WHERE {where} ORDER BY {order} OFFSET 0"


def _named(keys: Sequence[str]) -> list[str]:
    return [f"{key} AS _key{number}" for number, key in enumerate(keys)]


def _all_of(readings: Sequence[str]) -> str:
    return " UNION ALL ".join(f"({reading})" for reading in readings)


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
