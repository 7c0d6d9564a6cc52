"""That the removal of bytes has begun stands on their row, so that the store is told outside of every transaction."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0016_register_at_a_million")]

    operations = [
        migrations.AddField(
            model_name="storedobject",
            name="removal_begun_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
