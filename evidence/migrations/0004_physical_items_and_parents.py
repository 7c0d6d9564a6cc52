"""An item may be a thing without bytes, and may come from another item."""

import django.db.models.deletion
from django.db import migrations, models

RELATIONS = ["attachment", "archive_member", "capture_part", "photograph"]


class Migration(migrations.Migration):
    dependencies = [("evidence", "0003_derivatives")]

    operations = [
        migrations.AlterField(
            model_name="evidenceitem",
            name="object",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="evidence.storedobject",
            ),
        ),
        migrations.AddField(
            model_name="evidenceitem",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="evidence.evidenceitem",
            ),
        ),
        migrations.AddField(
            model_name="evidenceitem",
            name="relation",
            field=models.CharField(
                blank=True,
                choices=[
                    ("attachment", "Attachment of a message"),
                    ("archive_member", "File from an archive"),
                    ("capture_part", "Part of a web capture"),
                    ("photograph", "Photograph of a thing"),
                ],
                default="",
                max_length=16,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="intake",
            name="consent_reference",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="evidenceitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("relation__in", ["", *RELATIONS])), name="item_relation_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="evidenceitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("parent__isnull", True), ("relation", "")),
                    models.Q(("parent__isnull", False), models.Q(("relation", ""), _negated=True)),
                    _connector="OR",
                ),
                name="item_relation_with_its_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidenceitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent__isnull", True),
                    models.Q(("parent", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="item_not_its_own_parent",
            ),
        ),
    ]
