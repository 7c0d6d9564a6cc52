"""Checking evidence against its records: stored bytes, custody, links, and the log. Trusts none of them."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from audit.actions import Action
from audit.actors import Actor
from audit.models import Entry
from evidence.acquisition_checking import acquisition_faults
from evidence.capturing.checking import capture_faults
from evidence.derivative_checking import derivative_faults
from evidence.erasure_checking import erasure_faults, other_words
from evidence.errors import DisposedOf
from evidence.faults import Fault
from evidence.fixity import check_object, record_outcome
from evidence.gone import gone_faults
from evidence.intake import sealed_record
from evidence.intake_checking import intake_faults
from evidence.link_checking import kept_since, link_faults
from evidence.models import CustodyEvent, EvidenceItem, Intake, StoredObject
from evidence.vault.facts import CheckOutcome

# The facts that make an entry one about a row of an item: each names the row, or what was done with it.
_OF_ROWS = {
    "fingerprint",
    "link",
    "acquisition",
    "online_capture",
    "collector_trace",
    "erased",
    "derivative",
}
_AT_ONCE = 200


@dataclass(slots=True)
class EvidenceReport:
    """What a verification read and found. Sizes in bytes."""

    items: int = 0
    objects: int = 0
    size: int = 0
    events: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON object."""
        return {
            "ok": self.ok,
            "items": self.items,
            "objects": self.objects,
            "bytes": self.size,
            "custody_events": self.events,
            "faults": [{"item": f.item, "fault": f.kind, "sentence": f.sentence} for f in self.faults],
        }


def verify_evidence(
    items: Iterable[EvidenceItem], *, record_as: Actor | None = None, whole: bool = False
) -> EvidenceReport:
    """Read every item's bytes in full and recompute its custody; every fault is named, not only the first.

    Writes nothing, unless `record_as` says in whose name each reading goes into custody and log. `whole` says that
    these are all items: then what the log tells of and the register has no longer is named as well.
    """
    report = EvidenceReport(faults=list(gone_faults()) if whole else [])
    read: dict[UUID, CheckOutcome | None] = {}
    deliveries: set[UUID] = set()
    for batch in _in_batches(items):
        logged = _logged(batch)
        report.faults += intake_faults(_new_deliveries(batch, deliveries))
        for item in batch:
            report.items += 1
            report.faults += _record_faults(item, logged.get(str(item.pk), []))
            report.events += len(item.custody.all())
            report.faults += _byte_faults(item, read, report, record_as)
            report.faults += _copy_faults(item, read, report)
    return report


def _in_batches(items: Iterable[EvidenceItem]) -> Iterator[list[EvidenceItem]]:
    ahead = iter(items)
    while rows := list(islice(ahead, _AT_ONCE)):
        prefetch_related_objects(
            rows,
            "object",
            "intake",
            "custody",
            "links",
            "acquisitions",
            "captures__parts",
            "erasures",
            "collector_traces",
            "thing",
            "derivatives__object",
        )
        yield rows


def _new_deliveries(batch: list[EvidenceItem], seen: set[UUID]) -> list[Intake]:
    """The deliveries of these items that were not met before."""
    met = {one.pk: one for item in batch if (one := _delivery(item)) is not None and one.pk not in seen}
    seen |= met.keys()
    return list(met.values())


def _delivery(item: EvidenceItem) -> Intake | None:
    try:
        return item.intake
    except Intake.DoesNotExist:
        # Its row is gone; what names it is told where everything is looked through.
        return None


def _byte_faults(
    item: EvidenceItem, read: dict[UUID, CheckOutcome | None], report: EvidenceReport, record_as: Actor | None
) -> list[Fault]:
    if not item.has_bytes or item.disposed_at is not None:
        # A thing has none that could be read, and what was disposed of has none any more:
        # its custody and its record are all that there is to compare.
        return []
    if item.object is None:
        return [Fault(item.reference, "object_gone", _("The record of its stored bytes is gone."))]
    found = _read(item.stored, read, report)
    if found is None:
        return []
    if record_as is not None:
        # Disposed of while its bytes were read: its custody has ended and takes no check any more. What was found is
        # told below all the same.
        with suppress(DisposedOf):
            record_outcome(item, found, actor=record_as)
    return [] if found.ok else [Fault(item.reference, found.state.value, str(found.sentence))]


def _copy_faults(
    item: EvidenceItem, read: dict[UUID, CheckOutcome | None], report: EvidenceReport
) -> Iterator[Fault]:
    """The stored bytes of what was made of it: a preview that was exchanged is what people look at."""
    for copy in item.derivatives.all():
        if copy.object is None:
            continue
        found = _read(copy.object, read, report)
        if found is not None and not found.ok:
            sentence = _("%(kind)s that was made of it: %(sentence)s") % {
                "kind": copy.get_kind_display(),
                "sentence": found.sentence,
            }
            yield Fault(item.reference, f"copy_{found.state.value}", sentence)


