"""Whether PostgreSQL's own operators, aggregates and types still lead to PostgreSQL's own functions.

Whoever rules the server can edit the rows of its catalogue, and an operator that lies answers every comparison as its
maker likes, also one that asks whether it lies. So the rows are read as they stand, with no condition, operator,
function or order in the statement, and compared here. Which table answered is told by the protocol, not by a column.

A function that PostgreSQL brings is found by its number and runs whatever its row says, with one exception: where the
row calls it SQL, the planner puts the row's own text in its place.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

# What the database's own installation made has a lower number (FirstNormalObjectId of PostgreSQL's transam.h).
FIRST = 16_384
# Numbers that PostgreSQL's source fixes: of languages, of its schema, and of the kinds of index that comparisons use.
_INTERNAL, _C = 12, 13
_PG_CATALOG = 11
_BTREE, _HASH = 403, 405
# The functions that PostgreSQL itself has in SQL, the same in its versions 14 to 18 (prolang of pg_proc.dat).
_IN_SQL = frozenset(
    (
        *(879, 880, 1176, 1215, 1216, 1285, 1290, 1296, 1298, 1305, 1306, 1307, 1309, 1310, 1311),
        *(1348, 1384, 1386, 1426, 1481, 1544, 1708, 1710, 1741, 1810, 1811, 1812, 1848, 1993, 2003),
        *(2004, 2042, 2043, 2044, 2059, 2074, 2325, 2546, 2547, 2548, 2549, 2550, 2631, 2932, 3050),
        *(3935, 3936, 5023, 6183, 6184),
    )
)

_NOT_MADE = "of the system, leads to a function that the installation did not make"
_NOTHING = "of the system, leads to no function"
_NOT_INTERNAL = "of the system, leads to a function that is no internal function"
_NO_INTERNAL = "of the system, is no internal function"
_ELSEWHERE = "of the system, leads to what the installation did not make"
_NO_OPERATOR = "of the system, leads to no operator"
_ANOTHERS = "of the system, leads to the function of another operator"
_REPLACED = "is not the table of the system"
_DEFAULT = "the default for a type of the system, and not made by the installation"

Found = tuple[str, str]
Row = tuple[Any, ...]


class _Table(NamedTuple):
    """A table of the catalogue: its number, which the source fixes, what a row is called, and what is read of it."""

    name: str
    number: int
    word: str
    # The first is of the table's own and needs no cast: the protocol tells whose it is.
    columns: tuple[str, ...]
    # Of the type regproc, which is shown as a name; read as the number that it is.
    functions: tuple[str, ...] = ()


_FUNCTIONS = _Table("pg_proc", 1255, "function", ("oid", "prolang", "pronamespace"), ("prosupport",))
_OPERATORS = _Table(
    "pg_operator", 2617, "operator", ("oid", "oprcom", "oprnegate"), ("oprcode", "oprrest", "oprjoin")
)
_AGGREGATES = _Table(
    "pg_aggregate",
    2600,
    "aggregate",
    ("aggtranstype",),
    (
        *("aggfnoid", "aggtransfn", "aggfinalfn", "aggcombinefn", "aggserialfn", "aggdeserialfn"),
        *("aggmtransfn", "aggminvtransfn", "aggmfinalfn"),
    ),
)
_SUPPORT = _Table(
    "pg_amproc",
    2603,
    "support function",
    ("oid", "amprocfamily", "amproclefttype", "amprocrighttype"),
    ("amproc",),
)
_MEMBERS = _Table(
    "pg_amop",
    2602,
    "operator of a family",
    ("oid", "amopfamily", "amoplefttype", "amoprighttype", "amopmethod", "amopopr"),
)
_CLASSES = _Table(
    "pg_opclass", 2616, "operator class", ("oid", "opcmethod", "opcfamily", "opcintype", "opcdefault")
)
_CASTS = _Table("pg_cast", 2605, "cast", ("oid", "castsource", "casttarget", "castfunc"))
_TYPES = _Table(
    "pg_type",
    1247,
    "type",
    ("oid",),
    ("typinput", "typoutput", "typreceive", "typsend", "typmodin", "typmodout", "typanalyze", "typsubscript"),
)
_METHODS = _Table("pg_am", 2601, "access method", ("oid",), ("amhandler",))
_TABLES = (
    *(_FUNCTIONS, _OPERATORS, _AGGREGATES, _SUPPORT, _MEMBERS),
    *(_CLASSES, _CASTS, _TYPES, _METHODS),
)


@dataclass(frozen=True, slots=True)
class _System:
    """All that was read, the functions that run whatever their row says, and those that are SQL and ought to be."""

    rows: dict[_Table, list[Row]]
    internal: frozenset[int]
    allowed: frozenset[int]


def system_faults(cursor: CursorWrapper) -> Iterator[Found]:
    """Yield place and detail of every row of the system that leads elsewhere than the installation had it lead.

    Compares the operators with each other and not with a list: where two were given each other's functions, both built
    in, nothing is found.
    """
    rows: dict[_Table, list[Row]] = {}
    for table in _TABLES:
        rows[table], number = _read(cursor, table)
        if number != table.number:
            yield f"table {table.name}", _REPLACED
    internal = frozenset(
        oid for oid, language, *_more in rows[_FUNCTIONS] if oid < FIRST and language == _INTERNAL
    )
    system = _System(rows, internal, internal | _IN_SQL)
    for look in (_functions, _operators, _aggregates, _families, _classes, _casts, _the_rest):
        yield from look(system)


def _read(cursor: CursorWrapper, table: _Table) -> tuple[list[Row], int]:
    """Every row of a table, and the number of the table that answered."""
    columns = ", ".join((*table.columns, *(f"{name}::pg_catalog.oid" for name in table.functions)))
    cursor.execute(f"SELECT {columns} FROM pg_catalog.{table.name}")  # noqa: S608  names of ours
    return list(cursor.fetchall()), int(cursor.cursor.pgresult.ftable(0))


def _functions(system: _System) -> Iterator[Found]:
    for oid, language, schema, support in system.rows[_FUNCTIONS]:
        if oid >= FIRST:
            continue
        if schema == _PG_CATALOG and language not in (_INTERNAL, _C) and oid not in _IN_SQL:
            yield f"function {oid}", _NO_INTERNAL
        yield from _wrong(f"function {oid}", [support], system.internal)


def _operators(system: _System) -> Iterator[Found]:
    made = [row for row in system.rows[_OPERATORS] if row[0] < FIRST]
    uses = Counter(code for _oid, _commutator, _negator, code, *_more in made)
    compared = {row[-1] for row in system.rows[_MEMBERS] if row[0] < FIRST and row[-2] in (_BTREE, _HASH)}
    for oid, commutator, negator, code, *estimators in made:
        place = f"operator {oid}"
        yield from _wrong(place, estimators, system.internal)
        if code == 0:
            yield place, _NOTHING
        yield from _wrong(place, [code], system.allowed)
        if oid in compared and uses[code] > 1:
            yield place, _ANOTHERS
        if max(commutator, negator) >= FIRST:
            yield place, _ELSEWHERE


def _aggregates(system: _System) -> Iterator[Found]:
    for _kind, oid, *functions in system.rows[_AGGREGATES]:
        if oid < FIRST:
            yield from _wrong(f"aggregate {oid}", functions, system.internal)


def _families(system: _System) -> Iterator[Found]:
    """What compares types of the system for an index, a grouping or an order, also what was added to a family later."""
    for oid, family, left, right, function in system.rows[_SUPPORT]:
        if oid < FIRST or max(family, left, right) < FIRST:
            yield from _wrong(f"support function {oid}", [function], system.internal)
    codes = {row[0]: row[3] for row in system.rows[_OPERATORS] if row[0] < FIRST}
    for oid, family, left, right, _method, operator in system.rows[_MEMBERS]:
        if oid >= FIRST and max(family, left, right) >= FIRST:
            continue
        place = f"operator of a family {oid}"
        # What else an operator leads to is said of the operator.
        if operator not in codes:
            yield place, _ELSEWHERE if operator >= FIRST else _NO_OPERATOR
        elif codes[operator] in _IN_SQL:
            yield place, _NOT_INTERNAL


def _classes(system: _System) -> Iterator[Found]:
    """A class of somebody's own for a type that has none is no matter; one put before the installation's is."""
    had = {(method, kind) for oid, method, _family, kind, _default in system.rows[_CLASSES] if oid < FIRST}
    for oid, method, family, kind, default in system.rows[_CLASSES]:
        place = f"operator class {oid}"
        if oid < FIRST <= family:
            yield place, _ELSEWHERE
        elif oid >= FIRST and default and (method, kind) in had and method in (_BTREE, _HASH):
            yield place, _DEFAULT


def _casts(system: _System) -> Iterator[Found]:
    for oid, source, target, function in system.rows[_CASTS]:
        if oid < FIRST or max(source, target) < FIRST:
            yield from _wrong(f"cast {oid}", [function], system.allowed)


def _the_rest(system: _System) -> Iterator[Found]:
    for table in (_TYPES, _METHODS):
        for oid, *functions in system.rows[table]:
            if oid < FIRST:
                yield from _wrong(f"{table.word} {oid}", functions, system.internal)


def _wrong(place: str, functions: Iterable[int | None], allowed: frozenset[int]) -> Iterator[Found]:
    """At most one fault for one row; 0 stands for no function."""
    for function in functions:
        if function == 0 or function in allowed:
            continue
        yield place, _NOT_INTERNAL if function is not None and function < FIRST else _NOT_MADE
        return
