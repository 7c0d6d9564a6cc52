"""The rows of some tiles as PostgreSQL hands them out with the least work: leaves by their tile, entries as they lie.

An entry lies in its table about where it was written, so the pages between those of a segment's first and last entry
hold nearly all of them; whichever does not lie there is looked up by its id. Nothing is joined or sorted by the server.
The columns of some pages' entries come as one string each: rows would be made, sent and read one by one, and strings of
a whole segment are so long that the server would ask the system for fresh memory each time. Needs no settings.
"""

import struct
import uuid
from collections.abc import Iterable, Sequence
from itertools import starmap
from typing import Any, NamedTuple

import psycopg

from audit.body_form import KnownForms, Parts
from audit.columns import ID_BYTES, as_postgres_writes, digits_of
from audit.merkle import HASH_BYTES, leaf_hashes

WIDTH = 256
_PLACES = struct.Struct(f">{WIDTH}q")
# Pages whose entries come as one row, and the most pages that are read for a segment before each entry is looked up.
_TOGETHER, _MOST = 8, 2_000
# Longer bodies (bytes) are rare and not sent: hundreds of them would lie on these pages, each taking a few bytes there.
LONGEST = 16_384

_LEAVES = f"""
    SELECT g.tile, l.whole, l.places, l.ids, l.hashes, t.hashes, t.root
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS g (tile)
    CROSS JOIN LATERAL (
        SELECT bool_and(octet_length(o.leaf_hash) = {HASH_BYTES} AND num_nulls(o.entry_id, o.leaf_hash) = 0) AS whole,
            string_agg(int8send(o.leaf_index), '') AS places, string_agg(uuid_send(o.entry_id), '') AS ids,
            string_agg(o.leaf_hash, '') AS hashes
        FROM (
            SELECT leaf_index, entry_id, leaf_hash FROM audit_leaf
            WHERE leaf_index BETWEEN g.tile << 8 AND (g.tile << 8) + 255 ORDER BY leaf_index
        ) o
    ) l CROSS JOIN LATERAL (
        SELECT string_agg(s.hashes, '') AS hashes, string_agg(s.root, '') AS root FROM audit_tile s
        WHERE s.level = 0 AND s.tile_index = g.tile
    ) t
"""  # noqa: S608
_LIES = "SELECT ctid::text FROM audit_entry WHERE id IN (%s, %s)"
# A value that is missing would leave a string short, and another one with a quotation mark in it could make up for it.
# No value is cast: whoever owns the database can make a cast of a type of the system that says what they like.
_COLUMNS = f"""
    bool_and(octet_length(e.leaf_hash) = {HASH_BYTES} AND octet_length(e.body) <= {LONGEST}
        AND num_nulls(e.body, e.leaf_hash, e.recorded_at, e.action, e.actor, e.channel, e.subject_id,
            e.subject_kind) = 0),
    string_agg(uuid_send(e.id), ''),
    string_agg(CASE WHEN octet_length(e.body) <= {LONGEST} THEN e.body END, '\\x0a'), string_agg(e.leaf_hash, ''),
    textsend(array_to_string(array_agg(e.recorded_at), E'\\n')), textsend(string_agg(e.action, '"')),
    textsend(string_agg(e.actor, '"')), textsend(array_to_string(array_agg(e.case_id), '"', '')),
    textsend(string_agg(e.channel, '"')), textsend(string_agg(e.subject_id, '"')),
    textsend(string_agg(e.subject_kind, '"'))
"""
_BY_PAGE = f"""
    SELECT r.* FROM generate_series(%(first)s::bigint, %(last)s::bigint, {_TOGETHER}) AS g (page)
    CROSS JOIN LATERAL (
        SELECT {_COLUMNS} FROM audit_entry e
        WHERE e.ctid >= ('(' || g.page || ',0)')::tid
            AND e.ctid < ('(' || least(g.page + {_TOGETHER}, %(last)s + 1) || ',0)')::tid
    ) r
"""  # noqa: S608
_BY_ID = f"SELECT {_COLUMNS} FROM audit_entry e WHERE e.id = ANY (%(ids)s::uuid[])"  # noqa: S608


class Leaves(NamedTuple):
    """The places of one tile, their entries' ids and their hashes, and what is stored as the tile itself."""

    tile: int
    whole: bool | None
    places: bytes | None
    ids: bytes
    hashes: bytes
    stored: bytes | None
    stored_root: bytes | None

    @property
    def are_all_there(self) -> bool:
        """Whether every place is taken, once, and the tile holds the same hashes."""
        wanted = _PLACES.pack(*range(self.tile * WIDTH, (self.tile + 1) * WIDTH))
        return bool(self.whole) and self.places == wanted and self.stored == self.hashes


