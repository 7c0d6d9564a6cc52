"""What lies inside items that hold others: how far the looking is, and each member."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0008_holds_and_disposal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Unpacking",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Being looked into"),
                            ("listed", "Listed"),
                            ("taking", "Being taken out"),
                            ("failed", "Could not be looked into"),
                        ],
                        default="asked",
                        max_length=12,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("zip", "Zip archive"),
                            ("tar", "Tar archive"),
                            ("compressed", "One compressed file"),
                            ("mail", "E-mail message"),
                            ("mailbox", "Mailbox"),
                            ("saved_page", "Saved web page"),
                        ],
                        max_length=12,
                    ),
                ),
                ("tool", models.CharField(blank=True, max_length=100)),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("folder", "A folder: only its name is kept"),
                            ("link", "A link to another place: it is never followed"),
                            ("device", "A device or pipe, no file"),
                            ("sparse", "A file with holes, in a form that is not read here"),
                            ("encrypted", "Locked with a password"),
                            ("method", "Compressed in a way that is not read here"),
                            ("damaged", "Damaged or cut off"),
                            ("bomb", "It would unfold into far more than it says or should"),
                            ("too_large", "Larger than what is taken out here"),
                            ("too_deep", "Lies too deep inside other files"),
                            ("no_container", "Neither an archive nor a message that is read here"),
                        ],
                        max_length=16,
                    ),
                ),
                ("is_cut_short", models.BooleanField(default=False)),
                ("failure", models.CharField(blank=True, max_length=300)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("claim", models.UUIDField(blank=True, editable=False, null=True)),
                ("beat_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.intake",
                    ),
                ),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unpacking",
                        to="evidence.evidenceitem",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ContainerMember",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("name", models.TextField(blank=True)),
                ("size", models.PositiveBigIntegerField(blank=True, null=True)),
                ("modified", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("listed", "Inside only"),
                            ("asked", "Waits to be taken out"),
                            ("taken", "An item of its own"),
                            ("left", "Stays inside"),
                            ("failed", "Could not be taken out"),
                        ],
                        default="listed",
                        max_length=12,
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("folder", "A folder: only its name is kept"),
                            ("link", "A link to another place: it is never followed"),
                            ("device", "A device or pipe, no file"),
                            ("sparse", "A file with holes, in a form that is not read here"),
                            ("encrypted", "Locked with a password"),
                            ("method", "Compressed in a way that is not read here"),
                            ("damaged", "Damaged or cut off"),
                            ("bomb", "It would unfold into far more than it says or should"),
                            ("too_large", "Larger than what is taken out here"),
                            ("too_deep", "Lies too deep inside other files"),
                            ("no_container", "Neither an archive nor a message that is read here"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "child",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="member_of",
                        to="evidence.evidenceitem",
                    ),
                ),
                (
                    "unpacking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="evidence.unpacking",
                    ),
                ),
            ],
            options={
                "ordering": ["unpacking", "number"],
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="unpacking",
            index=models.Index(
                condition=models.Q(("state__in", ["asked", "taking"])),
                fields=["asked_at"],
                name="unpacking_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="unpacking",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["asked", "listed", "taking", "failed"])),
                name="unpacking_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="unpacking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["", "zip", "tar", "compressed", "mail", "mailbox", "saved_page"])
                ),
                name="unpacking_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="unpacking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "why__in",
                        [
                            "",
                            "folder",
                            "link",
                            "device",
                            "sparse",
                            "encrypted",
                            "method",
                            "damaged",
                            "bomb",
                            "too_large",
                            "too_deep",
                            "no_container",
                        ],
                    )
                ),
                name="unpacking_why_known",
            ),
        ),
        migrations.AddIndex(
            model_name="containermember",
            index=models.Index(fields=["unpacking", "state"], name="member_by_state"),
        ),
        migrations.AddConstraint(
            model_name="containermember",
            constraint=models.UniqueConstraint(fields=("unpacking", "number"), name="member_once"),
        ),
        migrations.AddConstraint(
            model_name="containermember",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["listed", "asked", "taken", "left", "failed"])),
                name="member_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="containermember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "why__in",
                        [
                            "",
                            "folder",
                            "link",
                            "device",
                            "sparse",
                            "encrypted",
                            "method",
                            "damaged",
                            "bomb",
                            "too_large",
                            "too_deep",
                            "no_container",
                        ],
                    )
                ),
                name="member_why_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="containermember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("child__isnull", False), ("state", "taken")),
                    models.Q(models.Q(("state", "taken"), _negated=True), ("child__isnull", True)),
                    _connector="OR",
                ),
                name="member_taken_is_an_item",
            ),
        ),
    ]
