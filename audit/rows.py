"""The rows of the log as the verifier reads them: streamed past the ORM, alike from SQLite and PostgreSQL."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

# Bodies can be long (64 KiB): few enough rows at once to keep the memory flat.
_CHUNK = 200
# Where a body writes the one, its column has the other; a column that is written as a body is no moment.
_SWAPPED = str.maketrans(" T", "T ")
_PLAIN = (
    "e.id, e.body, e.leaf_hash,"
    " e.action, e.actor, e.case_id, e.channel, {recorded_at}, e.subject_id, e.subject_kind"
)
# Whatever a tamperer wrote must be read and shown, not trip the driver: times that no calendar has, text that is no
# UTF-8.
_POSTGRES_ENTRY = _PLAIN.format(
    recorded_at="CASE WHEN e.recorded_at >= '0001-01-01 00:00:00+00' AND"
    " e.recorded_at < '10000-01-01 00:00:00+00' THEN to_char(e.recorded_at AT TIME ZONE 'UTC',"
    " 'YYYY-MM-DD HH24:MI:SS.US') ELSE e.recorded_at::text END"
)
_SQLITE_ENTRY = _PLAIN.format(recorded_at="e.recorded_at")
for _column in (
    "e.id",
    "e.action",
    "e.actor",
    "e.case_id",
    "e.channel",
    "e.recorded_at",
    "e.subject_id",
    "e.subject_kind",
):
    # What is of another type than its column no search finds: shown as SQL writes it, behind a mark.
    _TEXT = f"CASE typeof({_column}) WHEN 'text' THEN {_column} WHEN 'null' THEN NULL ELSE '\"' || quote({_column}) END"
    _SQLITE_ENTRY = _SQLITE_ENTRY.replace(_column, f"CAST({_TEXT} AS BLOB)")
_IN_ORDER = """
    SELECT l.leaf_index, l.entry_id, l.leaf_hash, {entry}
    FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id
    WHERE l.leaf_index >= %s AND l.leaf_index < %s ORDER BY l.leaf_index
"""
_WAITING = """
    SELECT -1, u.entry_id, e.leaf_hash, {entry}
    FROM audit_unsequenced u JOIN audit_entry e ON e.id = u.entry_id ORDER BY u.entry_id
"""
_POSTGRES_OUTSIDE = """
    SELECT e.id FROM audit_entry e
    WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id)
      AND NOT EXISTS (SELECT 1 FROM audit_unsequenced u WHERE u.entry_id = e.id)
    ORDER BY e.id
"""
# With an order, SQLite merges the two keys as they lie, in a tenth of the time that looking each one up takes.
_SQLITE_OUTSIDE = """
    SELECT id FROM audit_entry
    EXCEPT SELECT entry_id FROM audit_leaf EXCEPT SELECT entry_id FROM audit_unsequenced ORDER BY 1
"""


_FALSELY_WAITING = "SELECT u.entry_id FROM audit_unsequenced u"
_PLACED_OR_NONE = (
    " WHERE EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = u.entry_id)"
    " OR NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = u.entry_id)"
)
_ENTRIES_AND_PLACES = """
    SELECT (SELECT count(*) FROM audit_entry),
        (SELECT count(*) FROM audit_leaf) + (SELECT count(*) FROM audit_unsequenced)
"""
# From the table itself: an index that lacks a row would not tell.
_POSTGRES_TWICE = "SELECT id FROM audit_entry GROUP BY id HAVING count(leaf_hash) > 1 ORDER BY id LIMIT 100"
_SQLITE_TWICE = "SELECT id FROM audit_entry NOT INDEXED GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT 100"
_BEFORE_THE_FIRST = "SELECT leaf_index FROM audit_leaf WHERE leaf_index < 0 ORDER BY leaf_index LIMIT 100"
_TILES_BEFORE_THE_FIRST = """
    SELECT level, tile_index FROM audit_tile WHERE level < 0 OR tile_index < 0 ORDER BY level, tile_index LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """An entry's columns in the words of its body."""

    id: str
    action: str
    actor: str
    case_id: str | None
    channel: str
    recorded_at: str
    subject_id: str
    subject_kind: str


@dataclass(frozen=True, slots=True)
class StoredLeaf:
    """One place of the tree with what is stored for it; `body` is None where the entry is gone."""

    index: int
    entry_id: str
    leaf_hash: bytes
    body: bytes | None
    entry_hash: bytes
    columns: Columns | None


def leaves_between(start: int, end: int) -> Iterator[StoredLeaf]:
    """Yield the leaves from `start` to before `end` with their entries, in memory that does not grow."""
    for row in stream(_IN_ORDER.format(entry=_entry()), (start, end)):
        yield _stored(row)


