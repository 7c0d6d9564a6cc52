"""A person may have the limits widened under which something is made of an item."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0021_erased_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="derivative",
            name="widened",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
    ]
