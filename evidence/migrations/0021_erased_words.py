"""Words of custody, acquisition and capture may give way to the mark of their erasure, each by a row that says who."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from audit.erasable import Forgettable
from audit.guards import append_only
from audit.refusals import Refusal

_ERASURE = "evidence_erasure"
_DATE_TEXTS = ("date_calendar", "date_edtf", "date_precision", "date_qualifier", "date_converter")
_DATE_DAYS = ("date_earliest", "date_latest")
# As the migration says that guards the ledger so far.
_HELD = Refusal(
    "held",
    "NEW.kind = 'disposed' AND EXISTS (SELECT 1 FROM evidence_custodyevent h WHERE h.item_id = NEW.item_id"
    " AND h.kind = 'hold_placed' AND NOT EXISTS (SELECT 1 FROM evidence_custodyevent r"
    " WHERE r.answers_id = h.id AND r.kind = 'hold_released'))",
    "a legal hold is on this item",
)
_BY_ONE_ALONE = Refusal(
    "alone",
    "NEW.kind = 'disposed' AND NOT EXISTS (SELECT 1 FROM evidence_custodyevent q WHERE q.id = NEW.answers_id"
    " AND q.item_id = NEW.item_id AND q.kind = 'disposal_requested' AND q.actor_id <> NEW.actor_id)",
    "a disposal takes two people",
)
_CUSTODY = Forgettable(
    "evidence_custodyevent",
    record=_ERASURE,
    words=(
        "date_as_written",
        "released_by",
        "received_by",
        "purpose",
        "location",
        "note",
        "seal",
        "condition",
        "authority",
        "witnessed_by",
    ),
    emptied=_DATE_TEXTS,
    nulled=_DATE_DAYS,
    kept=(
        "id",
        "item_id",
        "seq",
        "kind",
        "recorded_at",
        "actor_id",
        "agent",
        "tool",
        "outcome",
        "digest_expected",
        "digest_found",
        "refers_to_id",
        "answers_id",
        "party_id",
        "document_id",
        "due",
    ),
)
_ACQUISITION = Forgettable(
    "evidence_acquisition",
    record=_ERASURE,
    words=(
        "date_as_written",
        "source_name",
        "how_obtained",
        "why_obtained",
        "place",
        "collector",
        "legal_basis",
        "rights",
        "restrictions",
        "consent_reference",
    ),
    emptied=_DATE_TEXTS,
    nulled=_DATE_DAYS,
    kept=(
        "id",
        "item_id",
        "version",
        "recorded_at",
        "recorded_by_id",
        "source_kind",
        "languages",
        "reliability",
        "credibility",
    ),
)
_CAPTURE = Forgettable(
    "evidence_onlinecapture",
    record=_ERASURE,
    words=("date_as_written", "url", "final_url", "collector", "tool", "tool_version", "context"),
    emptied=_DATE_TEXTS,
    nulled=_DATE_DAYS,
    kept=("id", "item_id", "version", "recorded_at", "recorded_by_id", "stated"),
)
_TRACE = Forgettable(
    "evidence_collectortrace",
    record=_ERASURE,
    words=("collector_ip", "persona_used"),
    kept=("id", "item_id", "version", "recorded_at", "recorded_by_id"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0020_removals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="acquisition",
            name="erasures",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="collectortrace",
            name="erasures",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="custodyevent",
            name="erasures",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="onlinecapture",
            name="erasures",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=64)),
                ("record", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("names", models.CharField(max_length=400)),
                ("day", models.DateField()),
                ("before", models.TextField()),
                ("reason", models.CharField(max_length=80)),
                ("erased_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "approved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "erased_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasures",
                        to="evidence.evidenceitem",
                    ),
                ),
            ],
            options={
                "ordering": ["erased_at", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("record", "number"), name="erasure_number_once_per_record"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="erasure_number_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("names", ""), _negated=True), name="erasure_of_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("erased_by", models.F("approved_by")), _negated=True),
                        name="erasure_by_two_people",
                    ),
                ],
            },
        ),
        *append_only(_ERASURE, keys=[["id"], ["record", "number"]]),
        *append_only(
            "evidence_custodyevent",
            keys=[["id"], ["item_id", "seq"], ["answers_id"]],
            refusals=[_HELD, _BY_ONE_ALONE],
            erasable=_CUSTODY,
        ),
        *append_only("evidence_acquisition", keys=[["id"], ["item_id", "version"]], erasable=_ACQUISITION),
        *append_only("evidence_onlinecapture", keys=[["id"], ["item_id", "version"]], erasable=_CAPTURE),
        *append_only("evidence_collectortrace", keys=[["id"], ["item_id", "version"]], erasable=_TRACE),
    ]
