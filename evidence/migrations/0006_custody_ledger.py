"""Two-sided hand-overs, seals, holds and disposals in the ledger; an event is answered at most once."""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

from audit.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0005_fixity_rounds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="evidenceitem",
            options={
                "default_permissions": (),
                "ordering": ["-received_at", "reference"],
                "permissions": [
                    ("view_evidence", "See the evidence of their cases"),
                    ("receive_evidence", "Take in evidence"),
                    ("link_evidence", "Link evidence to cases, people, incidents and places"),
                    ("check_fixity", "Check stored evidence against its digests"),
                    ("transfer_custody", "Hand evidence over, take it over, and record what becomes of it"),
                    ("hold_evidence", "Place and release legal holds on evidence"),
                    ("dispose_evidence", "Ask for the disposal of evidence, and decide on it"),
                    ("review_custody", "Review the custody of all evidence, without its content"),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="custodyevent",
            name="custody_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="custodyevent",
            name="custody_hand_over_has_a_purpose",
        ),
        migrations.AddField(
            model_name="custodyevent",
            name="answers",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answered_by",
                to="evidence.custodyevent",
            ),
        ),
        migrations.AddField(
            model_name="custodyevent",
            name="authority",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="custodyevent",
            name="condition",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="custodyevent",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shows_events",
                to="evidence.evidenceitem",
            ),
        ),
        migrations.AddField(
            model_name="custodyevent",
            name="due",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="custodyevent",
            name="party",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="custodyevent",
            name="seal",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="custodyevent",
            name="witnessed_by",
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name="custodyevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("collected", "Collected"),
                    ("received", "Received"),
                    ("ingested", "Taken into the store"),
                    ("fixity_checked", "Checked against its digest"),
                    ("copied", "Copied"),
                    ("format_identified", "Type identified from content"),
                    ("migrated", "Migrated to another format"),
                    ("transcribed", "Transcribed"),
                    ("translated", "Translated"),
                    ("redacted", "Redacted"),
                    ("viewed", "Viewed"),
                    ("exported", "Working copy handed out"),
                    ("transfer_offered", "Transfer offered"),
                    ("transfer_accepted", "Transfer accepted"),
                    ("transfer_refused", "Transfer refused"),
                    ("moved", "Moved"),
                    ("sealed", "Sealed"),
                    ("unsealed", "Seal opened"),
                    ("checked_out", "Checked out"),
                    ("returned", "Returned"),
                    ("timestamped", "Time-stamped"),
                    ("consent_changed", "Consent changed"),
                    ("disclosed", "Disclosed in a dossier"),
                    ("disposed", "Disposed of"),
                    ("corrected", "Record corrected"),
                    ("transfer_withdrawn", "Offer withdrawn"),
                    ("confirmed", "Confirmed by a second person"),
                    ("hold_placed", "Legal hold placed"),
                    ("hold_released", "Legal hold released"),
                    ("disposal_requested", "Disposal asked for"),
                    ("disposal_refused", "Disposal turned down"),
                ],
                max_length=32,
            ),
        ),
        migrations.AddIndex(
            model_name="custodyevent",
            index=models.Index(
                condition=models.Q(("kind", "transfer_offered")),
                fields=["party", "item"],
                name="custody_offers",
            ),
        ),
        migrations.AddConstraint(
            model_name="custodyevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "collected",
                            "received",
                            "ingested",
                            "fixity_checked",
                            "copied",
                            "format_identified",
                            "migrated",
                            "transcribed",
                            "translated",
                            "redacted",
                            "viewed",
                            "exported",
                            "transfer_offered",
                            "transfer_accepted",
                            "transfer_refused",
                            "moved",
                            "sealed",
                            "unsealed",
                            "checked_out",
                            "returned",
                            "timestamped",
                            "consent_changed",
                            "disclosed",
                            "disposed",
                            "corrected",
                            "transfer_withdrawn",
                            "confirmed",
                            "hold_placed",
                            "hold_released",
                            "disposal_requested",
                            "disposal_refused",
                        ],
                    )
                ),
                name="custody_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="custodyevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "kind__in",
                            (
                                "exported",
                                "transfer_offered",
                                "transfer_accepted",
                                "transfer_refused",
                                "checked_out",
                                "returned",
                                "disclosed",
                                "disposed",
                                "transfer_withdrawn",
                                "hold_placed",
                                "hold_released",
                                "disposal_requested",
                                "disposal_refused",
                            ),
                        ),
                        _negated=True,
                    ),
                    django.db.models.lookups.GreaterThanOrEqual(
                        django.db.models.functions.text.Length("purpose"), 10
                    ),
                    _connector="OR",
                ),
                name="custody_hand_over_has_a_purpose",
            ),
        ),
        migrations.AddConstraint(
            model_name="custodyevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "kind__in",
                            (
                                "transfer_accepted",
                                "transfer_refused",
                                "transfer_withdrawn",
                                "returned",
                                "hold_released",
                                "disposed",
                                "disposal_refused",
                            ),
                        ),
                        _negated=True,
                    ),
                    ("answers__isnull", False),
                    _connector="OR",
                ),
                name="custody_answer_has_its_question",
            ),
        ),
        migrations.AddConstraint(
            model_name="custodyevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "transfer_accepted"), _negated=True),
                    ("party__isnull", False),
                    ("document__isnull", False),
                    _connector="OR",
                ),
                name="custody_outsider_signs_a_paper",
            ),
        ),
        # On SQLite the table was made anew, which drops its guards; and it has one more unique key.
        *append_only("evidence_custodyevent", keys=[["id"], ["item_id", "seq"], ["answers_id"]]),
    ]
