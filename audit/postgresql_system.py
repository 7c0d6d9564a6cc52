"""Whether PostgreSQL's own operators, aggregates and types still lead to PostgreSQL's own functions.

Whoever rules the server can edit the rows of its catalogue, and an operator that lies answers every comparison as its
maker likes, also one that asks whether it lies. So the rows are read as they stand (`audit/postgresql_raw.py`) and
compared here.

A function that PostgreSQL brings is found by its number and runs whatever its row says, with one exception: where the
row calls it SQL, the planner puts the row's own text in its place.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

from audit.postgresql_raw import (
    AGGREGATES,
    CASTS,
    CLASSES,
    FUNCTIONS,
    MEMBERS,
    METHODS,
    OPERATORS,
    SUPPORT,
    TYPES,
    Found,
    Row,
    Table,
    is_known,
    raw_rows,
)

# What the database's own installation made has a lower number (FirstNormalObjectId of PostgreSQL's transam.h).
FIRST = 16_384
# Numbers that PostgreSQL's source fixes: of languages, of its schema, and of the kinds of index that comparisons use.
_INTERNAL, _C, _SQL = 12, 13, 14
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
_DEFAULT = "the default for a type of the system, and not made by the installation"


@dataclass(frozen=True, slots=True)
class _System:
    """All that was read, the functions that run whatever their row says, those that ought to be SQL, and both."""

    rows: dict[Table, list[Row]]
    internal: frozenset[int]
    in_sql: frozenset[int]
    allowed: frozenset[int]


def system_faults(cursor: CursorWrapper) -> Iterator[Found]:
    """Yield place and detail of every row of the system that leads elsewhere than the installation had it lead.

    Compares the operators with each other and not with a list: where two were given each other's functions, both built
    in, nothing is found.
    """
    rows, misread = raw_rows(cursor)
    yield from misread
    functions = [(oid, language) for oid, language, *_more in rows[FUNCTIONS] if oid < FIRST]
    internal = frozenset(oid for oid, language in functions if language == _INTERNAL)
    in_sql = _IN_SQL if is_known(cursor) else frozenset(oid for oid, one in functions if one == _SQL)
    system = _System(rows, internal, in_sql, internal | in_sql)
    for look in (_functions, _operators, _aggregates, _families, _classes, _casts, _the_rest):
        yield from look(system)


def _functions(system: _System) -> Iterator[Found]:
    for oid, language, schema, support in system.rows[FUNCTIONS]:
        if oid >= FIRST:
            continue
        if schema == _PG_CATALOG and language not in (_INTERNAL, _C) and oid not in system.in_sql:
            yield f"function {oid}", _NO_INTERNAL
        yield from _wrong(f"function {oid}", [support], system.internal)


def _operators(system: _System) -> Iterator[Found]:
    made = [row for row in system.rows[OPERATORS] if row[0] < FIRST]
    uses = Counter(code for _oid, _commutator, _negator, code, *_more in made)
    compared = {row[-1] for row in system.rows[MEMBERS] if row[0] < FIRST and row[-2] in (_BTREE, _HASH)}
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
    for _kind, oid, *functions in system.rows[AGGREGATES]:
        if oid < FIRST:
            yield from _wrong(f"aggregate {oid}", functions, system.internal)


def _families(system: _System) -> Iterator[Found]:
    """What compares types of the system for an index, a grouping or an order, also what was added to a family later."""
    for oid, family, left, right, function in system.rows[SUPPORT]:
        if oid < FIRST or max(family, left, right) < FIRST:
            yield from _wrong(f"support function {oid}", [function], system.internal)
    codes = {row[0]: row[3] for row in system.rows[OPERATORS] if row[0] < FIRST}
    for oid, family, left, right, _method, operator in system.rows[MEMBERS]:
        if oid >= FIRST and max(family, left, right) >= FIRST:
            continue
        place = f"operator of a family {oid}"
        # What else an operator leads to is said of the operator.
        if operator not in codes:
            yield place, _ELSEWHERE if operator >= FIRST else _NO_OPERATOR
        elif codes[operator] in system.in_sql:
            yield place, _NOT_INTERNAL


def _classes(system: _System) -> Iterator[Found]:
    """A class of somebody's own for a type that has none is no matter; one put before the installation's is."""
    had = {(method, kind) for oid, method, _family, kind, _default in system.rows[CLASSES] if oid < FIRST}
    for oid, method, family, kind, default in system.rows[CLASSES]:
        place = f"operator class {oid}"
        if oid < FIRST <= family:
            yield place, _ELSEWHERE
        elif oid >= FIRST and default and (method, kind) in had and method in (_BTREE, _HASH):
            yield place, _DEFAULT


def _casts(system: _System) -> Iterator[Found]:
    for oid, source, target, function in system.rows[CASTS]:
        if oid < FIRST or max(source, target) < FIRST:
            yield from _wrong(f"cast {oid}", [function], system.allowed)


def _the_rest(system: _System) -> Iterator[Found]:
    for word, table in (("type", TYPES), ("access method", METHODS)):
        for oid, *functions in system.rows[table]:
            if oid < FIRST:
                yield from _wrong(f"{word} {oid}", functions, system.internal)


def _wrong(place: str, functions: Iterable[int | None], allowed: frozenset[int]) -> Iterator[Found]:
    """At most one fault for one row; 0 stands for no function."""
    for function in functions:
        if function == 0 or function in allowed:
            continue
        yield place, _NOT_INTERNAL if function is not None and function < FIRST else _NOT_MADE
        return