def _read(
    stored: StoredObject, read: dict[UUID, CheckOutcome | None], report: EvidenceReport
) -> CheckOutcome | None:
    """Two receipts or copies of the same bytes share one object: it is read once and speaks for all.

    None where they went meanwhile, with an item that was disposed of after its row was looked up.
    """
    if stored.pk not in read:
        try:
            read[stored.pk] = check_object(stored)
        except DisposedOf:
            read[stored.pk] = None
        else:
            report.objects += 1
            report.size += stored.size
    return read[stored.pk]


def _logged(items: list[EvidenceItem]) -> dict[str, list[dict[str, Any]]]:
    """The facts of every entry about these items that speaks of a row of theirs or of an erasure, by item."""
    entries = (
        Entry.objects.filter(
            subject_kind=EvidenceItem._meta.label_lower, subject_id__in=[str(item.pk) for item in items]
        )
        .order_by("recorded_at", "id")
        .values_list("subject_id", "body")
    )
    logged: dict[str, list[dict[str, Any]]] = {}
    for subject_id, body in entries:
        facts = json.loads(bytes(body))
        if facts["facts"].keys() & _OF_ROWS:
            logged.setdefault(subject_id, []).append({"action": facts["action"], **facts["facts"]})
    return logged


def _record_faults(item: EvidenceItem, logged: list[dict[str, Any]]) -> list[Fault]:
    events = sorted(item.custody.all(), key=lambda event: event.seq)
    return [
        *_ledger_faults(item, events),
        *_log_faults(item, events, logged),
        *_row_faults(item, logged),
        *erasure_faults(item, logged),
        *link_faults(item, logged),
        *derivative_faults(item, logged),
        *acquisition_faults(item, logged),
        *capture_faults(item, logged),
    ]


def _ledger_faults(item: EvidenceItem, events: list[CustodyEvent]) -> list[Fault]:
    present = {event.seq for event in events}
    if not present:
        return [Fault(item.reference, "custody_missing", _("It has no custody at all, not even a receipt."))]
    holes = sorted(set(range(1, max(present) + 1)) - present)
    return [
        Fault(
            item.reference,
            "custody_gap",
            _("Custody event %(seq)d is missing from the ledger.") % {"seq": seq},
        )
        for seq in holes
    ]


def _log_faults(item: EvidenceItem, events: list[CustodyEvent], logged: list[dict[str, Any]]) -> list[Fault]:
    by_event = {facts["event"]: facts for facts in logged if "fingerprint" in facts}
    faults = []
    for event in events:
        facts = by_event.pop(str(event.pk), None)
        if facts is None:
            sentence = _("Custody event %(seq)d is not in the audit log.") % {"seq": event.seq}
            faults.append(Fault(item.reference, "custody_unlogged", sentence))
        elif facts["fingerprint"] != _fingerprint(event) or other_words(event, logged):
            sentence = _("Custody event %(seq)d was altered: it is not what the audit log recorded.")
            faults.append(Fault(item.reference, "custody_altered", sentence % {"seq": event.seq}))
    for facts in by_event.values():
        sentence = _("Custody event %(seq)d was removed: the audit log has it, the ledger has not.")
        faults.append(Fault(item.reference, "custody_removed", sentence % {"seq": facts["seq"]}))
    return faults


def _row_faults(item: EvidenceItem, logged: list[dict[str, Any]]) -> list[Fault]:
    """The item's own row against what the log said of it on the day it came."""
    received = next((facts for facts in logged if facts["action"] == Action.EVIDENCE_RECEIVED.value), None)
    if item.has_bytes and item.object is None:
        # Named with its bytes: there is nothing to compare here.
        return []
    if received is None:
        return [Fault(item.reference, "receipt_unlogged", _("Its receipt is not in the audit log."))]
    try:
        now = sealed_record(item)
    except ValueError:
        return [
            Fault(item.reference, "record_altered", _("Its record was altered: its salt cannot be used."))
        ]
    # What was erased is expected to be gone, and what was kept to stand under the salt that it was given then.
    thing = getattr(item, "thing", None)
    expected = {
        **received,
        **kept_since(item.pk, logged),
        **(kept_since(thing.pk, logged) if thing else {}),
    }
    changed = [name for name, value in now.items() if expected.get(name) != value]
    return [
        Fault(
            item.reference,
            "record_altered",
            _("Its record was altered: “%(name)s” is not what the audit log recorded.") % {"name": name},
        )
        for name in changed
    ]


def _fingerprint(event: CustodyEvent) -> str | None:
    try:
        return event.fingerprint()
    except ValueError:
        # A row changed into something that cannot even be read, such as a date of no calendar.
        return None
