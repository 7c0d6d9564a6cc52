"""What witnesses consented to and took back: answers written once, the words beside them where they can be erased."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import audit.commitments
from audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0013_online_captures"),
        ("witnesses", "0004_dependence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("c1", "Our form, version C1"),
                            ("partner", "The form of another organisation"),
                            ("none", "No form; the purposes were read out one by one"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("fa", "Persian"),
                            ("ku", "Kurdish"),
                            ("az", "Azerbaijani Turkish"),
                            ("bal", "Balochi"),
                            ("tk", "Turkmen"),
                            ("ar", "Arabic"),
                            ("hy", "Armenian"),
                            ("en", "English"),
                            ("sv", "Swedish"),
                            ("de", "German"),
                            ("fr", "French"),
                            ("nl", "Dutch"),
                            ("mis", "Another language"),
                            ("zxx", "No language, such as a picture"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("signed", "Signed on paper"),
                            ("recorded", "Said aloud and recorded"),
                            ("oral", "Said aloud before a second person"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "given_by",
                    models.CharField(
                        choices=[
                            ("witness", "The witness"),
                            ("guardian", "A parent or guardian, for a minor"),
                            ("representative", "A person whom the witness or a court empowered"),
                        ],
                        max_length=16,
                    ),
                ),
                ("minor", models.BooleanField(default=False)),
                ("expires_on", models.DateField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signed_form",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.evidenceitem",
                    ),
                ),
                (
                    "witness",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="witnesses.witness",
                    ),
                ),
            ],
            options={
                "ordering": ["witness_id", "-version"],
                "permissions": [
                    ("record_consent", "Can record a witness's consent, and that it was withdrawn")
                ],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ConsentAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("store", "Keep it here"),
                            ("analyse", "Work with it inside this organisation"),
                            ("share_with_named_prosecutors", "Give it to the prosecutors named below"),
                            (
                                "share_with_any_uj_authority",
                                "Give it to any authority that investigates such crimes under universal jurisdiction",
                            ),
                            (
                                "share_with_icc_or_un",
                                "Give it to the International Criminal Court or a body of the United Nations",
                            ),
                            (
                                "court_disclosure_of_identity",
                                "Disclose who the witness is to a court and its parties",
                            ),
                            ("testify", "Testify in person"),
                            ("contact_again", "Be contacted again"),
                            (
                                "publish_anonymised",
                                "Publish it without anything that tells who the witness is",
                            ),
                            ("publish_named", "Publish it with the witness’s name"),
                            ("archive_after_case", "Keep it in an archive when the case is over"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No"), ("conditional", "Yes, on conditions")],
                        max_length=12,
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="witnesses.consent",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ConsentWithdrawal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("purposes", models.CharField(max_length=300)),
                (
                    "received",
                    models.CharField(
                        choices=[
                            ("in_person", "In person"),
                            ("call", "By a call"),
                            ("written", "In writing or by message"),
                            ("through", "Through somebody whom the witness trusts"),
                        ],
                        max_length=10,
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawals",
                        to="witnesses.consent",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["recorded_at", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ConsentWords",
            fields=[
                ("date_as_written", models.CharField(blank=True, max_length=200)),
                ("date_calendar", models.CharField(blank=True, max_length=16)),
                ("date_edtf", models.CharField(blank=True, max_length=64)),
                ("date_earliest", models.DateField(blank=True, null=True)),
                ("date_latest", models.DateField(blank=True, null=True)),
                ("date_precision", models.CharField(blank=True, max_length=16)),
                ("date_qualifier", models.CharField(blank=True, max_length=24)),
                ("date_converter", models.CharField(blank=True, max_length=64)),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                ("taken_by", models.TextField()),
                ("interpreter", models.TextField(blank=True)),
                ("heard_by", models.TextField(blank=True)),
                ("capacity_note", models.TextField(blank=True)),
                ("guardian", models.TextField(blank=True)),
                ("prosecutors", models.TextField(blank=True)),
                ("contact_by", models.TextField(blank=True)),
                ("conditions", models.TextField(blank=True)),
                (
                    "consent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="words",
                        to="witnesses.consent",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="WithdrawalWords",
            fields=[
                ("date_as_written", models.CharField(blank=True, max_length=200)),
                ("date_calendar", models.CharField(blank=True, max_length=16)),
                ("date_edtf", models.CharField(blank=True, max_length=64)),
                ("date_earliest", models.DateField(blank=True, null=True)),
                ("date_latest", models.DateField(blank=True, null=True)),
                ("date_precision", models.CharField(blank=True, max_length=16)),
                ("date_qualifier", models.CharField(blank=True, max_length=24)),
                ("date_converter", models.CharField(blank=True, max_length=64)),
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                ("note", models.TextField(blank=True)),
                (
                    "withdrawal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="words",
                        to="witnesses.consentwithdrawal",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(fields=("witness", "version"), name="consent_version_once"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="consent_version_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="consentanswer",
            constraint=models.UniqueConstraint(fields=("consent", "purpose"), name="consent_answer_once"),
        ),
        migrations.AddConstraint(
            model_name="consentanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "purpose__in",
                        [
                            "store",
                            "analyse",
                            "share_with_named_prosecutors",
                            "share_with_any_uj_authority",
                            "share_with_icc_or_un",
                            "court_disclosure_of_identity",
                            "testify",
                            "contact_again",
                            "publish_anonymised",
                            "publish_named",
                            "archive_after_case",
                        ],
                    )
                ),
                name="consent_purpose_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["yes", "no", "conditional"])), name="consent_answer_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="consentwithdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("purposes", ""), _negated=True), name="withdrawal_says_what"
            ),
        ),
        *append_only("witnesses_consent", keys=[["id"], ["witness_id", "version"]]),
        *append_only("witnesses_consentanswer", keys=[["id"], ["consent_id", "purpose"]]),
        *append_only("witnesses_consentwithdrawal", keys=[["id"]]),
    ]
