"""No row that is kept gives way to another one that takes its key, by whatever program that is done on SQLite."""

from django.db import migrations

from audit.kept_rows import KeepRows


class Migration(migrations.Migration):
    dependencies = [("evidence", "0018_rows_that_stay")]

    operations = [
        KeepRows("evidence_intake", [["id"]]),
        KeepRows("evidence_storedobject", [["id"], ["name"], ["sha256"]]),
        KeepRows("evidence_evidenceitem", [["id"], ["reference"]]),
        KeepRows("evidence_evidencecase", [["id"], ["item_id", "case_id"]]),
        KeepRows("evidence_evidencelink", [["id"]]),
    ]
