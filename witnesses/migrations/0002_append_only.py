from django.db import migrations

from audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("witnesses", "0001_initial")]

    operations = [
        *append_only("witnesses_sealedidentity", keys=[["id"], ["witness_id", "version"]]),
        *append_only(
            "witnesses_keyshare",
            keys=[["id"], ["sealed_identity_id", "index"], ["sealed_identity_id", "custodian_key_id"]],
        ),
        *append_only("witnesses_openingdecision", keys=[["id"], ["request_id", "custodian_id"]]),
    ]
