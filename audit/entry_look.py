"""One entry held against itself and its place, for the page that shows it: what the verification would say of it."""

from collections.abc import Sequence

from audit.body_form import is_canonical
from audit.clock import Clock
from audit.entry_check import EntryCheck
from audit.fault_words import in_words
from audit.faults import Fault, FaultKind, LogReport
from audit.models import Entry
from audit.rows import leaves_between


def look_at(entry: Entry) -> tuple[list[Fault], list[Fault]]:
    """Return what is wrong with the entry and what is odd about it, in the reader's language; nothing for a whole one.

    Reads one row. An entry that waits for its place is only looked at for its form.
    """
    report = LogReport()
    if hasattr(entry, "leaf"):
        check = EntryCheck(report, Clock(report))
        for leaf in leaves_between(entry.leaf.index, entry.leaf.index + 1):
            check.check(leaf)
        check.places.name_all()
    elif not is_canonical(bytes(entry.body)):
        report.add(FaultKind.NOT_CANONICAL, "")
    return _worded(report.faults), _worded(report.notices)


def _worded(faults: Sequence[Fault]) -> list[Fault]:
    return [Fault(one.kind, one.place, in_words(one.detail)) for one in faults]
