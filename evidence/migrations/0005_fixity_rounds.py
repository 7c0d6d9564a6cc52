"""Readings, rounds, reports and alarms; readings and reports are written once."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import audit.commitments
import evidence.digests
from audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0004_physical_items_and_parents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FixityAlarm",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("mismatch", "Changed"),
                            ("truncated", "Cut short"),
                            ("missing", "Missing"),
                            ("unreadable", "Unreadable"),
                            ("store_away", "The store is not reachable"),
                        ],
                        max_length=16,
                    ),
                ),
                ("raised_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closing_reason", models.TextField(blank=True)),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
            ],
            options={
                "ordering": ["-raised_at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="FixityReading",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("full", "Opened and read in full"),
                            ("scrub", "Stored bytes read without a key"),
                        ],
                        max_length=8,
                    ),
                ),
                ("state", models.CharField(max_length=16)),
                (
                    "finding",
                    models.CharField(
                        choices=[
                            ("verified", "Verified"),
                            ("mismatch", "Changed"),
                            ("truncated", "Cut short"),
                            ("missing", "Missing"),
                            ("unreadable", "Unreadable"),
                        ],
                        max_length=12,
                    ),
                ),
                ("read_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("agent", models.CharField(max_length=100)),
                ("sha256_found", evidence.digests.DigestField("sha256", blank=True, null=True)),
                ("blake3_found", evidence.digests.DigestField("blake3", blank=True, null=True)),
            ],
            options={
                "ordering": ["read_at", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="FixityReport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("body", models.TextField()),
                ("sha256", evidence.digests.DigestField("sha256")),
                ("entry_id", models.UUIDField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="FixityRound",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("full", "Opened and read in full"),
                            ("scrub", "Stored bytes read without a key"),
                        ],
                        max_length=8,
                    ),
                ),
                ("on_demand", models.BooleanField(default=False)),
                ("agent", models.CharField(max_length=100)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("cutoff", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("due", models.PositiveBigIntegerField(default=0)),
                ("verified", models.PositiveBigIntegerField(default=0)),
                ("mismatch", models.PositiveBigIntegerField(default=0)),
                ("truncated", models.PositiveBigIntegerField(default=0)),
                ("missing", models.PositiveBigIntegerField(default=0)),
                ("unreadable", models.PositiveBigIntegerField(default=0)),
                ("lease", models.CharField(blank=True, max_length=32)),
                ("beat_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-started_at"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="storedobject",
            name="checked_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="storedobject",
            name="scrubbed_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddIndex(
            model_name="storedobject",
            index=models.Index(fields=["checked_at", "id"], name="object_by_check"),
        ),
        migrations.AddIndex(
            model_name="storedobject",
            index=models.Index(fields=["scrubbed_at", "id"], name="object_by_scrub"),
        ),
        migrations.AddField(
            model_name="fixityalarm",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="fixityalarm",
            name="object",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="alarms",
                to="evidence.storedobject",
            ),
        ),
        migrations.AddField(
            model_name="fixityreading",
            name="object",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="readings",
                to="evidence.storedobject",
            ),
        ),
        migrations.AddField(
            model_name="fixityround",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="fixityreport",
            name="round",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="report", to="evidence.fixityround"
            ),
        ),
        migrations.AddField(
            model_name="fixityreading",
            name="round",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="readings",
                to="evidence.fixityround",
            ),
        ),
        migrations.AddConstraint(
            model_name="fixityalarm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)), fields=("object",), name="alarm_once_while_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="fixityalarm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None), ("object", None)),
                fields=("state",),
                name="alarm_of_the_store_once_while_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="fixityalarm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["mismatch", "truncated", "missing", "unreadable", "store_away"])
                ),
                name="alarm_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="fixityalarm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("closed_by", None)),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        models.Q(("closing_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="alarm_closed_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="fixityround",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("method",), name="fixity_one_round_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="fixityround",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["full", "scrub"])), name="round_method_known"
            ),
        ),
        migrations.AddIndex(
            model_name="fixityreading",
            index=models.Index(fields=["object", "-read_at"], name="reading_by_object"),
        ),
        migrations.AddIndex(
            model_name="fixityreading",
            index=models.Index(fields=["round", "finding"], name="reading_by_finding"),
        ),
        migrations.AddConstraint(
            model_name="fixityreading",
            constraint=models.UniqueConstraint(fields=("round", "object"), name="reading_once_in_a_round"),
        ),
        migrations.AddConstraint(
            model_name="fixityreading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("finding__in", ["verified", "mismatch", "truncated", "missing", "unreadable"])
                ),
                name="reading_finding_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="fixityreading",
            constraint=models.CheckConstraint(
                condition=models.Q(("method__in", ["full", "scrub"])), name="reading_method_known"
            ),
        ),
        # What was there before was read in full when it came in.
        migrations.RunSQL(
            "UPDATE evidence_storedobject SET checked_at = stored_at, scrubbed_at = stored_at",
            migrations.RunSQL.noop,
        ),
        *append_only("evidence_fixityreading", keys=[["id"], ["round_id", "object_id"]]),
        *append_only("evidence_fixityreport", keys=[["id"], ["round_id"]]),
    ]
