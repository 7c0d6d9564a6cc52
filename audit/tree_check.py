"""The part of the verification that walks the tree: entries against leaves, leaves against tiles and checkpoints."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from audit.faults import FaultKind, LogReport
from audit.log import VERSION
from audit.merkle import HASH_BYTES, TreeHasher, complete_root, leaf_hash
from audit.models import Checkpoint, Tile
from audit.rows import Columns, StoredLeaf, leaves_in_order, waiting_entries
from audit.tiles import HEIGHT, WIDTH

_NOTHING = b"\x00" * HASH_BYTES
# A gap wider than this is not walked place by place: somebody wrote a huge index, and the walk must end.
_WALKED_GAP = 100_000
_TOLD_EVERY = 4_096


class TreeCheck:
    """One walk over the tree up to `report.size`, noting every break in the report."""

    def __init__(
        self,
        report: LogReport,
        checkpoints: Sequence[Checkpoint],
        sealed: Mapping[int, int],
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """`sealed` is the index of the last tile of each level, read before the size of the tree."""
        self._report = report
        self._progress = progress
        self._checkpoints = list(checkpoints)
        self._hasher = TreeHasher()
        self._rows: list[list[bytes]] = [[]]  # the hashes of each level since its last full tile
        self._full: list[int] = [0]  # how many tiles of each level are full
        self._before: set[bytes] = set()  # the hashes of the tile before, to tell a shift from a change
        self._at = 0
        self._sealed = sealed
        self._lost = False  # whether a gap was too wide to go on comparing the tree
        self._good = 0  # the size of the last checkpoint that fitted

    def run(self) -> None:
        """Walk; afterwards the report holds the root of what is there."""
        self._compare_checkpoints()
        for leaf in leaves_in_order(self._report.size):
            check_entry(self._report, leaf)
            if self._progress is not None and leaf.index % _TOLD_EVERY == 0:
                self._progress(leaf.index, self._report.size)
            if not self._lost:
                self._bridge(leaf.index)
            if not self._lost:
                self._take(leaf.leaf_hash)
        for waiting in waiting_entries():
            check_entry(self._report, waiting)
        self._report.root = self._hasher.root(self._rows[0]).hex()
        self._check_end()

    def _bridge(self, index: int) -> None:
        """Note the places missing before `index` and fill them as well as can be, or give the tree up."""
        if index == self._at:
            return
        last = index - 1
        self._report.add(
            FaultKind.GAP, f"leaf {self._at}" if last == self._at else f"leaves {self._at} to {last}"
        )
        self._lost = index - self._at > _WALKED_GAP
        if self._lost:
            return
        while self._at < index:
            stored = _tile(0, self._at // WIDTH)
            self._take(stored[0][self._at % WIDTH] if stored else _NOTHING)

    def _take(self, hashed: bytes) -> None:
        self._rows[0].append(hashed)
        self._at += 1
        if len(self._rows[0]) == WIDTH:
            self._close_tile(0)
        self._compare_checkpoints()

    def _close_tile(self, level: int) -> None:
        row, index = self._rows[level], self._full[level]
        root = complete_root(row)
        self._compare_tile(level, index, row, root)
        if level == 0:
            self._before = set(row)
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
        stored = _tile(level, index)
        if stored == (row, root):
            return
        if stored is None or level > 0 or complete_root(stored[0]) != stored[1]:
            self._report.add(FaultKind.TILE_CHANGED, f"tile {level}/{index}")
            return
        known = self._before | set(stored[0])
        for offset, (found, given) in enumerate(zip(row, stored[0], strict=True)):
            if found not in (given, _NOTHING):
                kind = FaultKind.RENUMBERED if found in known else FaultKind.CHANGED
                self._report.add(
                    kind, f"leaf {index * WIDTH + offset}", "The tree was given another hash here."
                )

    def _compare_checkpoints(self) -> None:
        while self._checkpoints and self._checkpoints[0].size == self._at:
            checkpoint = self._checkpoints.pop(0)
            if self._hasher.root(self._rows[0]) == bytes(checkpoint.root):
                self._good = checkpoint.size
            else:
                detail = f"The difference lies among leaves {self._good} to {checkpoint.size - 1} or before."
                self._report.add(FaultKind.FORKED, f"checkpoint of size {checkpoint.size}", detail)

    def _check_end(self) -> None:
        for checkpoint in self._checkpoints:
            detail = f"The log ends at {self._at}."
            self._report.add(FaultKind.CUT, f"checkpoint of size {checkpoint.size}", detail)
        for level, last in sorted(self._sealed.items()):
            full = self._full[level] if level < len(self._full) else 0
            if last >= full and not self._lost:
                self._report.add(FaultKind.CUT, f"tile {level}/{last}", f"The log ends at {self._at}.")


def check_entry(report: LogReport, leaf: StoredLeaf) -> None:
    """Compare one entry's content with its hashes and with each of its columns."""
    place = (
        f"leaf {leaf.index} (entry {leaf.entry_id})" if leaf.index >= 0 else f"entry {leaf.entry_id}, waiting"
    )
    if leaf.body is None or leaf.columns is None:
        report.add(FaultKind.REMOVED, place)
        return
    hashed = leaf_hash(leaf.body)
    if hashed != leaf.leaf_hash:
        report.add(FaultKind.CHANGED, place)
    elif hashed != leaf.entry_hash:
        report.add(FaultKind.HASH_CHANGED, place)
    head, tail = _frame(leaf.columns)
    if not (leaf.body.startswith(head) and leaf.body.endswith(tail)):
        report.add(FaultKind.COLUMN_CHANGED, place, ", ".join(_differing(leaf.body, leaf.columns)))


def _frame(columns: Columns) -> tuple[bytes, bytes]:
    """Return what must stand before and after the facts: comparing it is six times as fast as parsing the body."""
    head = (
        f'{{"action":{_text(columns.action)},"actor":{_text(columns.actor)},"case_id":{_text(columns.case_id)},'
        f'"channel":{_text(columns.channel)},"facts":'
    )
    tail = (
        f',"id":{_text(columns.id)},"recorded_at":{_text(columns.recorded_at)},'
        f'"subject_id":{_text(columns.subject_id)},"subject_kind":{_text(columns.subject_kind)},"v":{VERSION}}}'
    )
    return head.encode("utf-8", "surrogatepass"), tail.encode("utf-8", "surrogatepass")


def _text(value: str | None) -> str:
    return "null" if value is None else json.dumps(value, ensure_ascii=False)


def _differing(body: bytes, columns: Columns) -> list[str]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return ["the content is not JSON"]
    if not isinstance(content, dict):
        return ["the content is not an entry"]
    names = [name for name, value in asdict(columns).items() if content.get(name) != value]
    return names or ["the content is not in its canonical form"]


def _tile(level: int, index: int) -> tuple[list[bytes], bytes] | None:
    row = Tile.objects.filter(level=level, index=index).values_list("hashes", "root").first()
    if row is None:
        return None
    blob = bytes(row[0])
    return [blob[at : at + HASH_BYTES] for at in range(0, len(blob), HASH_BYTES)], bytes(row[1])
