"""Which exhibits depend on which witness: written once, and ended by rows of their own."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import audit.commitments
from audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0013_online_captures"),
        ("witnesses", "0003_record_and_alarms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Dependence",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "tie",
                    models.CharField(
                        choices=[
                            ("statement", "It is a statement of the witness"),
                            ("source", "It came from the witness"),
                            ("shows", "The witness is seen or heard in it"),
                            ("names", "The witness is named or described in it"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dependences",
                        to="evidence.evidenceitem",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "witness",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dependences",
                        to="witnesses.witness",
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "id"],
                "permissions": [
                    ("end_dependence", "Can say that an exhibit does not depend on a witness after all")
                ],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DependenceEnd",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("reason", models.TextField()),
                ("ended_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                (
                    "dependence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="end",
                        to="witnesses.dependence",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="dependence",
            constraint=models.CheckConstraint(
                condition=models.Q(("tie__in", ["statement", "source", "shows", "names"])),
                name="dependence_tie_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dependenceend",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="dependence_end_has_a_reason"
            ),
        ),
        *append_only("witnesses_dependence", keys=[["id"]]),
        *append_only("witnesses_dependenceend", keys=[["id"], ["dependence_id"]]),
    ]
