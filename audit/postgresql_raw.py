"""The rows of PostgreSQL's own catalogue as they stand, read with no condition, operator, function or order in SQL.

What the statement names must be what the server uses: its own code finds tables by their number and columns by their
place, statements by their names, and the rows under a name can be another table's or what a rule makes of them. Which
table answered is told by the protocol. The tables that say where columns stand and what rules there are cannot be
disguised so: the first is compiled in with its names, and a rule on the second ends the server.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.backends.utils import CursorWrapper

Found = tuple[str, str]
Row = tuple[Any, ...]
_REPLACED = "is not the table of the system"
_RULED = "of the system, is read by a rule"
_MOVED = "of the system, is read in the place of another"
# Of what comes after this version (as `server_version_num`), no list of ours says how it is made.
LAST_KNOWN = 189_999
# What bears a lower number is named in PostgreSQL's source: the tables of the system, but not its views.
_TABLES_END = 10_000


@dataclass(frozen=True, eq=False)
class Table:
    """A table of the catalogue: its number and the places of its columns, the same in versions 14 to 18."""

    name: str
    number: int
    # The first needs no cast: the protocol tells whose it is.
    columns: dict[str, int]
    # Of the type regproc, which is shown as a name; read as the number that it is.
    functions: dict[str, int] = field(default_factory=dict)


FUNCTIONS = Table("pg_proc", 1255, {"oid": 1, "prolang": 5, "pronamespace": 3}, {"prosupport": 9})
OPERATORS = Table(
    "pg_operator",
    2617,
    {"oid": 1, "oprcom": 11, "oprnegate": 12},
    {"oprcode": 13, "oprrest": 14, "oprjoin": 15},
)
AGGREGATES = Table(
    "pg_aggregate",
    2600,
    {"aggtranstype": 17},
    {
        "aggfnoid": 1,
        "aggtransfn": 4,
        "aggfinalfn": 5,
        "aggcombinefn": 6,
        "aggserialfn": 7,
        "aggdeserialfn": 8,
        "aggmtransfn": 9,
        "aggminvtransfn": 10,
        "aggmfinalfn": 11,
    },
)
SUPPORT = Table(
    "pg_amproc",
    2603,
    {"oid": 1, "amprocfamily": 2, "amproclefttype": 3, "amprocrighttype": 4},
    {"amproc": 6},
)
MEMBERS = Table(
    "pg_amop",
    2602,
    {"oid": 1, "amopfamily": 2, "amoplefttype": 3, "amoprighttype": 4, "amopmethod": 8, "amopopr": 7},
)
CLASSES = Table(
    "pg_opclass", 2616, {"oid": 1, "opcmethod": 2, "opcfamily": 6, "opcintype": 7, "opcdefault": 8}
)
CASTS = Table("pg_cast", 2605, {"oid": 1, "castsource": 2, "casttarget": 3, "castfunc": 4})
TYPES = Table(
    "pg_type",
    1247,
    {"oid": 1},
    {
        "typinput": 16,
        "typoutput": 17,
        "typreceive": 18,
        "typsend": 19,
        "typmodin": 20,
        "typmodout": 21,
        "typanalyze": 22,
        "typsubscript": 13,
    },
)
METHODS = Table("pg_am", 2601, {"oid": 1}, {"amhandler": 3})
_RULES = Table("pg_rewrite", 2618, {"oid": 1, "ev_class": 3})
# Its own places differ between versions, and it is the one that needs none.
_COLUMNS = Table("pg_attribute", 1249, {"attrelid": 1, "attname": 2, "attnum": 0})
_READ = (FUNCTIONS, OPERATORS, AGGREGATES, SUPPORT, MEMBERS, CLASSES, CASTS, TYPES, METHODS)


def raw_rows(cursor: CursorWrapper) -> tuple[dict[Table, list[Row]], list[Found]]:
    """Every row of each table, and place and detail of whatever lets a statement read others than the server does."""
    faults: list[Found] = []
    rules = _rows(cursor, _RULES, faults)
    faults += [(f"table {table}", _RULED) for _oid, table in rules if table < _TABLES_END]
    found = _rows(cursor, _COLUMNS, faults)
    if is_known(cursor):
        places = {(table, name): place for table, name, place in found}
        faults += [
            (f"column {table.name}.{name}", _MOVED)
            for table in (*_READ, _RULES)
            for name, place in (table.columns | table.functions).items()
            if places.get((table.number, name)) != place
        ]
    return {table: _rows(cursor, table, faults) for table in _READ}, faults


def is_known(cursor: CursorWrapper) -> bool:
    """Whether the server is of a version whose catalogue is known here, as it says when a connection begins."""
    return int(cursor.cursor.connection.info.server_version) <= LAST_KNOWN


def _rows(cursor: CursorWrapper, table: Table, faults: list[Found]) -> list[Row]:
    columns = ", ".join((*table.columns, *(f"{name}::pg_catalog.oid" for name in table.functions)))
    cursor.execute(f"SELECT {columns} FROM pg_catalog.{table.name}")  # noqa: S608  names of ours
    if cursor.cursor.pgresult.ftable(0) != table.number:
        faults.append((f"table {table.name}", _REPLACED))
    return list(cursor.fetchall())
