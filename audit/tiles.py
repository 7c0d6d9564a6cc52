"""The stored tree: leaves, and full tiles of 256 hashes (C2SP tlog-tiles) so that a proof reads a few rows.

A tile is written once, when its last hash is known, and never changes. What is not yet full is read from the level
below: partial tiles are never stored, so nothing is ever rewritten.
"""

from django.db import connection

from audit.merkle import HASH_BYTES, complete_root

WIDTH = 256
HEIGHT = 8  # 2^8 hashes


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
    """The nodes of the stored tree for `audit.merkle`; keeps what it has read, so make one per task."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree. Raises LookupError where the stored tree has no such node."""
        tile_level, height = divmod(level, HEIGHT)
        first = index << height
        tile, offset = divmod(first, WIDTH)
        hashes = self._tile(tile_level, tile)[offset : offset + (1 << height)]
        if len(hashes) != 1 << height:
            raise LookupError(f"The stored tree lacks hashes of level {tile_level} from {first} on.")
        return complete_root(hashes)

    def _tile(self, level: int, index: int) -> list[bytes]:
        if (level, index) not in self._tiles:
            self._tiles[level, index] = _full_tile(level, index) or read_hashes(
                level, index * WIDTH, (index + 1) * WIDTH
            )
        return self._tiles[level, index]


def _full_tile(level: int, index: int) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT hashes FROM audit_tile WHERE level = %s AND tile_index = %s", (level, index))
        row = cursor.fetchone()
    blob = bytes(row[0]) if row else b""
    return [blob[at : at + HASH_BYTES] for at in range(0, len(blob), HASH_BYTES)]
