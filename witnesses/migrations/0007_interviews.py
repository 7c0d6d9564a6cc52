"""The register of interviews, and what is known of each: both are written once."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import audit.commitments
from audit.guards import append_only
from audit.refusals import Refusal

# The register is one row after the other, so that the check on the number can hold who was first.
OUT_OF_TURN = Refusal(
    "turn",
    "NEW.number <> (SELECT count(*) + 1 FROM witnesses_interview e WHERE e.witness_id = NEW.witness_id)",
    "an interview takes the next number of its register",
)


class Migration(migrations.Migration):
    dependencies = [
        ("witnesses", "0006_quorum_sessions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Interview",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("ours", models.BooleanField()),
                ("justification", models.TextField(blank=True)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                (
                    "opened_by",
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
                        related_name="interviews",
                        to="witnesses.witness",
                    ),
                ),
            ],
            options={
                "ordering": ["witness", "number"],
                "permissions": [("take_full_statement", "Can take a full statement of a witness")],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="InterviewRecord",
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
                ("version", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("held", "held"),
                            ("broken_off", "broken off"),
                            ("withdrawn", "withdrawn"),
                        ],
                        max_length=12,
                    ),
                ),
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
                ("organisation", models.TextField(blank=True)),
                ("interviewer", models.TextField(blank=True)),
                ("where_held", models.TextField(blank=True)),
                (
                    "recording",
                    models.CharField(
                        choices=[
                            ("not_known", "Not known"),
                            ("none", "No recording"),
                            ("written", "In writing"),
                            ("audio", "Sound"),
                            ("video", "Sound and picture"),
                        ],
                        default="not_known",
                        max_length=12,
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
                ("interpreter", models.TextField(blank=True)),
                ("setting", models.TextField(blank=True)),
                ("care", models.TextField(blank=True)),
                ("supported_by", models.TextField(blank=True)),
                ("why_ended", models.TextField(blank=True)),
                ("correction", models.TextField(blank=True)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                (
                    "interview",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="witnesses.interview",
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
                "ordering": ["interview", "-version"],
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.UniqueConstraint(fields=("witness", "number"), name="interview_number_once"),
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="interview_number_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="interview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ours", False),
                    ("number", 1),
                    models.Q(("justification", ""), _negated=True),
                    _connector="OR",
                ),
                name="interview_another_is_justified",
            ),
        ),
        migrations.AddConstraint(
            model_name="interviewrecord",
            constraint=models.UniqueConstraint(
                fields=("interview", "version"), name="interview_record_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="interviewrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="interview_record_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="interviewrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["planned", "held", "broken_off", "withdrawn"])),
                name="interview_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="interviewrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["first_account", "full_statement", "expert", "media", "third_party_record"])
                ),
                name="interview_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="interviewrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("recording__in", ["not_known", "none", "written", "audio", "video"])),
                name="interview_recording_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="interviewrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("broken_off", "withdrawn")), _negated=True),
                    models.Q(("why_ended", ""), _negated=True),
                    _connector="OR",
                ),
                name="interview_end_has_a_reason",
            ),
        ),
        *append_only("witnesses_interview", keys=[["id"], ["witness_id", "number"]], refusals=[OUT_OF_TURN]),
        *append_only("witnesses_interviewrecord", keys=[["id"], ["interview_id", "version"]]),
    ]
