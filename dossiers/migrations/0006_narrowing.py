"""Why a dossier goes out although it narrows pseudonyms to few people, and what exactly was confirmed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0005_machine_read"),
    ]

    operations = [
        migrations.AddField(
            model_name="dossier",
            name="narrowing_code",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name="dossier",
            name="narrowing_reason",
            field=models.TextField(blank=True),
        ),
    ]
