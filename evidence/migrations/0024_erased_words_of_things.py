"""What a thing is like may give way to the mark of its erasure, by a row that says who had it erased."""

from django.db import migrations, models

from audit.erasable import Forgettable
from audit.guards import append_only

_THING = Forgettable(
    "evidence_thing",
    record="evidence_erasure",
    words=("description", "serial_number"),
    kept=("id", "item_id", "quantity"),
)


class Migration(migrations.Migration):
    dependencies = [("evidence", "0023_erasure_requests")]

    operations = [
        migrations.AddField(
            model_name="thing",
            name="erasures",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        *append_only("evidence_thing", keys=[["id"], ["item_id"]], erasable=_THING),
    ]
