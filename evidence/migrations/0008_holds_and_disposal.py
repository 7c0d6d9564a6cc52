"""What was disposed of, and what its bytes are waiting for; and the database's own refusal of a disposal."""

from django.db import migrations, models

from audit.guards import append_only
from audit.refusals import Refusal

# No disposal while a legal hold is on the item, whatever the code above thinks.
HELD = Refusal(
    "held",
    "NEW.kind = 'disposed' AND EXISTS (SELECT 1 FROM evidence_custodyevent h WHERE h.item_id = NEW.item_id"
    " AND h.kind = 'hold_placed' AND NOT EXISTS (SELECT 1 FROM evidence_custodyevent r"
    " WHERE r.answers_id = h.id AND r.kind = 'hold_released'))",
    "a legal hold is on this item",
)
# No disposal that answers no request of another person for the same item.
BY_ONE_ALONE = Refusal(
    "alone",
    "NEW.kind = 'disposed' AND NOT EXISTS (SELECT 1 FROM evidence_custodyevent q WHERE q.id = NEW.answers_id"
    " AND q.item_id = NEW.item_id AND q.kind = 'disposal_requested' AND q.actor_id <> NEW.actor_id)",
    "a disposal takes two people",
)


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0007_uploads"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidenceitem",
            name="disposed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="storedobject",
            name="removal_asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="storedobject",
            name="removed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        *append_only(
            "evidence_custodyevent",
            keys=[["id"], ["item_id", "seq"], ["answers_id"]],
            refusals=[HELD, BY_ONE_ALONE],
        ),
    ]
