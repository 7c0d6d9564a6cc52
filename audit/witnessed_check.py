"""The part of the verification that looks at what this house saw of other logs: its memory as their witness.

Whoever takes a row away makes the house forget, and cosign another history of that log afterwards; so the rows are
compared with the entries that record each look.
"""

from audit.actions import Action
from audit.cosignatures import TreeHead
from audit.errors import BadNote
from audit.faults import FaultKind, LogReport
from audit.notes import split_note
from audit.signed_rows import records, witnessed_rows


def check_witnessed(report: LogReport) -> None:
    """Compare every row with the entries LOG_WITNESSED: each size that was logged is there, and no other is."""
    # Facts hold a size beyond what JSON's readers keep exact as text.
    logged = {
        (record.subject_id, str(record.facts.get("size"))): record.facts.get("root")
        for record in records(Action.LOG_WITNESSED)
    }
    for origin, size, root, note in witnessed_rows():
        place = f"{origin}, size {size}"
        said = logged.pop((origin, str(size)), None)
        if said is None:
            report.add(FaultKind.WITNESSED_CHANGED, place, "No entry records it.")
        elif said != root.hex() or _head(note) != TreeHead(origin, size, root):
            report.add(FaultKind.WITNESSED_CHANGED, place, "It says something else.")
    for name, named in logged:
        report.add(FaultKind.WITNESSED_CHANGED, f"{name}, size {named}", "It is gone.")


def _head(note: str) -> TreeHead | None:
    try:
        return TreeHead.parse(split_note(note)[0])
    except BadNote:
        return None
