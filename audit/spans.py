"""The quick look at whole tiles of the log: read 256 entries at once, hash them, and say whether all is well.

A tile that is not well, for whatever reason, is not judged here: the walk reads it again row by row and names what
is wrong (`audit.tree_check`). So nothing here can excuse a fault; it can only cost time. Needs no settings, for a
second process does half of it (`audit.span_helper`).

Everything is compared here, from the stored bytes: the body with its hashes, and what it says with its columns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.body_form import KnownForms
from audit.clock import falls_back
from audit.columns import agree_on_sqlite
from audit.merkle import HASH_BYTES, leaf_hashes, rows_above
from audit.postgresql_rows import LONGEST, WIDTH, read_entries, read_leaves

# Tiles that are read at once: enough to spread what each reading costs, few enough to keep the memory flat.
SEGMENT = 16
# What this process has read in full of the bodies so far, as shapes.
_FORMS = KnownForms()
_TEXTS = """
    e.id, e.recorded_at, e.action, e.actor, coalesce(e.case_id, ''), e.channel, e.subject_id, e.subject_kind
"""
# Text is read as bytes: what a tamperer made no UTF-8 must not end the reading. An entry and its leaf are written
# together, so both tables count alike, and the entry is found by its row number; its id must be the leaf's too. Each
# column must be text (behind all numbers, before all bytes in their order): no search finds what is anything else.
_SQLITE = f"""
    SELECT l.leaf_index, l.leaf_hash, CASE WHEN length(e.body) <= {LONGEST} THEN e.body END, e.leaf_hash,
        CAST(e.recorded_at AS BLOB), CAST(e.action AS BLOB), CAST(e.actor AS BLOB), CAST(e.case_id AS BLOB),
        CAST(e.channel AS BLOB), CAST(e.id AS BLOB), CAST(e.subject_id AS BLOB), CAST(e.subject_kind AS BLOB)
    FROM audit_leaf l LEFT JOIN audit_entry e ON e.rowid = l.leaf_index + :shift AND e.id = l.entry_id
        AND min({_TEXTS}) >= '' AND max({_TEXTS}) < x''
    WHERE l.leaf_index BETWEEN :first AND :last ORDER BY l.leaf_index
"""  # noqa: S608
_SQLITE_TILES = """
    SELECT tile_index, hashes, root FROM audit_tile WHERE level = 0 AND tile_index >= ? AND tile_index < ?
"""
_SQLITE_SHIFT = """
    SELECT e.rowid - l.leaf_index FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id WHERE l.leaf_index = ?
"""
# Whoever asks for an entry by its id is led by the key, which could be made to lead to another row.
_SQLITE_LED = """
    SELECT count(*) FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
    WHERE l.leaf_index BETWEEN :first AND :last AND +e.rowid = l.leaf_index + :shift
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


def _postgres_segment(connection: Any, first: int, last: int) -> dict[int, Verdict]:
    leaves = read_leaves(connection, first, last - 1)
    if not leaves:
        return {}
    entries = read_entries(connection, b"".join([one.ids for one in leaves.values()]), _FORMS)
    verdicts = {}
    for tile, one in leaves.items():
        hashes, moments = entries.of(one.ids) or (b"", [])
        if hashes == one.hashes:
            verdicts[tile] = _judge(tile, hashes, one.stored_root, moments)
    return verdicts


def _sqlite_segment(connection: Any, first: int, last: int) -> dict[int, Verdict]:
    found: dict[int, Verdict] = {}
    shift = connection.execute(_SQLITE_SHIFT, (first * WIDTH,)).fetchone()
    if shift is None:
        return found
    span = {"shift": shift[0], "first": first * WIDTH, "last": last * WIDTH - 1}
    if connection.execute(_SQLITE_LED, span).fetchone() != ((last - first) * WIDTH,):
        return found
    stored = {tile: rest for tile, *rest in connection.execute(_SQLITE_TILES, (first, last))}
    cursor = connection.execute(_SQLITE, span)
    for tile in range(first, last):
        rows = cursor.fetchmany(WIDTH)
        if [row[0] for row in rows] != list(range(tile * WIDTH, (tile + 1) * WIDTH)):
            break  # a place is missing: this tile and, since the rows have shifted, the rest of the segment
        _indices, hashes, bodies, entry_hashes, *columns = zip(*rows, strict=True)
        leaves = b"".join(hashes)
        stored_hashes, stored_root = stored.get(tile, (None, None))
        if None in bodies or set(map(len, (*hashes, *entry_hashes))) != {HASH_BYTES}:
            continue
        if stored_hashes != leaves or b"".join(entry_hashes) != leaves:
            continue
        parts = _FORMS.parts(b"\n".join([*bodies, b""]), WIDTH)
        if parts and agree_on_sqlite(parts, columns) and b"".join(leaf_hashes(bodies)) == leaves:
            found[tile] = _judge(tile, leaves, stored_root, parts.moments)
    cursor.close()
    return found


def _judge(tile: int, hashes: bytes, stored_root: bytes | None, moments: Sequence[bytes]) -> Verdict:
    """See what these proven hashes come to, and that the times of their entries do not fall back."""
    root = rows_above(hashes)[-1]
    if root != stored_root:
        return Verdict(tile)
    try:
        ordered = sorted(moments)
        if ordered != list(moments) and falls_back(map(_moment, moments)):
            return Verdict(tile, root)
        return Verdict(tile, root, _moment(ordered[0]), _moment(ordered[-1]))
    except (ValueError, OverflowError):  # no time of any calendar
        return Verdict(tile)


def _moment(raw: bytes) -> datetime:
    """The time that an entry states, without its zone: all are UTC."""
    return datetime.fromisoformat(raw.removesuffix(b"Z").decode("ascii"))
