"""Words of danger, plain as before or sealed to the custodians: then not one of them lies here."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("witnesses", "0021_signed_words_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="protectivemeasure",
            name="is_sealed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="riskwords",
            name="sealed_record",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)s",
                to="witnesses.sealedidentity",
            ),
        ),
        migrations.AddField(
            model_name="threatwords",
            name="sealed_record",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)s",
                to="witnesses.sealedidentity",
            ),
        ),
        migrations.AlterField(
            model_name="protectivemeasure",
            name="text",
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name="riskwords",
            name="grounds",
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name="threatwords",
            name="what",
            field=models.TextField(blank=True),
        ),
        migrations.AddConstraint(
            model_name="protectivemeasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by_whom", ""), ("is_sealed", True), ("text", "")),
                    models.Q(("is_sealed", False), models.Q(("text", ""), _negated=True)),
                    _connector="OR",
                ),
                name="measure_sealed_or_plain",
            ),
        ),
        migrations.AddConstraint(
            model_name="riskwords",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("grounds", ""), ("sealed_record__isnull", False)),
                    models.Q(("sealed_record__isnull", True), models.Q(("grounds", ""), _negated=True)),
                    _connector="OR",
                ),
                name="risk_words_sealed_or_plain",
            ),
        ),
        migrations.AddConstraint(
            model_name="threatwords",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answered_by", ""),
                        ("correction", ""),
                        ("date_as_written", ""),
                        ("date_calendar", ""),
                        ("date_converter", ""),
                        ("date_earliest__isnull", True),
                        ("date_edtf", ""),
                        ("date_latest__isnull", True),
                        ("date_precision", ""),
                        ("date_qualifier", ""),
                        ("known_how", ""),
                        ("place", ""),
                        ("sealed_record__isnull", False),
                        ("what", ""),
                    ),
                    models.Q(("sealed_record__isnull", True), models.Q(("what", ""), _negated=True)),
                    _connector="OR",
                ),
                name="threat_words_sealed_or_plain",
            ),
        ),
    ]
