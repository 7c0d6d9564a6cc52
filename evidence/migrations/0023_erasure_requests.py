"""Whoever wants words of a record erased asks on a page, and somebody else decides: the request waits in between."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import audit.commitments
from audit.kept_rows import KeepRows


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0022_wider_limits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ErasureRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=64)),
                ("record", models.UUIDField()),
                ("names", models.CharField(max_length=400)),
                ("reason", models.TextField()),
                ("answer", models.TextField(blank=True)),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("erased", "Erased"),
                            ("refused", "Not erased"),
                            ("withdrawn", "Taken back"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasure_requests",
                        to="evidence.evidenceitem",
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "")),
                        fields=("record",),
                        name="erasure_asked_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["", "erased", "refused", "withdrawn"])),
                        name="erasure_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("outcome", "")),
                            models.Q(
                                models.Q(("outcome", ""), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="erasure_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "erased"), _negated=True),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="erasure_decided_by_another",
                    ),
                ],
            },
        ),
        KeepRows("evidence_erasurerequest", [["id"]]),
    ]
