"""What is recorded of an item's capture online against what the log said when it was recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evidence.faults import Fault
from evidence.link_checking import kept_since
from evidence.models import CollectorTrace, EvidenceItem, OnlineCapture


@dataclass(frozen=True, slots=True)
class _Kept:
    """A kind of versions: its word in the names of faults, the fact that names a version, and what readers call it."""

    word: str
    fact: str
    called: Promise


_CAPTURE = _Kept("capture", "online_capture", gettext_lazy("Online capture"))
_TRACE = _Kept("trace", "collector_trace", gettext_lazy("What leads to the collector"))


def capture_faults(item: EvidenceItem, logged: list[dict[str, Any]]) -> list[Fault]:
    """Every version that was altered, removed, or written past the log. `logged`: the facts of the item's entries."""
    return [
        *_faults(item, item.captures.all(), logged, _CAPTURE),
        *_faults(item, item.collector_traces.all(), logged, _TRACE),
    ]


def _faults(
    item: EvidenceItem,
    versions: "Iterable[OnlineCapture | CollectorTrace]",
    logged: list[dict[str, Any]],
    kept: _Kept,
) -> list[Fault]:
    by_version = {facts[kept.fact]: facts for facts in logged if kept.fact in facts}
    faults = []
    for version in versions:
        facts = by_version.pop(str(version.pk), None)
        named = {"record": kept.called, "number": version.version}
        if facts is None:
            said = _("%(record)s: version %(number)d is not in the audit log.") % named
            faults.append(Fault(item.reference, f"{kept.word}_unlogged", said))
        elif _altered(version, {**facts, **kept_since(version.pk, logged)}):
            said = _("%(record)s: version %(number)d was altered: it is not what the audit log recorded.")
            faults.append(Fault(item.reference, f"{kept.word}_altered", said % named))
    for facts in by_version.values():
        said = _(
            "%(record)s: version %(number)d was removed: the audit log has it, the register has not."
        ) % {"record": kept.called, "number": facts["version"]}
        faults.append(Fault(item.reference, f"{kept.word}_removed", said))
    return faults


def _altered(version: OnlineCapture | CollectorTrace, logged: dict[str, Any]) -> bool:
    try:
        now = version.facts()
    except ValueError:
        # A salt that was tampered with cannot be used.
        return True
    return any(logged.get(name) != value for name, value in now.items())
