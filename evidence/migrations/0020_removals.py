"""What the store is told to remove, under names that nothing is given again."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from audit.kept_rows import KeepRows


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0019_rows_not_replaced"),
    ]

    operations = [
        migrations.CreateModel(
            name="Removal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=128, unique=True)),
                ("turn", models.PositiveIntegerField(default=0)),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("taken_up_at", models.DateTimeField(blank=True, null=True)),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                ("look_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "object",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="removals",
                        to="evidence.storedobject",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["look_at"], name="removal_by_look")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="removal_named"
                    )
                ],
            },
        ),
        KeepRows("evidence_removal", [["id"], ["name"]]),
        # Whoever was at it under the older programs is gone with them: the removal begins anew, under its name.
        migrations.RunSQL(
            "UPDATE evidence_storedobject SET removal_begun_at = NULL WHERE removed_at IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
