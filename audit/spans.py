"""The quick look at whole tiles of the log: read 256 entries at once, hash them, and say whether all is well.

A tile that is not well, for whatever reason, is not judged here: the walk reads it again row by row and names what
is wrong (`audit.tree_check`). So nothing here can excuse a fault; it can only cost time. Needs no settings, for a
second process does half of it (`audit.span_helper`).

Hashes are always taken here, from the stored bytes of the body. Whether an entry's columns say what its body says is
compared on PostgreSQL by the statement that reads them, with only the built-in functions in its reach: a database
that would lie about the comparison could as well lie about the column.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import accumulate
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from audit.body_form import KnownForms
from audit.clock import falls_back
from audit.frames import frame
from audit.merkle import HASH_BYTES

WIDTH = 256
# Tiles that one statement reads: enough to spread its cost, few enough to keep the memory flat.
SEGMENT = 32
# What an honest entry may be older than its neighbours in the tree, to find a segment's entries by their time.
_SLACK = "10 minutes"
_PLACES, _LENGTHS = struct.Struct(f">{WIDTH}q"), struct.Struct(f">{WIDTH}i")
# What this process has read in full of the bodies so far, as shapes.
_FORMS = KnownForms()
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  as in the rows, UTC without saying so

_MATCH = """
    '{"action":"' || e.action || '","actor":"' || e.actor || '","case_id":'
        || coalesce('"' || e.case_id || '"', 'null') || ',"channel":"' || e.channel || '","facts":' AS head,
    ',"id":"' || e.id || '","recorded_at":"'
        || to_char(e.recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US') || 'Z","subject_id":"'
        || e.subject_id || '","subject_kind":"' || e.subject_kind || '","v":1}' AS tail
"""
# Entries are found by their time, in one sweep; whichever does not lie in its neighbours' time is missing from the
# sweep, its tile is not well, and the walk finds it by its id. Nothing is sorted: the leaves are read in their order
# and the join keeps it, unless it needs the disk, so the order is looked at here and put right where need be. The
# OFFSET keeps what must match from being put together anew for each mention. All columns of a tile come as one string
# each, places and times as eight bytes and the bodies with their lengths: arrays would be made, sent and read one by
# one. A missing value leaves a string short, and its tile is not well.
_POSTGRES = f"""
    SELECT a.tile, a.places, a.hashes, a.bodies, a.lengths, a.entry_hashes, a.same, a.times, a.cases, t.hashes, t.root
    FROM (
        SELECT r.leaf_index >> 8 AS tile, string_agg(int8send(r.leaf_index), '') AS places,
            string_agg(r.leaf_hash, '') AS hashes, string_agg(r.body, '') AS bodies,
            string_agg(int4send(octet_length(r.body)), '') AS lengths, string_agg(r.entry_hash, '') AS entry_hashes,
            bool_and(coalesce(substring(r.body FOR octet_length(r.head)) = r.head
                AND substring(r.body FROM octet_length(r.body) - octet_length(r.tail) + 1) = r.tail, false)) AS same,
            string_agg(timestamptz_send(r.recorded_at), '') AS times, count(r.case_id) AS cases
        FROM (
            SELECT l.leaf_index, l.leaf_hash, e.body, e.leaf_hash AS entry_hash, e.recorded_at, e.case_id,
                textsend(e.head) AS head, textsend(e.tail) AS tail
            FROM audit_leaf l LEFT JOIN (
                SELECT e.id, e.body, e.leaf_hash, e.recorded_at, e.case_id, {_MATCH} FROM audit_entry e
                WHERE e.recorded_at BETWEEN
                    (SELECT min(b.recorded_at) FROM audit_entry b WHERE b.id IN
                        (SELECT entry_id FROM audit_leaf WHERE leaf_index IN (%(first)s, %(last)s)))
                        - interval '{_SLACK}'
                    AND (SELECT max(b.recorded_at) FROM audit_entry b WHERE b.id IN
                        (SELECT entry_id FROM audit_leaf WHERE leaf_index IN (%(first)s, %(last)s)))
                        + interval '{_SLACK}'
            ) e ON e.id = l.entry_id
            WHERE l.leaf_index BETWEEN %(first)s AND %(last)s OFFSET 0
        ) r GROUP BY 1
    ) a LEFT JOIN audit_tile t
        ON t.level = 0 AND t.tile_index = a.tile AND t.tile_index BETWEEN %(first)s >> 8 AND %(last)s >> 8
"""  # noqa: S608
# Text is read as bytes: what a tamperer made no UTF-8 must not end the reading. An entry and its leaf are written
# together, so both tables count alike, and the entry is found by its row number; its id must be the leaf's as well.
_SQLITE = """
    SELECT l.leaf_index, l.leaf_hash, e.body, e.leaf_hash, CAST(e.recorded_at AS BLOB), CAST(e.action AS BLOB),
        CAST(e.actor AS BLOB), CAST(e.case_id AS BLOB), CAST(e.channel AS BLOB), CAST(e.id AS BLOB),
        CAST(e.subject_id AS BLOB), CAST(e.subject_kind AS BLOB)
    FROM audit_leaf l LEFT JOIN audit_entry e ON e.rowid = l.leaf_index + :shift AND e.id = l.entry_id
    WHERE l.leaf_index BETWEEN :first AND :last ORDER BY l.leaf_index
"""
_CASE_COLUMN = 2  # among those after the time
_SQLITE_TILES = """
    SELECT tile_index, hashes, root FROM audit_tile WHERE level = 0 AND tile_index >= ? AND tile_index < ?
"""
_SQLITE_SHIFT = """
    SELECT e.rowid - l.leaf_index FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id WHERE l.leaf_index = ?
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One tile: `root` is the hash over its leaves, or empty where not all is well with it.

    `earliest` and `latest` bound the times of its entries; None where they fall back among themselves.
    """

    tile: int
    root: bytes = b""
    earliest: datetime | None = None
    latest: datetime | None = None


def verdicts(connection: Any, vendor: str, start: int, end: int) -> Iterator[Verdict]:
    """Yield a verdict on each full tile from `start` to before `end`, in order.

    `connection` is the driver's own, of psycopg or sqlite3. The statements of one segment are done when its verdicts
    are yielded, so the connection is free in between.
    """
    segment_of = _postgres_segment if vendor == "postgresql" else _sqlite_segment
    for first in range(start, end, SEGMENT):
        last = min(first + SEGMENT, end)
        found = segment_of(connection, first, last)
        for tile in range(first, last):
            yield found.get(tile, Verdict(tile))


def tile_root(row: Sequence[bytes]) -> bytes:
    """Return the hash over 256 hashes: `audit.merkle.complete_root`, unrolled for speed and tested against it."""
    row = list(row)
    while len(row) > 1:
        row = [sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)]
    return row[0]


def _postgres_segment(connection: Any, first: int, last: int) -> dict[int, Verdict]:
    with _unsorted(connection), psycopg.Cursor(connection) as cursor:
        cursor.execute(_POSTGRES, {"first": first * WIDTH, "last": last * WIDTH - 1}, binary=True)
        return {one.tile: one for one in map(_judge_postgres, cursor)}


@contextmanager
def _unsorted(connection: Any) -> Iterator[None]:
    """Have the planner group by hashing: by its estimates it would sort every body, twice."""
    how = setting_here(connection)
    connection.execute(f"{how} enable_sort = off")
    yield
    connection.execute(f"{how} enable_sort = on")


def setting_here(connection: Any) -> str:
    """Return how a setting is made that ends with the transaction, if there is one."""
    return "SET LOCAL" if connection.info.transaction_status != TransactionStatus.IDLE else "SET"


def _judge_postgres(row: tuple[Any, ...]) -> Verdict:
    tile, places, hashes, joined, lengths, entry_hashes, same, moments, cases, stored, stored_root = row
    if not same or len(places) != _PLACES.size or len(lengths) != _LENGTHS.size or entry_hashes != hashes:
        return Verdict(tile)
    # As eight bytes times cost nothing to read, and they sort as they are.
    bodies, times = _parted(joined, lengths), [moments[at : at + 8] for at in range(0, len(moments), 8)]
    wanted = _PLACES.pack(*range(tile * WIDTH, (tile + 1) * WIDTH))
    if places != wanted:
        found = [places[at : at + 8] for at in range(0, len(places), 8)]
        order = sorted(range(WIDTH), key=found.__getitem__)
        if b"".join([found[at] for at in order]) != wanted or len(hashes) != HASH_BYTES * WIDTH:
            return Verdict(tile)
        hashes = b"".join([hashes[at * HASH_BYTES :][:HASH_BYTES] for at in order])
        bodies, times = [bodies[at] for at in order], [times[at] for at in order]
    if stored != hashes:
        return Verdict(tile)
    return _judge(tile, _Bodies(bodies, cases), hashes, stored_root, _Times(times, _moment_of_bytes))


def _parted(joined: bytes, lengths: bytes) -> list[bytes]:
    ends = list(accumulate(_LENGTHS.unpack(lengths)))
    return [joined[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _sqlite_segment(connection: Any, first: int, last: int) -> dict[int, Verdict]:
    found: dict[int, Verdict] = {}
    shift = connection.execute(_SQLITE_SHIFT, (first * WIDTH,)).fetchone()
    if shift is None:
        return found
    stored = {tile: rest for tile, *rest in connection.execute(_SQLITE_TILES, (first, last))}
    cursor = connection.execute(
        _SQLITE, {"shift": shift[0], "first": first * WIDTH, "last": last * WIDTH - 1}
    )
    for tile in range(first, last):
        rows = cursor.fetchmany(WIDTH)
        if [row[0] for row in rows] != list(range(tile * WIDTH, (tile + 1) * WIDTH)):
            break  # a place is missing: this tile and, since the rows have shifted, the rest of the segment
        _indices, hashes, bodies, entry_hashes, times, *columns = zip(*rows, strict=True)
        leaves = b"".join(hashes)
        stored_hashes, stored_root = stored.get(tile, (None, None))
        if None in bodies or stored_hashes != leaves or b"".join(entry_hashes) != leaves:
            continue
        if _columns_agree(bodies, times, *columns):
            cases = WIDTH - columns[_CASE_COLUMN].count(None)
            found[tile] = _judge(
                tile, _Bodies(bodies, cases), leaves, stored_root, _Times(times, _moment_of_text)
            )
    cursor.close()
    return found


@dataclass(frozen=True, slots=True)
class _Bodies:
    """The bodies of a tile's entries, and how many of these have a case."""

    raw: Sequence[bytes]
    cases: int


@dataclass(frozen=True, slots=True)
class _Times:
    """The times of a tile's entries as they were read, and how to understand one."""

    raw: Sequence[bytes]
    read: Callable[[bytes], datetime]


def _judge(tile: int, bodies: _Bodies, hashes: bytes, stored_root: bytes | None, times: _Times) -> Verdict:
    """Hash the bodies and compare; and see that each says what it says in one way."""
    row = [sha256(b"\x00" + body).digest() for body in bodies.raw]
    root = tile_root(row)
    if b"".join(row) != hashes or root != stored_root or not _FORMS.hold(bodies.raw, cases=bodies.cases):
        return Verdict(tile)
    try:
        ordered = sorted(times.raw)
        if ordered != list(times.raw) and falls_back(map(times.read, times.raw)):
            return Verdict(tile, root)
        return Verdict(tile, root, times.read(ordered[0]), times.read(ordered[-1]))
    except (ValueError, OverflowError):  # no time of any calendar
        return Verdict(tile)


def _moment_of_bytes(raw: bytes) -> datetime:
    """PostgreSQL's binary form: microseconds since 2000."""
    return _EPOCH + timedelta(microseconds=int.from_bytes(raw, "big", signed=True))


def _moment_of_text(raw: bytes) -> datetime:
    return datetime.fromisoformat(raw.decode("ascii"))


def _columns_agree(bodies: Sequence[bytes], *columns: Sequence[bytes]) -> bool:
    for body, *entry in zip(bodies, *columns, strict=True):
        head, tail = frame(entry)
        if not (body.startswith(head) and body.endswith(tail)):
            return False
    return True
