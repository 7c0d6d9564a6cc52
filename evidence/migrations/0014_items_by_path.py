"""An index by the path that items came under, so that a command finds at once what an earlier run took in."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0013_online_captures")]

    operations = [
        migrations.AddIndex(
            model_name="evidenceitem",
            index=django.contrib.postgres.indexes.HashIndex(
                condition=models.Q(("original_path", ""), _negated=True),
                fields=["original_path"],
                name="item_by_path",
            ),
        ),
    ]
