"""The part of the verification that looks at what this house saw of other logs: its memory as their witness.

Whoever takes a row away makes the house forget, and cosign another history of that log afterwards; so the rows are
compared with the entries that record each look.
"""

from collections import defaultdict

from audit.actions import Action
from audit.clock import is_near
from audit.cosignatures import TreeHead
from audit.errors import BadNote
from audit.faults import FaultKind, LogReport
from audit.notes import split_note
from audit.signed_rows import Record, witnessed_rows
from audit.telling import Telling


def check_witnessed(report: LogReport, telling: Telling) -> None:
    """Compare every row with the entries LOG_WITNESSED: each size that was logged is there, and no other is."""
    # Facts hold a size beyond what JSON's readers keep exact as text. A view is logged again each time that it is seen.
    logged: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in telling.of(Action.LOG_WITNESSED):
        logged[record.subject_id, str(record.facts.get("size"))].append(record)
    for origin, size, root, note, seen_at in witnessed_rows():
        place = f"{origin}, size {size}"
        said = logged.pop((origin, str(size)), [])
        if not said:
            report.add(FaultKind.WITNESSED_CHANGED, place, "No entry records it.")
        elif said[-1].facts.get("root") != root.hex() or _head(note) != TreeHead(origin, size, root):
            report.add(FaultKind.WITNESSED_CHANGED, place, "It says something else.")
        elif not any(is_near(seen_at, one.recorded_at) for one in said):
            report.add(FaultKind.WITNESSED_CHANGED, place, "seen_at")
    for name, named in logged:
        report.add(FaultKind.WITNESSED_CHANGED, f"{name}, size {named}", "It is gone.")


def _head(note: str) -> TreeHead | None:
    try:
        return TreeHead.parse(split_note(note)[0])
    except BadNote:
        return None
