"""What is recorded of an item's acquisition against what the log said when it was: where it came from is proof too."""

from typing import Any

from django.utils.translation import gettext as _

from evidence.faults import Fault
from evidence.link_checking import kept_since
from evidence.models import Acquisition, EvidenceItem


def acquisition_faults(item: EvidenceItem, logged: list[dict[str, Any]]) -> list[Fault]:
    """Every version that was altered, removed, or written past the log. `logged`: the facts of the item's entries."""
    by_version = {facts["acquisition"]: facts for facts in logged if "acquisition" in facts}
    faults = []
    for version in item.acquisitions.all():
        told = by_version.pop(str(version.pk), None)
        fault = _fault(item, version, told, kept_since(version.pk, logged))
        faults += [fault] if fault else []
    for facts in by_version.values():
        sentence = _(
            "Version %(number)d of its acquisition was removed: the audit log has it, the register has not."
        )
        faults.append(Fault(item.reference, "acquisition_removed", sentence % {"number": facts["version"]}))
    return faults


def _fault(
    item: EvidenceItem, version: Acquisition, logged: dict[str, Any] | None, erased: dict[str, Any]
) -> Fault | None:
    number = {"number": version.version}
    if logged is None:
        sentence = _("Version %(number)d of its acquisition is not in the audit log.")
        return Fault(item.reference, "acquisition_unlogged", sentence % number)
    try:
        now = version.facts()
    except ValueError:
        now = {}
    expected = {**logged, **erased}
    if not now or any(expected.get(name) != value for name, value in now.items()):
        sentence = _(
            "Version %(number)d of its acquisition was altered: it is not what the audit log recorded."
        )
        return Fault(item.reference, "acquisition_altered", sentence % number)
    return None