def hashes_between(start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield index and hash of the leaves from `start` to before `end`, without their entries."""
    sql = (
        "SELECT leaf_index, leaf_hash FROM audit_leaf"
        " WHERE leaf_index >= %s AND leaf_index < %s ORDER BY leaf_index"
    )
    for index, hashed in stream(sql, (start, end)):
        yield int(index), bytes(hashed)


def waiting_entries() -> Iterator[StoredLeaf]:
    """Yield the entries that wait for their place, with the index -1 and their own hash in the leaf's stead."""
    for row in stream(_WAITING.format(entry=_entry()), ()):
        yield _stored(row)


def _entry() -> str:
    return _POSTGRES_ENTRY if connection.vendor == "postgresql" else _SQLITE_ENTRY


def _stored(row: tuple[Any, ...]) -> StoredLeaf:
    place, entry_id, leaf_hash, found, body, entry_hash, *rest = row
    index = int(place)  # whatever type the column was given
    if found is None:
        return StoredLeaf(index, as_id(entry_id), bytes(leaf_hash or b""), None, b"", None)
    action, actor, case_id, channel, recorded_at, subject_id, subject_kind = rest
    columns = Columns(
        id=as_id(found),
        action=as_text(action),
        actor=as_text(actor),
        case_id=as_id(case_id) if case_id is not None else None,
        channel=as_text(channel),
        recorded_at=as_text(recorded_at).translate(_SWAPPED) + "Z",
        subject_id=as_text(subject_id),
        subject_kind=as_text(subject_kind),
    )
    return StoredLeaf(
        index, as_id(entry_id), bytes(leaf_hash or b""), bytes(body), bytes(entry_hash or b""), columns
    )


def entries_outside() -> Iterator[str]:
    """Yield the id of every entry that has no leaf and does not wait for one."""
    sql = _POSTGRES_OUTSIDE if connection.vendor == "postgresql" else _SQLITE_OUTSIDE
    for (entry_id,) in stream(sql, ()):
        yield as_id(entry_id)


def entries_and_places() -> tuple[int, int]:
    """Return how many entries there are, and how many have or await a place; in one look."""
    [(entries, places)] = stream(_ENTRIES_AND_PLACES, ())
    return int(entries), int(places)


def entries_twice() -> list[str]:
    """Return the ids that more than one entry has, at most 100: their key was not in force when the second came."""
    sql = _POSTGRES_TWICE if connection.vendor == "postgresql" else _SQLITE_TWICE
    return [as_id(entry_id) for (entry_id,) in stream(sql, ())]


def falsely_waiting() -> Iterator[str]:
    """Yield the id of what waits though it has its place or is no entry; on SQLite none waits, so of whatever does."""
    only = _PLACED_OR_NONE if connection.vendor == "postgresql" else ""
    for (entry_id,) in stream(f"{_FALSELY_WAITING}{only} ORDER BY u.entry_id", ()):
        yield as_id(entry_id)


def before_the_first() -> list[int]:
    """Return the leaves with a negative index, which no walk from the first leaf on comes to, at most 100."""
    return [index for (index,) in stream(_BEFORE_THE_FIRST, ())]


def tiles_before_the_first() -> list[tuple[int, int]]:
    """Return level and index of the tiles that no tree can have for one of these is negative, at most 100."""
    return [(level, index) for level, index in stream(_TILES_BEFORE_THE_FIRST, ())]


def stream(sql: str, parameters: tuple[int | str | list[str], ...]) -> Iterator[tuple[Any, ...]]:
    """Yield rows from a cursor of the server's, so that no more than a chunk is held here."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows


def as_id(value: uuid.UUID | str | bytes) -> str:
    """Return an id in its written form, from whatever the driver gave."""
    if isinstance(value, uuid.UUID):
        return str(value)
    # Whatever a tamperer wrote into SQLite's text column is shown as it is.
    text = as_text(value)
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}" if len(text) == 32 else text


def as_text(value: str | bytes) -> str:
    """Return text as it is, and the bytes that are no UTF-8 escaped."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value


def reordered_between(start: int, end: int) -> list[int]:
    """Return the first leaves from `start` to before `end` that are older than the leaf before them, at most 100."""
    sql = """
        SELECT o.leaf_index FROM (
            SELECT l.leaf_index, e.recorded_at, lag(e.recorded_at) OVER (ORDER BY l.leaf_index) AS before
            FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
            WHERE l.leaf_index >= %s AND l.leaf_index < %s
        ) o WHERE o.recorded_at < o.before ORDER BY o.leaf_index LIMIT 100
    """
    return [index for (index,) in stream(sql, (start, end))]


def actions() -> list[str]:
    """Return every action that an entry names, by leaping along the index from one to the next."""
    sql = """
        WITH RECURSIVE named (action) AS (
            SELECT min(action) FROM audit_entry
            UNION ALL
            SELECT (SELECT min(e.action) FROM audit_entry e WHERE e.action > named.action) FROM named
            WHERE named.action IS NOT NULL
        ) SELECT action FROM named WHERE action IS NOT NULL
    """
    if connection.vendor == "sqlite":
        sql = sql.replace("SELECT action FROM named", "SELECT CAST(action AS BLOB) FROM named")
    return [as_text(action) for (action,) in stream(sql, ())]


def bodies_in_order(size: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield index, leaf hash and body of each leaf below `size`; the body is empty where the entry is gone."""
    sql = """
        SELECT l.leaf_index, l.leaf_hash, e.body FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id
        WHERE l.leaf_index < %s ORDER BY l.leaf_index
    """
    for index, hashed, body in stream(sql, (size,)):
        yield int(index), bytes(hashed), bytes(body or b"")
