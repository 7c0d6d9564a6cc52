"""What came in stays on the record: the database itself refuses to let the rows of items and of what holds them go."""

from django.db import migrations

from audit.kept_rows import KeepRows


class Migration(migrations.Migration):
    dependencies = [("evidence", "0017_removal_begun")]

    operations = [
        KeepRows("evidence_intake", [["id"]]),
        KeepRows("evidence_storedobject", [["id"], ["name"], ["sha256"]]),
        KeepRows("evidence_evidenceitem", [["id"], ["reference"]]),
        KeepRows("evidence_evidencecase", [["id"], ["item_id", "case_id"]]),
        KeepRows("evidence_evidencelink", [["id"]]),
    ]