class _Group(NamedTuple):
    """Some entries, a string for each column; all empty where there are none."""

    whole: bool | None
    ids: bytes
    bodies: bytes
    hashes: bytes
    moments: bytes
    actions: bytes
    actors: bytes
    cases: bytes
    channels: bytes
    subjects: bytes
    kinds: bytes

    def say(self, parts: Parts) -> bool:
        """Whether the columns say the same as the bodies."""
        joined = b'"'.join
        return (
            digits_of(parts.ids) == self.ids.hex().encode()
            and as_postgres_writes(parts.moments) == self.moments
            and joined(parts.actions) == self.actions
            and joined(parts.actors) == self.actors
            and joined(parts.cases) == self.cases
            and joined(parts.channels) == self.channels
            and joined(parts.subjects) == self.subjects
            and joined(parts.kinds) == self.kinds
        )


class Entries:
    """Entries as they came, found by their ids: their hashes and moments. Of those that say other things than their
    columns or have another hash nothing is kept, nor of those that came with them. Bodies are looked at while they are
    warm in the processor and go.
    """

    def __init__(self, forms: KnownForms) -> None:
        self._forms = forms
        self._ids: list[bytes] = []
        self._hashes: list[bytes] = []
        self._moments: list[bytes | None] = []
        self._joined_ids = self._joined_hashes = b""
        self._at: dict[bytes, int] = {}

    def take(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add what the server sent."""
        for group in starmap(_Group, rows):
            if group.ids is not None:
                self._add(group, len(group.ids) // ID_BYTES)
        self._joined_ids, self._joined_hashes = b"".join(self._ids), b"".join(self._hashes)
        self._at = {}

    def _add(self, group: _Group, count: int) -> None:
        parts = self._forms.parts(group.bodies + b"\n", count) if group.whole else None
        self._ids.append(group.ids)
        if parts and group.say(parts) and b"".join(leaf_hashes(parts.bodies)) == group.hashes:
            self._hashes.append(group.hashes)
            self._moments += parts.moments
        else:
            self._hashes.append(bytes(HASH_BYTES * count))
            self._moments += [None] * count

    def lacking(self, ids: bytes) -> list[bytes]:
        """Return those of the ids that did not come."""
        if self._start(ids) >= 0:
            return []
        return [one for one in _each(ids) if one not in self._places()]

    def of(self, ids: bytes) -> tuple[bytes, list[bytes]] | None:
        """Return hashes behind each other and moments in the order of these ids; None where one is missing or unfit."""
        start = self._start(ids)
        if start >= 0:  # most entries lie in the order of the tree
            end = start + len(ids) // ID_BYTES
            hashes, moments = (
                self._joined_hashes[start * HASH_BYTES : end * HASH_BYTES],
                self._moments[start:end],
            )
        else:
            found = [self._places().get(one, -1) for one in _each(ids)]
            hashes = b"".join([self._joined_hashes[at * HASH_BYTES :][:HASH_BYTES] for at in found])
            moments = [self._moments[at] if at >= 0 else None for at in found]
        fit = [one for one in moments if one is not None]
        return (hashes, fit) if len(fit) == len(moments) else None

    def _start(self, ids: bytes) -> int:
        """Where these ids lie behind each other, or -1. Looked for by the first: all of them would take longer."""
        start = self._joined_ids.find(ids[:ID_BYTES])
        together = self._joined_ids.startswith(ids, start) if start >= 0 else False
        return start // ID_BYTES if together and start % ID_BYTES == 0 else -1

    def _places(self) -> dict[bytes, int]:
        self._at = self._at or {one: at for at, one in enumerate(_each(self._joined_ids))}
        return self._at


def _each(ids: bytes) -> list[bytes]:
    return [ids[at : at + ID_BYTES] for at in range(0, len(ids), ID_BYTES)]


def read_leaves(connection: psycopg.Connection[Any], first: int, last: int) -> dict[int, Leaves]:
    """Return the leaves of the tiles from `first` to `last`, of those that are all there."""
    with psycopg.Cursor(connection) as cursor:
        cursor.execute(_LEAVES, {"first": first, "last": last}, binary=True, prepare=True)
        tiles = list(starmap(Leaves, cursor))
    return {one.tile: one for one in tiles if one.are_all_there}


def read_entries(connection: psycopg.Connection[Any], ids: bytes, forms: KnownForms) -> Entries:
    """Return the entries of these ids, and maybe others that lie between them."""
    entries = Entries(forms)
    with psycopg.Cursor(connection) as cursor:
        cursor.execute(_LIES, (_written(ids[:ID_BYTES]), _written(ids[-ID_BYTES:])), prepare=True)
        pages = sorted(int(place[1:].partition(",")[0]) for (place,) in cursor)
        if pages and pages[-1] - pages[0] < _MOST:
            # Row by row, so that the server goes on reading while what it sent is looked at.
            entries.take(cursor.stream(_BY_PAGE, {"first": pages[0], "last": pages[-1]}, binary=True))
        lacking = entries.lacking(ids)
        for at in range(0, len(lacking), WIDTH):
            cursor.execute(_BY_ID, {"ids": list(map(_written, lacking[at : at + WIDTH]))}, binary=True)
            entries.take(cursor)
    return entries


def _written(raw: bytes) -> uuid.UUID:
    return uuid.UUID(bytes=raw)
