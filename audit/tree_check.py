"""The part of the verification that walks the tree: entries against leaves, leaves against tiles, and the roots."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from audit.clock import Clock
from audit.entry_check import EntryCheck
from audit.faults import FaultKind, LogReport
from audit.merkle import HASH_BYTES, TreeHasher, complete_root
from audit.models import Tile
from audit.places import Places
from audit.rows import StoredLeaf, hashes_between, leaves_between, waiting_entries
from audit.spans import Verdict
from audit.tiles import HEIGHT, WIDTH

_NOTHING = b"\x00" * HASH_BYTES
# Wider gaps, or more places in all gaps, are not walked place by place: somebody wrote huge indexes, and the walk must
# end.
_WALKED_GAP, _WALKED_IN_ALL = 100_000, 1_000_000


class TreeCheck:
    """One walk over the tree up to `report.size`, noting every break in the report."""

    def __init__(
        self, report: LogReport, *, wanted: Iterable[int], sealed: Mapping[int, int], since: int = 0
    ) -> None:
        """`wanted` are the sizes whose roots are needed; `sealed` is the index of the last tile of each level.

        Entries below `since` are not read again; their hashes are.
        """
        self.roots: dict[int, bytes] = {}
        self._report = report
        self._wanted = sorted(set(wanted), reverse=True)
        self._sealed = sealed
        self._trusted = since // WIDTH  # this many tiles are taken by their hashes alone
        self._hasher = TreeHasher()
        self._rows: list[list[bytes]] = [[]]  # the hashes of each level since its last full tile
        self._full: list[int] = [0]  # how many tiles of each level are full
        self._at = 0
        self._bridged = 0  # how many places were missing so far
        self._lost = False  # whether the gaps were too wide to go on comparing the tree
        self._places = Places(report)
        self._entries = EntryCheck(report, Clock(report))

    def run(self, looked: Iterable[Verdict], progress: Callable[[int], object]) -> None:
        """Walk, taking whole tiles that were looked at and are well, and the rest row by row.

        Afterwards the report holds the root of it all. `progress` is told the number of leaves passed.
        """
        row_by_row = self._trusted * WIDTH
        self._keep_roots()
        for tile in range(self._trusted):
            self._take_all(self._hashes_of(tile))
            progress(self._at)
        for verdict in looked:
            self._take_verdict(verdict)
            row_by_row = (verdict.tile + 1) * WIDTH
            progress(row_by_row)
        self._take_all(self._checked(leaves_between(row_by_row, self._report.size)))
        progress(self._report.size)
        for waiting in waiting_entries():
            self._entries.check(waiting)
        self._report.root = self._hasher.root(self._rows[0]).hex()
        self._entries.places.name_all()
        self._places.name_all()
        self._check_end()

    def _take_verdict(self, verdict: Verdict) -> None:
        start, end = verdict.tile * WIDTH, (verdict.tile + 1) * WIDTH
        if not verdict.root or self._at != start or self._lost:
            self._take_all(self._checked(leaves_between(start, end)))
            return
        if self._wanted and self._wanted[-1] < end:  # a root inside the tile is wanted: its leaves are needed
            self._take_all(hashes_between(start, end))
        else:
            self._take_tile(verdict.root)
        self._report.read += WIDTH
        earliest, latest = verdict.earliest, verdict.latest
        if earliest is None or latest is None or not self._entries.clock.passes(earliest, latest):
            for leaf in leaves_between(start, end):
                self._entries.see_time(leaf)

    def _checked(self, leaves: Iterable[StoredLeaf]) -> Iterator[tuple[int, bytes]]:
        for leaf in leaves:
            self._report.read += 1
            self._entries.check(leaf)
            yield leaf.index, leaf.leaf_hash

    def _hashes_of(self, tile: int) -> Iterator[tuple[int, bytes]]:
        return hashes_between(tile * WIDTH, (tile + 1) * WIDTH)

    def _take_all(self, leaves: Iterable[tuple[int, bytes]]) -> None:
        for index, hashed in leaves:
            if not self._lost:
                self._bridge(index)
            if not self._lost:
                self._take(hashed)

    def _bridge(self, index: int) -> None:
        """Note the places missing before `index` and fill them as well as can be, or give the tree up."""
        if index == self._at:
            return
        last = index - 1
        self._report.add(
            FaultKind.GAP, f"leaf {self._at}" if last == self._at else f"leaves {self._at} to {last}"
        )
        self._bridged += index - self._at
        self._lost = index - self._at > _WALKED_GAP or self._bridged > _WALKED_IN_ALL
        while self._at < index and not self._lost:
            stored = stored_tile(0, self._at // WIDTH)
            for at in range(self._at, min(index, (self._at // WIDTH + 1) * WIDTH)):
                self._take(stored[0][at % WIDTH] if stored else _NOTHING)

    def _take(self, hashed: bytes) -> None:
        self._rows[0].append(hashed)
        self._at += 1
        if len(self._rows[0]) == WIDTH:
            self._close_tile(0)
        self._keep_roots()

    def _take_tile(self, root: bytes) -> None:
        self._at += WIDTH
        self._close(0, root)
        self._keep_roots()

    def _close_tile(self, level: int) -> None:
        row = self._rows[level]
        root = complete_root(row)
        self._compare_tile(level, self._full[level], row, root)
        self._close(level, root)

    def _close(self, level: int, root: bytes) -> None:
        if level == 0:
            self._hasher.append(root, level=HEIGHT)
        self._rows[level] = []
        self._full[level] += 1
        if level + 1 == len(self._rows):
            self._rows.append([])
            self._full.append(0)
        self._rows[level + 1].append(root)
        if len(self._rows[level + 1]) == WIDTH:
            self._close_tile(level + 1)

    def _compare_tile(self, level: int, index: int, row: list[bytes], root: bytes) -> None:
        stored = stored_tile(level, index)
        if stored == (row, root):
            return
        if stored is None or level > 0 or complete_root(stored[0]) != stored[1]:
            self._report.add(FaultKind.TILE_CHANGED, f"tile {level}/{index}")
            return
        for offset, (found, given) in enumerate(zip(row, stored[0], strict=True)):
            if found not in (given, _NOTHING):
                place = f"leaf {index * WIDTH + offset}"
                self._places.differ(place, found=found, given=given)

    def _keep_roots(self) -> None:
        while self._wanted and self._wanted[-1] <= self._at:
            size = self._wanted.pop()
            if size == self._at:
                self.roots[size] = self._hasher.root(self._rows[0])

    def _check_end(self) -> None:
        for level, last in sorted(self._sealed.items()):
            full = self._full[level] if level < len(self._full) else 0
            if last >= full and not self._lost:
                self._report.add(FaultKind.CUT, f"tile {level}/{last}", f"The log ends at {self._at}.")


def stored_tile(level: int, index: int) -> tuple[list[bytes], bytes] | None:
    """Return the hashes and the root of a tile as they are stored, or None where it is not stored, once and full."""
    rows = Tile.objects.filter(level=level, index=index).values_list("hashes", "root")[:2]
    if len(rows) != 1:
        return None
    hashes, root = map(bytes, rows[0])
    if len(hashes) != WIDTH * HASH_BYTES:
        return None
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)], root
