"""Notes of interviews; a sealed one is a sealed record of its witness, beside the versions of the identity."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import audit.commitments
from audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("witnesses", "0008_statements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="sealedidentity", name="sealed_identity_version_once"),
        migrations.AddField(
            model_name="sealedidentity",
            name="part",
            field=models.CharField(default="identity", max_length=36),
        ),
        migrations.AddConstraint(
            model_name="sealedidentity",
            constraint=models.UniqueConstraint(
                fields=("witness", "part", "version"), name="sealed_record_version_once"
            ),
        ),
        migrations.CreateModel(
            name="InterviewNote",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("thread", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                ("correction", models.TextField(blank=True)),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                (
                    "interview",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="witnesses.interview",
                    ),
                ),
                (
                    "sealed_record",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="note",
                        to="witnesses.sealedidentity",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["interview", "written_at", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("thread", "version"), name="interview_note_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="interview_note_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sealed_record__isnull", False), ("text", "")),
                            models.Q(("sealed_record__isnull", True), models.Q(("text", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="interview_note_sealed_or_plain",
                    ),
                ],
            },
        ),
        # Laid anew: SQLite makes the table over for what was changed of it.
        *append_only("witnesses_sealedidentity", keys=[["id"], ["witness_id", "part", "version"]]),
    ]
