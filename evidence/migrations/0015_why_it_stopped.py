"""Why an upload or an unpacking could not go on is a code; the sentences that stood there were in one language."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_sentences(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name in ("Upload", "Unpacking"):
        apps.get_model("evidence", name).objects.exclude(failure="").update(failure="other")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
        ("evidence", "0014_items_by_path"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(forget_sentences, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="unpacking",
            name="failure",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AlterField(
            model_name="upload",
            name="failure",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddConstraint(
            model_name="unpacking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "failure__in",
                        [
                            "",
                            "disk_full",
                            "vault_away",
                            "no_key",
                            "no_records",
                            "gone",
                            "altered",
                            "disposed",
                            "not_permitted",
                            "not_open",
                            "other_file",
                            "upload_damaged",
                            "other",
                        ],
                    )
                ),
                name="unpacking_failure_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "failure__in",
                        [
                            "",
                            "disk_full",
                            "vault_away",
                            "no_key",
                            "no_records",
                            "gone",
                            "altered",
                            "disposed",
                            "not_permitted",
                            "not_open",
                            "other_file",
                            "upload_damaged",
                            "other",
                        ],
                    )
                ),
                name="upload_failure_known",
            ),
        ),
    ]
