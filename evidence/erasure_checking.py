"""Erasures in records that nobody may change: each row against its entry, and what is left against what was kept."""

from typing import Any

from django.utils.translation import gettext as _

from audit.actions import Action
from audit.private import sealed, values_of
from evidence.faults import Fault
from evidence.link_checking import kept_since
from evidence.models import CustodyEvent, EvidenceItem

_RECORDS = ("custody", "acquisitions", "captures", "collector_traces")


def erasure_faults(item: EvidenceItem, logged: list[dict[str, Any]]) -> list[Fault]:
    """Every erasure that the log does not tell of, or tells of otherwise, or that is gone, and every word that went
    without one. `logged` are the facts of the item's entries.
    """
    told = {f["erasure"]: f for f in logged if f["action"] == Action.VALUES_ERASED.value and "erasure" in f}
    faults, counted = [], dict[str, int]()
    for row in item.erasures.all():
        facts = told.pop(str(row.pk), None)
        counted[str(row.record)] = counted.get(str(row.record), 0) + 1
        if facts is None:
            sentence = _("An erasure of words in its record is not in the audit log.")
            faults.append(Fault(item.reference, "erasure_unlogged", sentence))
        elif (facts["record"], facts["erased"], facts["reason"]) != (
            str(row.record),
            row.value_names,
            row.reason,
        ):
            sentence = _("An erasure of words in its record is not what the audit log recorded.")
            faults.append(Fault(item.reference, "erasure_altered", sentence))
    removed = _("An erasure of words in its record was removed: the audit log has it, the register has not.")
    faults += [Fault(item.reference, "erasure_removed", removed) for _facts in told.values()]
    return faults + _uncounted(item, counted)


def _uncounted(item: EvidenceItem, counted: dict[str, int]) -> list[Fault]:
    rows = [row for relation in _RECORDS for row in getattr(item, relation).all()]
    thing = getattr(item, "thing", None)
    rows += [thing] if thing else []
    sentence = _("A record of it counts other erasures of its words than there were.")
    return [
        Fault(item.reference, "erasure_miscounted", sentence)
        for row in rows
        if (row.erasures or 0) != counted.get(str(row.pk), 0)
    ]


def other_words(event: CustodyEvent, logged: list[dict[str, Any]]) -> bool:
    """Whether an event of which words were erased says something now that was not kept then."""
    if not event.erasures:
        # Its fingerprint speaks of all that it says.
        return False
    kept = kept_since(event.pk, logged)
    try:
        return any(sealed(event, one.name) != kept.get(one.name) for one in values_of(event).values)
    except ValueError:
        return True
