"""Entries held against themselves and their places, for what shows them: what the verification would say of them."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import fields

from audit.body_form import is_canonical
from audit.clock import Clock
from audit.entry_check import EntryCheck, differing, framed
from audit.fault_words import in_words
from audit.faults import Fault, FaultKind, LogReport
from audit.log import instant
from audit.merkle import leaf_hash
from audit.models import Entry
from audit.queries import waits
from audit.rows import Columns, leaves_between

_NAMES = {field.name for field in fields(Columns)}


def look_at(entry: Entry) -> tuple[list[Fault], list[Fault]]:
    """Return what is wrong with the entry and what is odd about it, in the reader's language; nothing for a whole one.

    Reads one row. An entry without a place must wait for one; it is only looked at for that and for its form.
    """
    report = LogReport()
    if hasattr(entry, "leaf"):
        check = EntryCheck(report, Clock(report))
        for leaf in leaves_between(entry.leaf.index, entry.leaf.index + 1):
            check.check(leaf)
        check.places.name_all()
    else:
        if outside_the_tree([entry]):
            report.add(FaultKind.INSERTED, "")
        if not is_canonical(bytes(entry.body)):
            report.add(FaultKind.NOT_CANONICAL, "")
    return _worded(report.faults), _worded(report.notices)


def outside_the_tree(entries: Iterable[Entry]) -> set[uuid.UUID]:
    """Return which of these, that bring their leaves, have no place in the tree and wait for none.

    One query, where some have no place: what left the queue meanwhile has its place in the same moment.
    """
    unplaced = {entry.pk for entry in entries if not hasattr(entry, "leaf")}
    if not unplaced:
        return unplaced
    outside = Entry.objects.filter(pk__in=unplaced, leaf=None).exclude(waits())
    return set(outside.values_list("pk", flat=True))


def differing_names(entry: Entry) -> list[str]:
    """Return the columns of the entry that say something else than what was hashed, empty for a whole one.

    It brings its body and its leaf, so that nothing is read: what is shown of it is what was held against the body.
    """
    body, stored = bytes(entry.body), bytes(entry.leaf_hash)
    hashed = leaf_hash(body)
    placed = bytes(entry.leaf.leaf_hash) if hasattr(entry, "leaf") else stored
    names = ["leaf_hash"] if {stored, placed} != {hashed} else []
    columns = Columns(
        id=str(entry.pk),
        action=entry.action,
        actor=entry.actor,
        case_id=str(entry.case_id) if entry.case_id else None,
        channel=entry.channel,
        recorded_at=instant(entry.recorded_at),
        subject_id=entry.subject_id,
        subject_kind=entry.subject_kind,
    )
    if not framed(body, columns):
        return names + [name for name in differing(body, columns) if name in _NAMES] or ["body"]
    return names if is_canonical(body) else [*names, "body"]


def _worded(faults: Sequence[Fault]) -> list[Fault]:
    return [Fault(one.kind, one.place, in_words(one.detail)) for one in faults]
