"""What was made of an item against what the log said when it was made: an altered translation misleads a court too."""

from typing import Any

from django.utils.translation import gettext as _

from audit.actions import Action
from evidence.derivative_words import DerivativeState
from evidence.faults import Fault
from evidence.lineage import sealed_copy
from evidence.link_checking import kept_since
from evidence.models import Derivative, EvidenceItem


def derivative_faults(item: EvidenceItem, logged: list[dict[str, Any]]) -> list[Fault]:
    """Every derivative that was altered, exchanged, removed or written past the log.

    `logged` are the facts of the item's entries. Here no bytes are read.
    """
    made = [one for one in item.derivatives.all() if one.state == DerivativeState.MADE]
    return [*_of_people(item, made, logged), *_of_programs(item, made, logged)]


def _of_people(item: EvidenceItem, made: list[Derivative], logged: list[dict[str, Any]]) -> list[Fault]:
    by_copy = {f["derivative"]: f for f in logged if f["action"] == Action.DERIVATIVE_ADDED.value}
    faults = []
    for copy in (one for one in made if not one.by_program):
        facts = by_copy.pop(str(copy.pk), None)
        if facts is None:
            faults.append(_fault(item, "derivative_unlogged"))
        elif not _is_as_logged(copy, facts, logged):
            faults.append(_fault(item, "derivative_altered"))
    return faults + [_fault(item, "derivative_removed") for _facts in by_copy.values()]


def _is_as_logged(copy: Derivative, facts: dict[str, Any], logged: list[dict[str, Any]]) -> bool:
    kept = kept_since(copy.pk, logged)
    # The log calls the copy's note otherwise than the custody event's, which stands in the same entry.
    expected = {**facts, **{"copy_note" if name == "note" else name: value for name, value in kept.items()}}
    try:
        now = sealed_copy(copy)
    except ValueError:
        return False
    return all(expected.get(name) == value for name, value in now.items())


def _of_programs(item: EvidenceItem, made: list[Derivative], logged: list[dict[str, Any]]) -> list[Fault]:
    """A program's work is one entry for all its pages: the digests in the order of their numbers."""
    entries = [f for f in logged if f["action"] == Action.DERIVATIVE_MADE.value]
    by_kind = {str(facts["kind"]): list(facts["sha256"]) for facts in entries}
    rows: dict[str, list[str]] = {}
    for one in sorted((one for one in made if one.by_program), key=lambda one: one.number):
        rows.setdefault(str(one.kind), []).append(one.object.sha256.hex if one.object else "")
    faults = [_fault(item, "derivative_unlogged") for kind in rows if kind not in by_kind]
    for kind, digests in by_kind.items():
        if kind not in rows:
            faults.append(_fault(item, "derivative_removed"))
        elif rows[kind] != digests:
            faults.append(_fault(item, "derivative_altered"))
    return faults


def _fault(item: EvidenceItem, kind: str) -> Fault:
    sentences = {
        "derivative_unlogged": _("Something that was made of it is not in the audit log."),
        "derivative_altered": _("Something that was made of it is not what the audit log recorded."),
        "derivative_removed": _("Something that was made of it was removed: the audit log has it."),
    }
    return Fault(item.reference, kind, sentences[kind])
