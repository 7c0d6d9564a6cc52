"""No disposal of what a legal hold on another item keeps: what came out of it, what proves it, what it came out of."""

from django.db import migrations

from audit.erasable import Forgettable
from audit.guards import append_only
from audit.refusals import Refusal

_ERASURE = "evidence_erasure"
_DATE_TEXTS = ("date_calendar", "date_edtf", "date_precision", "date_qualifier", "date_converter")
_DATE_DAYS = ("date_earliest", "date_latest")
# As `evidence.hold_reach` asks it, of the item of the disposal.
_HELD = Refusal(
    "held",
    "NEW.kind = 'disposed' AND EXISTS ("
    "WITH RECURSIVE own(id) AS (SELECT i.id FROM evidence_evidenceitem i WHERE i.id = NEW.item_id"
    " UNION SELECT i.parent_id FROM own JOIN evidence_evidenceitem i ON i.id = own.id WHERE i.parent_id IS NOT NULL),"
    " shown(id) AS (SELECT e.item_id FROM own JOIN evidence_custodyevent e ON e.document_id = own.id"
    " UNION SELECT i.parent_id FROM shown JOIN evidence_evidenceitem i ON i.id = shown.id"
    " WHERE i.parent_id IS NOT NULL),"
    " inside(id) AS (SELECT i.id FROM evidence_evidenceitem i WHERE i.id = NEW.item_id"
    " UNION SELECT i.id FROM inside JOIN evidence_evidenceitem i ON i.parent_id = inside.id"
    " WHERE i.relation <> 'photograph')"
    " SELECT 1 FROM evidence_custodyevent h WHERE h.kind = 'hold_placed'"
    " AND h.item_id IN (SELECT id FROM own UNION SELECT id FROM shown UNION SELECT id FROM inside)"
    " AND NOT EXISTS (SELECT 1 FROM evidence_custodyevent r WHERE r.answers_id = h.id AND r.kind = 'hold_released'))",
    "a legal hold keeps this item",
)
_BY_ONE_ALONE = Refusal(
    "alone",
    "NEW.kind = 'disposed' AND NOT EXISTS (SELECT 1 FROM evidence_custodyevent q WHERE q.id = NEW.answers_id"
    " AND q.item_id = NEW.item_id AND q.kind = 'disposal_requested' AND q.actor_id <> NEW.actor_id)",
    "a disposal takes two people",
)
_CUSTODY = Forgettable(
    "evidence_custodyevent",
    record=_ERASURE,
    words=(
        "date_as_written",
        "released_by",
        "received_by",
        "purpose",
        "location",
        "note",
        "seal",
        "condition",
        "authority",
        "witnessed_by",
    ),
    emptied=_DATE_TEXTS,
    nulled=_DATE_DAYS,
    kept=(
        "id",
        "item_id",
        "seq",
        "kind",
        "recorded_at",
        "actor_id",
        "agent",
        "tool",
        "outcome",
        "digest_expected",
        "digest_found",
        "refers_to_id",
        "answers_id",
        "party_id",
        "document_id",
        "due",
    ),
)


class Migration(migrations.Migration):
    dependencies = [("evidence", "0024_erased_words_of_things")]

    operations = append_only(
        "evidence_custodyevent",
        keys=[["id"], ["item_id", "seq"], ["answers_id"]],
        refusals=[_HELD, _BY_ONE_ALONE],
        erasable=_CUSTODY,
    )
