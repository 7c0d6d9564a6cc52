"""Where the tiles of a published log lie (C2SP tlog-tiles). Pure: sizes and names, no disk."""

from collections.abc import Iterator
from dataclasses import dataclass

WIDTH = 256
CHECKPOINT = "checkpoint"
# Names of ours beside those of the specification; the version is the first thing in the name.
PUBLIC_KEYS = "log.v1.pub"
ROTATIONS = "log.v1.rotations.json"


@dataclass(frozen=True, slots=True)
class TileName:
    """A tile by level, index and how many hashes it holds, 1 to 256."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        """`tile/<L>/<N>[.p/<W>]`, with N in groups of three digits: `x001/x234/067`."""
        return f"tile/{self.level}/{_elements(self.index, self.width)}"

    @property
    def full_path(self) -> str:
        """The path of the full tile, which may have taken a partial one's place."""
        return f"tile/{self.level}/{_elements(self.index, WIDTH)}"

    @property
    def entries_path(self) -> str:
        """The path of the bundle with the entries under a tile of level 0."""
        return f"tile/entries/{_elements(self.index, self.width)}"


def tile_in(size: int, level: int, index: int) -> TileName:
    """Return the tile as it is in a tree of `size` leaves. Raises ValueError where it has none of its hashes."""
    width = min((size >> (8 * level)) - index * WIDTH, WIDTH)
    if width < 1:
        raise ValueError("A tree of this size has no such tile.")
    return TileName(level, index, width)


def tiles_of(size: int) -> Iterator[TileName]:
    """Return every tile of a tree of `size` leaves, lowest level first."""
    level, hashes = 0, size
    while hashes:
        for index in range(-(-hashes // WIDTH)):
            yield TileName(level, index, min(hashes - index * WIDTH, WIDTH))
        level, hashes = level + 1, hashes // WIDTH


def _elements(index: int, width: int) -> str:
    digits = f"{index % 1000:03d}"
    while index >= 1000:
        index //= 1000
        digits = f"x{index % 1000:03d}/{digits}"
    return digits if width == WIDTH else f"{digits}.p/{width}"
