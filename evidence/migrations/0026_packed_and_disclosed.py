"""Packing an exhibit and handing it out become two events; a disclosure says which packing it lets out, once a person."""

from django.db import migrations, models

from audit.erasable import Forgettable
from audit.guards import append_only
from audit.refusals import Refusal

_ERASURE = "evidence_erasure"
_DATE_TEXTS = ("date_calendar", "date_edtf", "date_precision", "date_qualifier", "date_converter")
_DATE_DAYS = ("date_earliest", "date_latest")
# As the migration says that guards the ledger so far.
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
    dependencies = [("evidence", "0025_how_far_a_hold_reaches")]

    operations = [
        migrations.RemoveConstraint(model_name="custodyevent", name="custody_kind_known"),
        migrations.AlterField(
            model_name="custodyevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("collected", "Collected"),
                    ("received", "Received"),
                    ("ingested", "Taken into the store"),
                    ("fixity_checked", "Checked against its digest"),
                    ("copied", "Copied"),
                    ("format_identified", "Type identified from content"),
                    ("migrated", "Migrated to another format"),
                    ("transcribed", "Transcribed"),
                    ("translated", "Translated"),
                    ("redacted", "Redacted"),
                    ("viewed", "Viewed"),
                    ("exported", "Working copy handed out"),
                    ("transfer_offered", "Transfer offered"),
                    ("transfer_accepted", "Transfer accepted"),
                    ("transfer_refused", "Transfer refused"),
                    ("moved", "Moved"),
                    ("sealed", "Sealed"),
                    ("unsealed", "Seal opened"),
                    ("checked_out", "Checked out"),
                    ("returned", "Returned"),
                    ("timestamped", "Time-stamped"),
                    ("consent_changed", "Consent changed"),
                    ("disclosed", "Disclosed in a dossier"),
                    ("disposed", "Disposed of"),
                    ("corrected", "Record corrected"),
                    ("transfer_withdrawn", "Offer withdrawn"),
                    ("confirmed", "Confirmed by a second person"),
                    ("hold_placed", "Legal hold placed"),
                    ("hold_released", "Legal hold released"),
                    ("disposal_requested", "Disposal asked for"),
                    ("disposal_refused", "Disposal turned down"),
                    ("packed", "Packed into a dossier"),
                ],
                max_length=32,
            ),
        ),
        migrations.AddConstraint(
            model_name="custodyevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "collected",
                            "received",
                            "ingested",
                            "fixity_checked",
                            "copied",
                            "format_identified",
                            "migrated",
                            "transcribed",
                            "translated",
                            "redacted",
                            "viewed",
                            "exported",
                            "transfer_offered",
                            "transfer_accepted",
                            "transfer_refused",
                            "moved",
                            "sealed",
                            "unsealed",
                            "checked_out",
                            "returned",
                            "timestamped",
                            "consent_changed",
                            "disclosed",
                            "disposed",
                            "corrected",
                            "transfer_withdrawn",
                            "confirmed",
                            "hold_placed",
                            "hold_released",
                            "disposal_requested",
                            "disposal_refused",
                            "packed",
                        ],
                    )
                ),
                name="custody_kind_known",
            ),
        ),
        # On SQLite the table was made anew, which drops its guards; and it refuses two more kinds of rows.
        *append_only(
            "evidence_custodyevent",
            keys=[["id"], ["item_id", "seq"], ["answers_id"]],
            refusals=[_HELD, _BY_ONE_ALONE, _UNPACKED, _TWICE],
            erasable=_CUSTODY,
        ),
    ]
