"""One entry under the row-by-row look: its content against its hashes and against each of its columns."""

import json
from dataclasses import asdict

from audit.body_form import is_canonical
from audit.clock import Clock
from audit.entry_body import VERSION
from audit.faults import FaultKind, LogReport
from audit.merkle import leaf_hash
from audit.places import Places
from audit.rows import Columns, StoredLeaf


class EntryCheck:
    """Checks entries one by one, in the order of the tree."""

    def __init__(self, report: LogReport, clock: Clock) -> None:
        self.clock = clock
        self.places = Places(report)
        self._report = report

    def check(self, leaf: StoredLeaf) -> None:
        """Compare one entry's content with its hashes and with each of its columns."""
        place = _place(leaf)
        if leaf.body is None or leaf.columns is None:
            self._report.add(FaultKind.REMOVED, place)
            return
        hashed = leaf_hash(leaf.body)
        if hashed != leaf.leaf_hash:
            self.places.differ(place, found=hashed, given=leaf.leaf_hash)
        if leaf.entry_hash not in {hashed, leaf.leaf_hash}:
            self._report.add(FaultKind.HASH_CHANGED, place)
        if not framed(leaf.body, leaf.columns):
            self._report.add(FaultKind.COLUMN_CHANGED, place, ", ".join(differing(leaf.body, leaf.columns)))
        elif hashed == leaf.leaf_hash and not is_canonical(leaf.body):
            self._report.add(FaultKind.NOT_CANONICAL, place)
        if leaf.index >= 0:
            self.see_time(leaf)

    def see_time(self, leaf: StoredLeaf) -> None:
        """Compare one entry's time with those before it."""
        if leaf.columns is not None:
            self.clock.see(_place(leaf), leaf.columns.recorded_at)


def _place(leaf: StoredLeaf) -> str:
    return (
        f"leaf {leaf.index} (entry {leaf.entry_id})" if leaf.index >= 0 else f"entry {leaf.entry_id}, waiting"
    )


def framed(body: bytes, columns: Columns) -> bool:
    """Whether the body says around its facts what stands in the columns."""
    head, tail = _frame(columns)
    return body.startswith(head) and body.endswith(tail)


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


def differing(body: bytes, columns: Columns) -> list[str]:
    """Return the columns that say something else than the body, or why it cannot be held against them."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return ["the content is not JSON"]
    if not isinstance(content, dict):
        return ["the content is not an entry"]
    names = [name for name, value in asdict(columns).items() if content.get(name) != value]
    return names or ["the content is not in its canonical form"]
