"""A hold reaches along the whole line of descent: papers of a paper, of a member, and of what an item came out of."""

from django.db import migrations, models

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
    "WITH RECURSIVE walk(id, way) AS (SELECT i.id, 0 FROM evidence_evidenceitem i WHERE i.id = NEW.item_id"
    " UNION SELECT COALESCE(own.parent_id, inside.id, shown.item_id), turn.n FROM walk"
    " CROSS JOIN (SELECT -1 AS n UNION ALL SELECT 0 UNION ALL SELECT 1) turn"
    " LEFT JOIN evidence_evidenceitem own ON own.id = CASE WHEN turn.n = 1 AND walk.way >= 0 THEN walk.id END"
    " LEFT JOIN evidence_evidenceitem inside"
    " ON inside.parent_id = CASE WHEN turn.n = -1 AND walk.way <= 0 THEN walk.id END AND inside.relation <> 'photograph'"
    " LEFT JOIN evidence_custodyevent shown ON shown.document_id = CASE WHEN turn.n = 0 THEN walk.id END"
    " WHERE COALESCE(own.parent_id, inside.id, shown.item_id) IS NOT NULL)"
    " SELECT 1 FROM evidence_custodyevent h WHERE h.kind = 'hold_placed' AND h.item_id IN (SELECT id FROM walk)"
    " AND NOT EXISTS (SELECT 1 FROM evidence_custodyevent r WHERE r.answers_id = h.id AND r.kind = 'hold_released'))",
    "a legal hold keeps this item",
)
_BY_ONE_ALONE = Refusal(
    "alone",
    "NEW.kind = 'disposed' AND NOT EXISTS (SELECT 1 FROM evidence_custodyevent q WHERE q.id = NEW.answers_id"
    " AND q.item_id = NEW.item_id AND q.kind = 'disposal_requested' AND q.actor_id <> NEW.actor_id)",
    "a disposal takes two people",
)
# A disclosure lets out what was packed of the same item. Until now the ledger called the packing itself a disclosure:
# such a row refers to nothing, and what was packed then can still be let out.
_UNPACKED = Refusal(
    "unpacked",
    "NEW.kind = 'disclosed' AND NOT EXISTS (SELECT 1 FROM evidence_custodyevent p WHERE p.id = NEW.refers_to_id"
    " AND p.item_id = NEW.item_id AND (p.kind = 'packed' OR p.kind = 'disclosed' AND p.refers_to_id IS NULL))",
    "a disclosure refers to the packing of its item",
)
_TWICE = Refusal(
    "twice",
    "NEW.kind = 'disclosed' AND EXISTS (SELECT 1 FROM evidence_custodyevent d WHERE d.refers_to_id = NEW.refers_to_id"
    " AND d.kind = 'disclosed' AND d.actor_id = NEW.actor_id AND NOT EXISTS (SELECT 1 FROM evidence_custodyevent c"
    " WHERE c.refers_to_id = d.id AND c.kind = 'corrected'))",
    "what was packed is disclosed once to each person",
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
    dependencies = [("evidence", "0026_packed_and_disclosed")]

    operations = [
        migrations.AddIndex(
            model_name="custodyevent",
            index=models.Index(
                condition=models.Q(("document__isnull", False)),
                fields=["item", "document"],
                name="custody_papers",
            ),
        ),
        *append_only(
            "evidence_custodyevent",
            keys=[["id"], ["item_id", "seq"], ["answers_id"]],
            refusals=[_HELD, _BY_ONE_ALONE, _UNPACKED, _TWICE],
            erasable=_CUSTODY,
        ),
    ]
