"""How items were acquired, version by version, and what things are: both are written once."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import audit.commitments
from audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0009_contents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Acquisition",
            fields=[
                ("date_as_written", models.CharField(blank=True, max_length=200)),
                ("date_calendar", models.CharField(blank=True, max_length=16)),
                ("date_edtf", models.CharField(blank=True, max_length=64)),
                ("date_earliest", models.DateField(blank=True, null=True)),
                ("date_latest", models.DateField(blank=True, null=True)),
                ("date_precision", models.CharField(blank=True, max_length=16)),
                ("date_qualifier", models.CharField(blank=True, max_length=24)),
                ("date_converter", models.CharField(blank=True, max_length=64)),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField()),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "source_kind",
                    models.CharField(
                        choices=[
                            ("person", "A person, under a pseudonym"),
                            ("organisation", "An organisation"),
                            ("public", "A public source"),
                        ],
                        max_length=16,
                    ),
                ),
                ("source_name", models.TextField()),
                ("how_obtained", models.TextField(blank=True)),
                ("why_obtained", models.TextField(blank=True)),
                ("place", models.TextField(blank=True)),
                ("collector", models.TextField(blank=True)),
                ("legal_basis", models.TextField(blank=True)),
                ("rights", models.TextField(blank=True)),
                ("restrictions", models.TextField(blank=True)),
                ("languages", models.CharField(blank=True, max_length=100)),
                ("consent_reference", models.TextField(blank=True)),
                (
                    "reliability",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("A", "A: completely reliable"),
                            ("B", "B: usually reliable"),
                            ("C", "C: fairly reliable"),
                            ("D", "D: not usually reliable"),
                            ("E", "E: unreliable"),
                            ("F", "F: reliability cannot be judged"),
                        ],
                        max_length=1,
                    ),
                ),
                (
                    "credibility",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("1", "1: confirmed by other sources"),
                            ("2", "2: probably true"),
                            ("3", "3: possibly true"),
                            ("4", "4: doubtful"),
                            ("5", "5: improbable"),
                            ("6", "6: truth cannot be judged"),
                        ],
                        max_length=1,
                    ),
                ),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acquisitions",
                        to="evidence.evidenceitem",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["item_id", "-version"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "version"), name="acquisition_version_once_per_item"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="acquisition_version_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source_kind__in", ["person", "organisation", "public"])),
                        name="acquisition_source_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source_name", ""), _negated=True),
                        name="acquisition_has_a_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reliability__in", ["", "A", "B", "C", "D", "E", "F"])),
                        name="acquisition_reliability_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("credibility__in", ["", "1", "2", "3", "4", "5", "6"])),
                        name="acquisition_credibility_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Thing",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("description", models.TextField(blank=True)),
                ("quantity", models.PositiveIntegerField(default=1)),
                ("serial_number", models.CharField(blank=True, max_length=100)),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="thing",
                        to="evidence.evidenceitem",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)), name="thing_is_at_least_one"
                    )
                ],
            },
        ),
        *append_only("evidence_acquisition", keys=[["id"], ["item_id", "version"]]),
        *append_only("evidence_thing", keys=[["id"], ["item_id"]]),
    ]
