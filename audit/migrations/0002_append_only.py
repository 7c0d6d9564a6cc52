"""Every table of the log but the queue refuses change and deletion."""

from django.db import migrations

from audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        *append_only("audit_entry", keys=[["id"]]),
        *append_only("audit_leaf", keys=[["leaf_index"], ["entry_id"]]),
        *append_only("audit_tile", keys=[["level", "tile_index"]]),
        *append_only("audit_checkpoint", keys=[["id"], ["size"]]),
        *append_only("audit_checkpointsignature", keys=[["id"], ["checkpoint_id", "key_name", "key_hash"]]),
    ]
