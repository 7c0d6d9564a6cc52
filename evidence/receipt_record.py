"""What a receipt says: a delivery, or one part of a large one, as plain JSON values.

The record is the receipt; the paper is printed from it and bears its digest. It names the earliest signed state of the
log that covers every item in it, so the same delivery gives the same bytes on every day.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from accounts.models import User
from audit.actions import Action
from audit.actors import Actor
from audit.checkpoints import covering_checkpoint, sign_checkpoint
from audit.models import Checkpoint, Entry
from audit.sequencing import sequence_pending
from evidence.deliveries import PART, Extent, delivered, extent_of
from evidence.models import CustodyEvent, EvidenceItem, Intake
from evidence.vocabulary import CustodyKind

Record = dict[str, Any]
FORMAT = "dadkhah-receipt/1"


def receipt_record(delivery: Intake, *, part: int, user: User) -> tuple[Record, Checkpoint]:
    """Part `part` (from 1) of the delivery's receipt as far as it is open to `user`, and the log's state in it.

    Signs the log where no signed state covers the items yet. Raises UnknownDelivery, and what signing raises.
    """
    extent = extent_of(delivery, user=user)
    number = min(max(part, 1), extent.parts)
    start = (number - 1) * PART
    items = list(delivered(delivery, user=user)[start : start + PART])
    # Every arrival has its place in the tree before it is named on paper.
    sequence_pending(wait=True)
    entries = _entries(items)
    checkpoint = _covering(entries, actor=user)
    seen = _seen_at_receipt(items)
    record = {
        "format": FORMAT,
        "organisation": settings.DADKHAH_ORGANISATION,
        "reference": delivery.reference,
        "delivery": str(delivery.pk),
        "part": {"number": number, "of": extent.parts},
        **_delivery_record(delivery, extent),
        "items": [
            _item_record(item, position, delivery, entries.get(str(item.pk)), seen.get(item.pk))
            for position, item in enumerate(items, start=start + 1)
        ],
        "log": _log_record(checkpoint),
    }
    return record, checkpoint


def as_json(record: Record) -> bytes:
    """The record's one form: readable UTF-8 JSON, keys in order; what no UTF-8 can hold is escaped, not lost."""
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return text.encode("utf-8", "backslashreplace")


def _delivery_record(delivery: Intake, extent: Extent) -> Record:
    return {
        "handed_over": {
            "source": delivery.source,
            "how_obtained": delivery.how_obtained,
            "consent_reference": delivery.consent_reference,
        },
        "taken_in": {
            "by": delivery.started_by.full_name,
            "first": moment(extent.first),
            "last": moment(extent.last),
        },
        "counts": {
            "items": extent.items,
            "files": extent.files,
            "physical_items": extent.things,
            "bytes": extent.size,
            "not_listed": extent.hidden,
        },
    }


def _item_record(
    item: EvidenceItem, position: int, delivery: Intake, entry: Entry | None, receipt: CustodyEvent | None
) -> Record:
    # A parent of another delivery may lie in a case that this reader does not know.
    parent = item.parent if item.parent and item.parent.intake_id == delivery.pk else None
    return {
        "position": position,
        "reference": item.reference,
        "id": str(item.pk),
        "name": item.original_name,
        "title": item.title,
        "size": item.stored.size if item.has_bytes else None,
        "sha256": item.stored.sha256.hex if item.has_bytes else None,
        "received_at": moment(item.received_at),
        "made_or_collected": item.date_as_written,
        "came_with": parent.reference if parent else None,
        "relation": item.relation,
        "thing": _thing_record(item, receipt),
        "log_entry": {
            "id": str(entry.pk),
            "index": entry.leaf.index,
            "leaf_hash": bytes(entry.leaf_hash).hex(),
        }
        if entry
        else None,
    }


def _thing_record(item: EvidenceItem, receipt: CustodyEvent | None) -> Record | None:
    if item.has_bytes:
        return None
    thing = getattr(item, "thing", None)
    return {
        "description": thing.description if thing else "",
        "quantity": thing.quantity if thing else 1,
        "serial_number": thing.serial_number if thing else "",
        "condition": receipt.condition if receipt else "",
        "seal": receipt.seal if receipt else "",
        "place": receipt.location if receipt else "",
    }


def _log_record(checkpoint: Checkpoint) -> Record:
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": bytes(checkpoint.root).hex(),
        "signed_at": moment(checkpoint.made_at),
        "checkpoint": checkpoint.note,
    }


def _entries(items: Sequence[EvidenceItem]) -> dict[str, Entry]:
    """The entry of each item's arrival, with its place in the tree, by the item's id."""
    keys = [str(item.pk) for item in items]
    received = Entry.objects.filter(action=Action.EVIDENCE_RECEIVED.value, subject_id__in=keys)
    placed = received.filter(leaf__isnull=False).select_related("leaf")
    return {entry.subject_id: entry for entry in placed.order_by("recorded_at")}


def _covering(entries: dict[str, Entry], *, actor: Actor) -> Checkpoint:
    last = max((entry.leaf.index for entry in entries.values()), default=0)
    return covering_checkpoint(last + 1) or sign_checkpoint(actor=actor)


def _seen_at_receipt(items: Sequence[EvidenceItem]) -> dict[Any, CustodyEvent]:
    """The receipt in the custody of each physical item, by the item's key."""
    things = [item.pk for item in items if not item.has_bytes]
    events = CustodyEvent.objects.filter(item__in=things, kind=CustodyKind.RECEIVED).order_by("-seq")
    return {event.item_id: event for event in events}


def moment(at: datetime) -> str:
    """A time as ISO 8601 in UTC, to the second or finer as recorded."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
