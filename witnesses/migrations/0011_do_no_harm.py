"""How great the danger to witnesses is, what threatened them, and which help was offered."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import audit.commitments
from audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0018_rows_that_stay"),
        ("witnesses", "0010_custodian_life"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("legal", "Legal"),
                            ("medical", "Medical"),
                            ("psychological", "Psychological"),
                            ("security", "Security"),
                        ],
                        max_length=14,
                    ),
                ),
                ("offered_on", models.DateField()),
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
                    "witness",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="witnesses.witness",
                    ),
                ),
            ],
            options={
                "ordering": ["-offered_on", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ReferralEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("not_yet", "no answer yet"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("followed_up", "followed up"),
                        ],
                        max_length=12,
                    ),
                ),
                ("on", models.DateField()),
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
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="witnesses.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["-recorded_at", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ReferralWords",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                ("organisation", models.TextField()),
                ("note", models.TextField(blank=True)),
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="words",
                        to="witnesses.referral",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RiskAssessment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "to_witness",
                    models.CharField(
                        choices=[
                            ("not_known", "not known"),
                            ("low", "low"),
                            ("moderate", "moderate"),
                            ("high", "high"),
                            ("acute", "acute"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "to_family",
                    models.CharField(
                        choices=[
                            ("not_known", "not known"),
                            ("low", "low"),
                            ("moderate", "moderate"),
                            ("high", "high"),
                            ("acute", "acute"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "to_third",
                    models.CharField(
                        choices=[
                            ("not_known", "not known"),
                            ("low", "low"),
                            ("moderate", "moderate"),
                            ("high", "high"),
                            ("acute", "acute"),
                        ],
                        max_length=10,
                    ),
                ),
                ("threats", models.CharField(blank=True, max_length=200)),
                (
                    "contact",
                    models.CharField(
                        choices=[
                            ("usual", "as usual"),
                            ("safe_way", "only the safe way that the sealed identity names"),
                            ("none", "none for now"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("consented", "as the witness consented"), ("none", "none for now")],
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField()),
                ("assessed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "assessed_by",
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
                        related_name="assessments",
                        to="witnesses.witness",
                    ),
                ),
            ],
            options={
                "ordering": ["witness_id", "-version"],
                "permissions": [
                    ("assess_risk", "Can assess the danger to a witness and record threats and help"),
                    ("review_risk", "Can see how great the danger to each witness is, without a word of why"),
                ],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ProtectiveMeasure",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                ("place", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("digital", "Safety of devices and accounts"),
                            ("route", "A safe way of contact"),
                            ("move", "Another place to stay"),
                            ("legal", "Legal protection"),
                            ("support", "Support of the family"),
                            ("redaction", "Blacking out or holding back of exhibits"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField()),
                ("by_whom", models.TextField(blank=True)),
                ("until", models.DateField(blank=True, null=True)),
                ("done", models.BooleanField(default=False)),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measures",
                        to="witnesses.riskassessment",
                    ),
                ),
            ],
            options={
                "ordering": ["assessment", "place"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RiskWords",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("salt", models.BinaryField(default=audit.commitments.new_salt, max_length=16)),
                ("grounds", models.TextField()),
                (
                    "assessment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="words",
                        to="witnesses.riskassessment",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ThreatIncident",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("thread", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("version", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("arrest", "Arrest"),
                            ("summons", "Summons or questioning"),
                            ("surveillance", "Surveillance"),
                            ("calls", "Threats by call or message"),
                            ("visit", "A visit at home or at work"),
                            ("dismissal", "Dismissal, or exclusion from studies"),
                            ("travel_ban", "Travel ban, or passport taken"),
                            ("seizure", "Property seized or accounts closed"),
                            ("violence", "Violence"),
                            ("smear", "Smear in media or networks"),
                            ("online", "Attack on devices or accounts"),
                            ("other", "Something else"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "against",
                    models.CharField(
                        choices=[
                            ("witness", "the witness"),
                            ("family", "family inside the country"),
                            ("third", "third persons"),
                        ],
                        max_length=10,
                    ),
                ),
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
                    "witness",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="threats",
                        to="witnesses.witness",
                    ),
                ),
            ],
            options={
                "ordering": ["-recorded_at", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ThreatEvidence",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.evidenceitem",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exhibits",
                        to="witnesses.threatincident",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ThreatWords",
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
                ("what", models.TextField()),
                ("place", models.TextField(blank=True)),
                ("known_how", models.TextField(blank=True)),
                ("answered_by", models.TextField(blank=True)),
                ("correction", models.TextField(blank=True)),
                (
                    "incident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="words",
                        to="witnesses.threatincident",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["legal", "medical", "psychological", "security"])),
                name="referral_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["not_yet", "accepted", "declined", "followed_up"])),
                name="referral_answer_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="riskassessment",
            constraint=models.UniqueConstraint(fields=("witness", "version"), name="risk_version_once"),
        ),
        migrations.AddConstraint(
            model_name="riskassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="risk_version_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="riskassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("to_witness__in", ["not_known", "low", "moderate", "high", "acute"]),
                    ("to_family__in", ["not_known", "low", "moderate", "high", "acute"]),
                    ("to_third__in", ["not_known", "low", "moderate", "high", "acute"]),
                ),
                name="risk_level_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="riskassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("contact__in", ["usual", "safe_way", "none"])), name="risk_contact_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="riskassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("disclosure__in", ["consented", "none"])), name="risk_disclosure_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="protectivemeasure",
            constraint=models.UniqueConstraint(fields=("assessment", "place"), name="measure_place_once"),
        ),
        migrations.AddConstraint(
            model_name="protectivemeasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["digital", "route", "move", "legal", "support", "redaction", "other"])
                ),
                name="measure_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="threatincident",
            constraint=models.UniqueConstraint(fields=("thread", "version"), name="threat_version_once"),
        ),
        migrations.AddConstraint(
            model_name="threatincident",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="threat_version_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="threatincident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "arrest",
                            "summons",
                            "surveillance",
                            "calls",
                            "visit",
                            "dismissal",
                            "travel_ban",
                            "seizure",
                            "violence",
                            "smear",
                            "online",
                            "other",
                        ],
                    )
                ),
                name="threat_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="threatincident",
            constraint=models.CheckConstraint(
                condition=models.Q(("against__in", ["witness", "family", "third"])),
                name="threat_against_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="threatevidence",
            constraint=models.UniqueConstraint(fields=("incident", "item"), name="threat_exhibit_once"),
        ),
        *append_only("witnesses_riskassessment", keys=[["id"], ["witness_id", "version"]]),
        *append_only("witnesses_threatincident", keys=[["id"], ["thread", "version"]]),
        *append_only("witnesses_threatevidence", keys=[["id"], ["incident_id", "item_id"]]),
        *append_only("witnesses_referral", keys=[["id"]]),
        *append_only("witnesses_referralevent", keys=[["id"]]),
    ]
