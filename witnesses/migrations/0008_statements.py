"""Which exhibits are the statements of which witness, version by version: written once."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import audit.commitments
from audit.guards import append_only
from audit.refusals import Refusal

# A statement came of an interview of the same witness, or of none that the register knows.
OF_ANOTHER = Refusal(
    "of_another",
    "NEW.interview_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM witnesses_interview i"
    " WHERE i.id = NEW.interview_id AND i.witness_id = NEW.witness_id)",
    "the interview is of another witness",
)
# Whoever sees the witness sees the case; an exhibit of another case would be shown to them.
ELSEWHERE = Refusal(
    "elsewhere",
    "NOT EXISTS (SELECT 1 FROM evidence_evidencecase p JOIN witnesses_witness w ON w.case_id = p.case_id"
    " WHERE p.item_id = NEW.item_id AND w.id = NEW.witness_id)",
    "the exhibit is not in the case of the witness",
)


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0018_rows_that_stay"),
        ("witnesses", "0007_interviews"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Statement",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField()),
                ("stands", models.BooleanField(default=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("first_account", "First account"),
                            ("full_statement", "Full statement"),
                            ("expert", "Expert’s examination"),
                            ("media", "For the media"),
                            ("third_party_record", "Record of a third party"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
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
                        max_length=12,
                    ),
                ),
                (
                    "signed",
                    models.CharField(
                        choices=[("not_known", "Not known"), ("yes", "Yes"), ("no", "No")],
                        default="not_known",
                        max_length=12,
                    ),
                ),
                (
                    "read_back",
                    models.CharField(
                        choices=[("not_known", "Not known"), ("yes", "Yes"), ("no", "No")],
                        default="not_known",
                        max_length=12,
                    ),
                ),
                (
                    "under_oath",
                    models.CharField(
                        choices=[("not_known", "Not known"), ("yes", "Yes"), ("no", "No")],
                        default="not_known",
                        max_length=12,
                    ),
                ),
                ("remark", models.TextField(blank=True)),
                ("correction", models.TextField(blank=True)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                (
                    "interview",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="witnesses.interview",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="evidence.evidenceitem",
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
                (
                    "witness",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="witnesses.witness",
                    ),
                ),
            ],
            options={
                "ordering": ["witness", "item", "-version"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("witness", "item", "version"), name="statement_version_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="statement_version_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["first_account", "full_statement", "expert", "media", "third_party_record"],
                            )
                        ),
                        name="statement_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("read_back__in", ["not_known", "yes", "no"]),
                            ("signed__in", ["not_known", "yes", "no"]),
                            ("under_oath__in", ["not_known", "yes", "no"]),
                        ),
                        name="statement_answers_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stands", True), models.Q(("correction", ""), _negated=True), _connector="OR"
                        ),
                        name="statement_end_has_a_reason",
                    ),
                ],
            },
        ),
        *append_only(
            "witnesses_statement",
            keys=[["id"], ["witness_id", "item_id", "version"]],
            refusals=[OF_ANOTHER, ELSEWHERE],
        ),
    ]
