"""Reading the tree of a published log from its tiles. Pure: whence the bytes come is the caller's affair.

Nothing in a tile is believed: whoever uses these nodes compares what they lead to with a signed root.
"""

from typing import Protocol

from audit.errors import PublishedLogUnreadable
from audit.merkle import HASH_BYTES, complete_root
from audit.tile_paths import WIDTH, TileName, tile_in

HEIGHT = 8
TILE_BYTES = WIDTH * HASH_BYTES


class Source(Protocol):
    """Where a published log lies."""

    def read(self, path: str, *, most: int) -> bytes | None:
        """Return a file's bytes, or None where there is no such file.

        Raises PublishedLogUnreadable where it cannot be read or is larger than `most` bytes.
        """


class PublishedNodes:
    """The nodes of a published tree for `audit.merkle`; keeps what it has read, so make one per task."""

    def __init__(self, source: Source, size: int) -> None:
        self._source = source
        self._size = size
        self._tiles: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree. Raises PublishedLogUnreadable for a tile that is missing or short."""
        tile_level, height = divmod(level, HEIGHT)
        first = index << height
        tile, offset = divmod(first, WIDTH)
        blob = self._tile(tile_level, tile)
        hashes = [
            blob[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(offset, offset + (1 << height))
        ]
        if len(hashes[-1]) != HASH_BYTES:
            raise PublishedLogUnreadable(f"The published tile {tile_level}/{tile} lacks hashes of this tree.")
        return complete_root(hashes)

    def _tile(self, level: int, index: int) -> bytes:
        if (level, index) not in self._tiles:
            self._tiles[level, index] = self._read(tile_in(self._size, level, index))
        return self._tiles[level, index]

    def _read(self, name: TileName) -> bytes:
        wanted = name.width * HASH_BYTES
        blob = self._source.read(name.path, most=TILE_BYTES)
        if blob is not None and len(blob) != wanted:
            raise PublishedLogUnreadable(
                f"The published tile {name.path} has {len(blob)} bytes instead of {wanted}."
            )
        if blob is None and name.width < WIDTH:
            # A log may drop a partial tile once the full one is there.
            blob = self._source.read(name.full_path, most=TILE_BYTES)
            if blob is not None and len(blob) != TILE_BYTES:
                raise PublishedLogUnreadable(
                    f"The published tile {name.full_path} has {len(blob)} bytes instead of {TILE_BYTES}."
                )
        if blob is None:
            raise PublishedLogUnreadable(f"The published log has no tile {name.path}.")
        return blob[:wanted]
