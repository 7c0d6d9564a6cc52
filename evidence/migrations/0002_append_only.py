"""Custody is written once: the database itself refuses to change or remove an event."""

from django.db import migrations

from audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial")]

    operations = [
        *append_only("evidence_custodyevent", keys=[["id"], ["item_id", "seq"]]),
    ]
