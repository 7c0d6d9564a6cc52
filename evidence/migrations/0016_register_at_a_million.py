"""A case's items in their order, and what no case has, each found by an index; custody by what happened."""

from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q, Subquery


def fill(apps: Any, _schema_editor: Any) -> None:
    item, placement = apps.get_model("evidence", "EvidenceItem"), apps.get_model("evidence", "EvidenceCase")
    its = item.objects.filter(pk=OuterRef("item"))
    placement.objects.update(received_at=Subquery(its.values("received_at")))
    item.objects.filter(Exists(placement.objects.filter(item=OuterRef("pk")))).update(in_a_case=True)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("evidence", "0015_why_it_stopped"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidenceitem",
            name="in_a_case",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="evidencecase",
            name="received_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="evidencecase",
            name="received_at",
            field=models.DateTimeField(editable=False),
        ),
        migrations.AddIndex(
            model_name="evidencecase",
            index=models.Index(fields=["case", "-received_at"], name="placement_by_receipt"),
        ),
        migrations.AddIndex(
            model_name="evidenceitem",
            index=models.Index(
                condition=Q(("in_a_case", False)),
                fields=["received_by", "-received_at"],
                name="item_in_no_case",
            ),
        ),
        migrations.AddIndex(
            model_name="custodyevent",
            index=models.Index(fields=["kind", "item"], name="custody_by_kind"),
        ),
    ]
