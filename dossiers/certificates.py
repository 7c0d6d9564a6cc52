"""The custody certificate of one exhibit: the record that is checked, and the sheet that is printed from it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from audit.paper.sheets import Block, Code, Fields, Heading, Label, Paragraph, Sheet, Value
from dossiers.exhibits import Exhibit
from dossiers.models import Dossier, DossierExhibit
from evidence.custody_record import Record, event_record, item_record
from evidence.custody_sheet import event_fields, item_rows
from evidence.models import CustodyEvent
from evidence.vocabulary import FOR_A_DOSSIER

FORMAT = "dadkhah-custody-certificate/1"


def certificate_record(dossier: Dossier, exhibit: Exhibit) -> Record:
    """Everything that the certificate says, with what a stranger needs to check it against the log."""
    item = exhibit.item
    ours = set(
        DossierExhibit.objects.filter(dossier__case=dossier.case, item=item).values_list("packing", flat=True)
    )
    found = CustodyEvent.objects.filter(item=item).order_by("seq")
    events = list(found.select_related("actor", "answers", "refers_to", "document"))
    others = _for_others(events, ours)
    return {
        "format": FORMAT,
        "exhibit": exhibit.name,
        "dossier": str(dossier.pk),
        "item": item_record(exhibit.item),
        "events": [event_record(event, withheld=event.pk in others) for event in events],
    }


def _for_others(events: Sequence[CustodyEvent], ours: set[Any]) -> set[Any]:
    """What was packed or disclosed in another case, and what was said of it since: not this reader's matter."""
    others: set[Any] = set()
    for event in events:
        own = event.kind in FOR_A_DOSSIER and not {event.pk, event.refers_to_id} & ours
        if own or event.refers_to_id in others:
            others.add(event.pk)
    return others


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
