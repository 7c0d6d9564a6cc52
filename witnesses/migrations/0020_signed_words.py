import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def keep_act_keys(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The public half of every request and session of today, where nobody exchanges it any more."""
    keys = apps.get_model("witnesses", "ActKey")
    for model, field in (("OpeningRequest", "request"), ("QuorumSession", "session")):
        for act in apps.get_model("witnesses", model).objects.all().iterator():
            keys.objects.create(**{field: act, "public_key": act.public_key, "made_at": act.created_at})


class Migration(migrations.Migration):
    dependencies = [
        ("witnesses", "0019_let_in_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="VerifyingKey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("verifying_key", models.BinaryField()),
                (
                    "key",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verifying",
                        to="witnesses.custodiankey",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CustodianWord",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("vouched", "vouched for a key"),
                            ("rotated", "changed to a new key"),
                            ("kit", "confirmed a recovery kit"),
                        ],
                        max_length=10,
                    ),
                ),
                ("signature", models.BinaryField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "about_key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="words_about",
                        to="witnesses.custodiankey",
                    ),
                ),
                (
                    "about_kit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="words",
                        to="witnesses.recoverykit",
                    ),
                ),
                (
                    "by_key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="words",
                        to="witnesses.custodiankey",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("about_key__isnull", True), ("about_kit__isnull", False), ("kind", "kit")
                            ),
                            models.Q(
                                ("about_key__isnull", False),
                                ("about_kit__isnull", True),
                                ("kind__in", ["vouched", "rotated"]),
                            ),
                            _connector="OR",
                        ),
                        name="custodian_word_is_about_its_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ActKey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("public_key", models.BinaryField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "request",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="act_key",
                        to="witnesses.openingrequest",
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="act_key",
                        to="witnesses.quorumsession",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("request__isnull", False), ("session__isnull", True)),
                            models.Q(("request__isnull", True), ("session__isnull", False)),
                            _connector="OR",
                        ),
                        name="act_key_is_of_one_act",
                    )
                ],
            },
        ),
        migrations.RunPython(keep_act_keys, migrations.RunPython.noop),
    ]
