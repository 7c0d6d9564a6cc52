"""The stored tree: leaves, and full tiles of 256 hashes (C2SP tlog-tiles) so that a proof reads a few rows.

A tile is written once, when its last hash is known, and never changes. What is not yet full is read from the level
below: partial tiles are never stored, so nothing is ever rewritten.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from operator import itemgetter
from types import MappingProxyType

from django.db import connection

from audit.merkle import HASH_BYTES, complete_root, rows_above

WIDTH = 256
HEIGHT = 8  # 2^8 hashes

Place = tuple[int, int]  # a level and an index in it


def tree_size() -> int:
    """Return how many leaves the tree has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(leaf_index) FROM audit_leaf")
        (last,) = cursor.fetchone()
    return 0 if last is None else int(last) + 1


def seal_tiles(old_size: int, new_size: int) -> None:
    """Write every tile that the growth from old_size to new_size leaves has filled, lowest level first."""
    level = 0
    while new_size >= WIDTH:
        old_size, new_size = old_size // WIDTH, new_size // WIDTH
        for index in range(old_size, new_size):
            _seal(level, index)
        level += 1


def _seal(level: int, index: int) -> None:
    hashes = read_hashes(level, index * WIDTH, (index + 1) * WIDTH)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_tile (level, tile_index, hashes, root) VALUES (%s, %s, %s, %s)",
            (level, index, b"".join(hashes), complete_root(hashes)),
        )


def read_hashes(level: int, start: int, end: int) -> list[bytes]:
    """Return the hashes start..end of a tile level: leaf hashes at level 0, roots of full tiles above."""
    if level == 0:
        sql = (
            "SELECT leaf_hash FROM audit_leaf WHERE leaf_index >= %s AND leaf_index < %s ORDER BY leaf_index"
        )
        parameters: tuple[int, ...] = (start, end)
    else:
        sql = (
            "SELECT root FROM audit_tile WHERE level = %s AND tile_index >= %s AND tile_index < %s"
            " ORDER BY tile_index"
        )
        parameters = (level - 1, start, end)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [bytes(row[0]) for row in cursor.fetchall()]


class StoredNodes:
    """The nodes of the stored tree for `audit.merkle`; keeps the tiles that it has read, so make one per task."""

    def __init__(self, tiles: Mapping[Place, bytes] = MappingProxyType({})) -> None:
        self._tiles = dict(tiles)

    def __call__(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree. Raises LookupError where the stored tree has no such node."""
        tile_level, height = divmod(level, HEIGHT)
        tile, offset = divmod(index, WIDTH >> height)
        rows = _pyramid(self._tile(tile_level, tile))
        found = rows[height][offset * HASH_BYTES :][:HASH_BYTES] if height < len(rows) else b""
        if not found:
            raise _lacking(tile_level, index << height)
        return found

    def read_ahead(self, size: int, indexes: Iterable[int]) -> None:
        """Read all tiles that proofs of these leaves under a tree of `size` need, in two questions to the database."""
        wanted = {place for index in {*indexes, size - 1} for place in _places_above(index, size)}
        wanted -= self._tiles.keys()
        if not wanted:
            return
        self._tiles |= _full_tiles(wanted)
        self._tiles |= _growing_tiles(wanted - self._tiles.keys())

    def _tile(self, level: int, index: int) -> bytes:
        place = (level, index)
        if place not in self._tiles:
            self._tiles |= _full_tiles({place}) or _growing_tiles({place})
        return self._tiles[place]


@lru_cache(maxsize=8)
def nodes_under(size: int, root: bytes) -> Mapping[Place, bytes]:
    """Return the tiles at the right edge of the tree of this size, which every proof to its root needs.

    Kept from call to call. The root binds them: were the rows changed since, what is kept still leads to what was
    signed, and what is read anew does not. Raises LookupError where the stored tree lacks one of their hashes.
    """
    found = {}
    for level, index in _places_above(size - 1, size):
        start, end = index * WIDTH, size >> (HEIGHT * level)
        hashes = read_hashes(level, start, end)
        if len(hashes) != end - start:
            raise _lacking(level, start)
        found[level, index] = b"".join(hashes)
    return found


# A pyramid takes 16 KiB. Found by its hashes themselves, so that no other tile can take its place.
@lru_cache(maxsize=64)
def _pyramid(hashes: bytes) -> list[bytes]:
    return rows_above(hashes)


def _lacking(level: int, start: int) -> LookupError:
    return LookupError(f"The stored tree lacks hashes of level {level} from {start} on.")


def _places_above(index: int, size: int) -> Iterator[Place]:
    """The tile of each level over a leaf, as far as the tree of this size reaches."""
    level = 0
    while size > 0:
        index, size = index // WIDTH, size // WIDTH
        yield level, index
        level += 1


def _full_tiles(places: Collection[Place]) -> dict[Place, bytes]:
    """The tiles among these that are full."""
    values = ", ".join(["(%s, %s)"] * len(places))
    # A cross join, for SQLite keeps its order and looks each tile up; with IN (VALUES …) it reads them all.
    sql = f"""
        WITH wanted (level, tile_index) AS (VALUES {values})
        SELECT t.level, t.tile_index, t.hashes FROM wanted w CROSS JOIN audit_tile t
        WHERE t.level = w.level AND t.tile_index = w.tile_index
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [number for place in places for number in place])
        return {(level, index): bytes(blob) for level, index, blob in cursor.fetchall()}


def _growing_tiles(places: Collection[Place]) -> dict[Place, bytes]:
    """What there is of tiles that are not full yet, from the level below: these are the tree's right edge."""
    found: dict[Place, list[bytes]] = {place: [] for place in places}
    parts, parameters = [], []
    for level, index in found:
        parts.append(_LEAVES if level == 0 else _ROOTS)
        parameters += [level, index, *([level - 1] if level else []), index * WIDTH, (index + 1) * WIDTH]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        for level, index, _position, hashed in sorted(cursor.fetchall(), key=itemgetter(0, 1, 2)):
            found[level, index].append(bytes(hashed))
    return {place: b"".join(hashes) for place, hashes in found.items()}


_LEAVES = (
    "SELECT CAST(%s AS bigint), CAST(%s AS bigint), leaf_index, leaf_hash FROM audit_leaf"
    " WHERE leaf_index >= %s AND leaf_index < %s"
)
_ROOTS = (
    "SELECT CAST(%s AS bigint), CAST(%s AS bigint), tile_index, root FROM audit_tile"
    " WHERE level = %s AND tile_index >= %s AND tile_index < %s"
)
