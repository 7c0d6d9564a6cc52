"""An item's links against what the log said when they were made: what an exhibit is said to show is proof too."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from audit.actions import Action
from evidence.faults import Fault
from evidence.linking import sealed_link
from evidence.models import EvidenceItem, EvidenceLink


def link_faults(item: EvidenceItem, logged: list[dict[str, Any]]) -> list[Fault]:
    """Every link that was altered, removed, or written past the log. `logged` are the facts of the item's entries."""
    by_link = {facts["link"]: facts for facts in logged if "link" in facts}
    faults = []
    for link in item.links.all():
        facts = by_link.pop(str(link.pk), None)
        fault = _fault(item, link, facts and {**facts, **kept_since(link.pk, logged)})
        faults += [fault] if fault else []
    removed = _("A link was removed: the audit log has it, the register has not.")
    return faults + [Fault(item.reference, "link_removed", removed) for _facts in by_link.values()]


def kept_since(record: UUID, logged: list[dict[str, Any]]) -> dict[str, Any]:
    """What the log expects of a record's private values after the erasures that it tells of; empty without any."""
    kept: dict[str, Any] = {}
    for facts in logged:
        if facts["action"] == Action.VALUES_ERASED.value and facts["record"] == str(record):
            kept |= facts["kept"]
    return kept


def _fault(item: EvidenceItem, link: EvidenceLink, logged: dict[str, Any] | None) -> Fault | None:
    if logged is None:
        return Fault(item.reference, "link_unlogged", _("A link of it is not in the audit log."))
    try:
        now = sealed_link(link)
    except ValueError:
        return Fault(item.reference, "link_altered", _("A link of it was altered: its salt cannot be used."))
    if any(logged.get(name) != value for name, value in now.items()):
        sentence = _("A link of it was altered: it is not what the audit log recorded.")
        return Fault(item.reference, "link_altered", sentence)
    return None
