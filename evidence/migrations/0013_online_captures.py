"""How items were captured online, and what leads to who captured them: written once, version by version."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import audit.commitments
from audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0012_register_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OnlineCapture",
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
                ("url", models.TextField()),
                ("final_url", models.TextField(blank=True)),
                ("collector", models.TextField(blank=True)),
                ("tool", models.TextField(blank=True)),
                ("tool_version", models.TextField(blank=True)),
                ("context", models.TextField(blank=True)),
                ("stated", models.CharField(blank=True, max_length=100)),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="captures",
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
            },
        ),
        migrations.CreateModel(
            name="CapturePart",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="part_of_captures",
                        to="evidence.evidenceitem",
                    ),
                ),
                (
                    "capture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="evidence.onlinecapture",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CollectorTrace",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField()),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("collector_ip", models.TextField(blank=True)),
                ("persona_used", models.TextField(blank=True)),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collector_traces",
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
                    models.UniqueConstraint(fields=("item", "version"), name="trace_version_once_per_item"),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="trace_version_from_one"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="onlinecapture",
            constraint=models.UniqueConstraint(
                fields=("item", "version"), name="capture_version_once_per_item"
            ),
        ),
        migrations.AddConstraint(
            model_name="onlinecapture",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="capture_version_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="onlinecapture",
            constraint=models.CheckConstraint(
                condition=models.Q(("url", ""), _negated=True), name="capture_has_an_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="capturepart",
            constraint=models.UniqueConstraint(fields=("capture", "item"), name="capture_part_once"),
        ),
        *append_only("evidence_onlinecapture", keys=[["id"], ["item_id", "version"]]),
        *append_only("evidence_capturepart", keys=[["id"], ["capture_id", "item_id"]]),
        *append_only("evidence_collectortrace", keys=[["id"], ["item_id", "version"]]),
    ]
