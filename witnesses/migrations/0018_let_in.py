import hashlib
import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def keep_those_of_before(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Every key of today was made when a role was enough; none of them is put to the custodians again."""
    admissions = apps.get_model("witnesses", "KeyAdmission")
    for key in apps.get_model("witnesses", "CustodianKey").objects.all():
        admissions.objects.create(
            key=key,
            fingerprint=hashlib.sha256(bytes(key.public_key)).digest(),
            because="before",
            at=key.created_at,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("witnesses", "0017_recover_purpose"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyAdmission",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("fingerprint", models.BinaryField()),
                (
                    "because",
                    models.CharField(
                        choices=[
                            ("founded", "one of the first"),
                            ("alone", "nobody was left to ask"),
                            ("vouched", "let in by custodians"),
                            ("rotated", "proved with the key before it"),
                            ("before", "made before keys were let in"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="KeyVouch",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["at", "id"],
                "default_permissions": (),
            },
        ),
        migrations.RemoveConstraint(
            model_name="witnessalarm",
            name="witness_alarm_is_of_its_kind",
        ),
        migrations.AlterField(
            model_name="custodianevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("removed", "removed"),
                    ("reinstated", "brought back"),
                    ("lost", "passphrase lost"),
                    ("found", "passphrase found again"),
                    ("turned", "key not let in"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="witnessalarm",
            name="kind",
            field=models.CharField(
                choices=[
                    ("burst", "unusually many at once"),
                    ("emergency", "danger to life"),
                    ("removal", "a custodian was removed"),
                    ("enrolment", "somebody wants to be a custodian"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="witnessalarm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "burst"), ("request__isnull", True)),
                    models.Q(("kind", "emergency"), ("person__isnull", False), ("request__isnull", False)),
                    models.Q(
                        ("kind__in", ["removal", "enrolment"]),
                        ("person__isnull", False),
                        ("request__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="witness_alarm_is_of_its_kind",
            ),
        ),
        migrations.AddField(
            model_name="keyadmission",
            name="key",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="admission",
                to="witnesses.custodiankey",
            ),
        ),
        migrations.AddField(
            model_name="keyvouch",
            name="custodian",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="witnesses.custodian"
            ),
        ),
        migrations.AddField(
            model_name="keyvouch",
            name="key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="vouches",
                to="witnesses.custodiankey",
            ),
        ),
        migrations.AddConstraint(
            model_name="keyvouch",
            constraint=models.UniqueConstraint(fields=("key", "custodian"), name="custodian_vouches_once"),
        ),
        migrations.RunPython(keep_those_of_before, migrations.RunPython.noop),
    ]
