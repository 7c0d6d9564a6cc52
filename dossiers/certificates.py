"""The custody certificate of one exhibit: the record that is checked, and the sheet that is printed from it."""

from typing import Any

from django.conf import settings

from audit.paper.sheets import Block, Code, Fields, Heading, Label, Paragraph, Sheet, Value
from dossiers.exhibits import Exhibit
from dossiers.models import Dossier, DossierExhibit
from evidence.custody_record import Record, event_record, item_record
from evidence.custody_sheet import event_fields, item_rows
from evidence.models import CustodyEvent
from evidence.vocabulary import CustodyKind

FORMAT = "dadkhah-custody-certificate/1"


def certificate_record(dossier: Dossier, exhibit: Exhibit) -> Record:
    """Everything that the certificate says, with what a stranger needs to check it against the log."""
    item = exhibit.item
    ours = set(
        DossierExhibit.objects.filter(dossier__case=dossier.case, item=item).values_list(
            "disclosure", flat=True
        )
    )
    events = CustodyEvent.objects.filter(item=item).select_related(
        "actor", "answers", "refers_to", "document"
    )
    events = events.order_by("seq")
    return {
        "format": FORMAT,
        "exhibit": exhibit.name,
        "dossier": str(dossier.pk),
        "item": item_record(exhibit.item),
        "events": [event_record(event, withheld=_is_for_others(event, ours)) for event in events],
    }


def _is_for_others(event: CustodyEvent, ours: set[Any]) -> bool:
    """Whether the event is a disclosure in another case: its recipient and purpose are not this reader's matter."""
    return event.kind == CustodyKind.DISCLOSED and event.pk not in ours


def certificate_sheet(dossier: Dossier, record: Record) -> Sheet:
    """The certificate for people, printed from the record alone."""
    item = record["item"]
    blocks: list[Block] = [
        Fields(
            [(Label("Exhibit", "شمارهٔ مدرک"), Value(record["exhibit"], code=True)), *item_rows(item, "both")]
        ),
        # Of a thing there is no digest: what binds its certificate to the log is the receipt's fingerprint.
        Code(f"sha256:{item['sha256'] or record['events'][0]['fingerprint']}"),
        Heading(Label("Custody", "زنجیرهٔ نگهداری")),
        _EXPLAINED,
    ]
    for event in record["events"]:
        blocks.append(event_fields(event, "both"))
    return Sheet(
        organisation=settings.DADKHAH_ORGANISATION,
        title=Label("Custody certificate", "گواهی زنجیرهٔ نگهداری"),
        reference=record["exhibit"],
        foot=f"{dossier.name} · {settings.DADKHAH_LOG_ORIGIN} · dossier {dossier.pk}",
        blocks=blocks,
    )


_EXPLAINED = Paragraph(
    Label(
        "When an event happened and when it was recorded are two things: much of the custody of 1988 is remembered, "
        "not logged. Each event's fingerprint stands in the signed log that this dossier carries.",
        "زمان رخدادن و زمان ثبت دو چیز جداست: بخش بزرگی از نگهداری مدارک سال ۱۳۶۷ به یاد مانده "
        "و همان زمان ثبت نشده است. "
        "اثر انگشت هر رویداد در دفتر امضاشده‌ای است که همراه این دوسیه است.",
    )
)
