"""What is looked for in a package before it leaves; every table append-only."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import audit.commitments
from audit.guards import append_only

_TABLES = {
    "dossiers_packagetexts": [["id"], ["dossier_id"]],
    "dossiers_packageunread": [["id"]],
    "dossiers_leakcheck": [["id"], ["session_id"]],
    "dossiers_leakresult": [["id"], ["check_of_id"]],
    "dossiers_leakfinding": [["id"], ["result_id", "path", "part"]],
    "dossiers_leakexcused": [["id"], ["result_id", "witness_id"]],
    "dossiers_leakstatement": [["id"], ["result_id", "person_id"]],
}


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0003_do_no_harm"),
        ("evidence", "0018_rows_that_stay"),
        ("witnesses", "0010_custodian_life"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LeakCheck",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("package", models.BinaryField(max_length=32)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leak_checks",
                        to="dossiers.dossier",
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leak_check",
                        to="witnesses.quorumsession",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="LeakResult",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("ended_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("files", models.PositiveIntegerField()),
                ("unread", models.PositiveIntegerField()),
                ("identities", models.PositiveIntegerField()),
                ("unopened", models.PositiveIntegerField()),
                ("excused", models.PositiveIntegerField()),
                (
                    "check_of",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="result",
                        to="dossiers.leakcheck",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PackageTexts",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("package", models.BinaryField(max_length=32)),
                ("files", models.PositiveIntegerField()),
                ("gathered_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="dossiers.dossier",
                    ),
                ),
                (
                    "object",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.storedobject",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PackageUnread",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("path", models.CharField(max_length=300)),
                ("part", models.CharField(blank=True, max_length=200)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("encrypted", "it has a password or is encrypted"),
                            ("failed", "it is damaged, or its reader failed"),
                            ("no_reader", "we have no reader for files of this kind"),
                            ("picture", "it is a picture in which no text was recognised"),
                            ("scan", "it has pages without text in which no text was recognised"),
                            ("sound", "it is sound or a film: nobody listened to it here"),
                            ("too_deep", "too many files lie in one another"),
                            ("too_large", "it is too large, or unfolds into too much"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "texts",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unread",
                        to="dossiers.packagetexts",
                    ),
                ),
            ],
            options={
                "ordering": ["path", "part", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="LeakFinding",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("path", models.CharField(max_length=300)),
                ("part", models.CharField(blank=True, max_length=200)),
                (
                    "surety",
                    models.CharField(
                        choices=[("sure", "sure"), ("likely", "likely"), ("possible", "possible")],
                        max_length=8,
                    ),
                ),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="dossiers.leakresult",
                    ),
                ),
            ],
            options={
                "ordering": ["path", "part"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("result", "path", "part"), name="leak_finding_once_per_place"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LeakExcused",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "witness",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="witnesses.witness"
                    ),
                ),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="excused_witnesses",
                        to="dossiers.leakresult",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("result", "witness"), name="leak_excused_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LeakStatement",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("reason", models.TextField()),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                ("stated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="dossiers.leakresult",
                    ),
                ),
            ],
            options={
                "ordering": ["stated_at", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("result", "person"), name="leak_statement_once_per_person"
                    )
                ],
            },
        ),
        *[guard for table, keys in _TABLES.items() for guard in append_only(table, keys=keys)],
    ]
