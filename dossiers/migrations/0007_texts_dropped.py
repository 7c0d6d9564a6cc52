"""That gathered texts were given up with what was disposed of; the table is append-only."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0006_narrowing"),
    ]

    operations = [
        migrations.CreateModel(
            name="TextsDropped",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("dropped_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "texts",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dropped",
                        to="dossiers.packagetexts",
                    ),
                ),
            ],
            options={"default_permissions": ()},
        ),
        *append_only("dossiers_textsdropped", keys=[["id"], ["texts_id"]]),
    ]
