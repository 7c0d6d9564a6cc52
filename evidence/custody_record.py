"""An item and its custody as plain JSON values, for papers and for whoever checks them against the log."""

from datetime import UTC, datetime
from typing import Any

from audit.erased import ErasedText
from audit.erasing import was_erased
from cases.date_display import display_dates
from cases.partial_date import PartialDate
from evidence.models import CustodyEvent, Erasure, EvidenceItem
from evidence.queries import further_digests

Record = dict[str, Any]
_TEXTS = ("released_by", "received_by", "purpose", "location", "note")
# These came later: they stand in an event's facts, and so here, only where they say something.
_LATER_TEXTS = ("seal", "condition", "authority", "witnessed_by")


def moment(at: datetime | None) -> str | None:
    """A time as ISO 8601 in UTC, to the second or finer as recorded."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def date_record(date: PartialDate | None) -> Record | None:
    """A date as it was written, with every reading of it; None where none was given."""
    if date is None:
        return None
    return {
        "as_written": date.as_written,
        "calendar": str(date.calendar),
        "edtf": date.edtf,
        "earliest": date.earliest.isoformat() if date.earliest else None,
        "latest": date.latest.isoformat() if date.latest else None,
        "precision": str(date.precision),
        "qualifier": str(date.qualifier),
        "converter": date.converter,
        "for_readers": str(display_dates(date, "en")),
        "for_persian_readers": str(display_dates(date, "fa")),
    }


def item_record(item: EvidenceItem) -> Record:
    """What the item is and how we know."""
    return {
        "id": str(item.pk),
        "reference": item.reference,
        "title": item.title,
        "original_name": item.original_name,
        "source": item.source,
        "how_obtained": item.intake.how_obtained,
        "made_or_collected": date_record(item.date),
        "received_at": moment(item.received_at),
        "size": item.stored.size if item.has_bytes else None,
        "sha256": item.stored.sha256.hex if item.has_bytes else None,
        "further_digests": {one.algorithm: one.hex for one in further_digests(item)},
        "declared_sha256": item.declared_sha256.hex if item.declared_sha256 else None,
        "thing": _thing_record(item),
        "media_type": item.media_type,
        "media_type_tool": item.media_type_tool,
        # With it the texts above can be checked against what the log committed to at the receipt. It would also
        # let a reader guess at the folder that the file came from, so it stays here if there is one. After an
        # erasure it is another salt than that of the receipt, and there is nothing to compare.
        "salt": None if item.original_path or was_erased(item) else bytes(item.salt).hex(),
    }


def _thing_record(item: EvidenceItem) -> Record | None:
    thing = None if item.has_bytes else getattr(item, "thing", None)
    if thing is None:
        return None
    return {
        "description": thing.description,
        "quantity": thing.quantity,
        "serial_number": thing.serial_number,
    }


def event_record(event: CustodyEvent, *, withheld: bool) -> Record:
    """An event with the facts as the log holds them and, unless withheld, the texts behind its commitments."""
    logged = event.facts()
    mark = logged.pop("fingerprint")
    texts = {name: getattr(event, name) for name in _TEXTS}
    texts |= {name: text for name in _LATER_TEXTS if (text := getattr(event, name))}
    # The words that the log's commitment was made over; a reader sees `happened_date`.
    texts["happened"] = event.happened_text
    erased = _erasures(event)
    # The salt is no longer the one under which the log knows the words that are left.
    proven = not withheld and not erased
    return {
        "seq": event.seq,
        "kind": event.kind,
        "happened_date": None if withheld else date_record(event.date),
        "recorded_at": moment(event.recorded_at),
        "recorded_by": event.actor.full_name if event.actor else event.agent,
        "tool": event.tool,
        "outcome": event.outcome,
        "answers_event": event.answers.seq if event.answers else None,
        "refers_to_event": event.refers_to.seq if event.refers_to else None,
        "shown_by": event.document.reference if event.document else None,
        "due": event.due.isoformat() if event.due else None,
        "facts": logged,
        "fingerprint": mark,
        "texts": texts if proven else {},
        "salt": bytes(event.salt).hex() if proven else None,
        **({"erased": erased} if erased else {}),
        **({"texts_left": _left(event, texts)} if erased and not withheld else {}),
    }


def _erasures(event: CustodyEvent) -> list[Record]:
    """Who had words of the event erased, when and which."""
    if not event.erasures:
        return []
    rows = Erasure.objects.filter(record=event.pk).select_related("erased_by", "approved_by")
    return [
        {
            "on": row.day.isoformat(),
            "by": row.erased_by.full_name,
            "approved_by": row.approved_by.full_name,
            "values": row.value_names,
            "entry": str(row.pk),
        }
        for row in rows.order_by("number")
    ]


def _left(event: CustodyEvent, texts: Record) -> Record:
    """The words that are left, and the salt under which the last erasure's entry knows them."""
    kept = {name: text for name, text in texts.items() if text and not isinstance(text, ErasedText)}
    return {"texts": kept, "salt": bytes(event.salt).hex()}
