"""The custody certificate of one exhibit: the record that is checked, and the sheet that is printed from it."""

from typing import Any

from django.conf import settings

from audit.erasing import was_erased
from audit.paper.sheets import Block, Code, Fields, Heading, Label, Paragraph, Sheet, Value
from dossiers.exhibits import Exhibit
from dossiers.models import Dossier, DossierExhibit
from dossiers.records import Record, date_record, moment
from evidence.filenames import visible_name
from evidence.models import CustodyEvent
from evidence.vocabulary import CustodyKind

FORMAT = "dadkhah-custody-certificate/1"
_TEXTS = ("released_by", "received_by", "purpose", "location", "note")


def certificate_record(dossier: Dossier, exhibit: Exhibit) -> Record:
    """Everything that the certificate says, with what a stranger needs to check it against the log."""
    item = exhibit.item
    ours = set(
        DossierExhibit.objects.filter(dossier__case=dossier.case, item=item).values_list(
            "disclosure", flat=True
        )
    )
    events = CustodyEvent.objects.filter(item=item).select_related("actor").order_by("seq")
    return {
        "format": FORMAT,
        "exhibit": exhibit.name,
        "dossier": str(dossier.pk),
        "item": {
            "id": str(item.pk),
            "reference": item.reference,
            "title": item.title,
            "original_name": item.original_name,
            "source": item.source,
            "how_obtained": item.intake.how_obtained,
            "made_or_collected": date_record(item.date),
            "received_at": moment(item.received_at),
            "size": item.stored.size if item.has_bytes else None,
            "sha256": item.stored.sha256.hex if item.has_bytes else None,
            "declared_sha256": item.declared_sha256.hex if item.declared_sha256 else None,
            "media_type": item.media_type,
            "media_type_tool": item.media_type_tool,
            # With it the texts above can be checked against what the log committed to at the receipt. It would also
            # let a reader guess at the folder that the file came from, so it stays here if there is one. After an
            # erasure it is another salt than that of the receipt, and there is nothing to compare.
            "salt": None if item.original_path or was_erased(item) else bytes(item.salt).hex(),
        },
        "events": [_event(event, withheld=_is_for_others(event, ours)) for event in events],
    }


def _is_for_others(event: CustodyEvent, ours: set[Any]) -> bool:
    """Whether the event is a disclosure in another case: its recipient and purpose are not this reader's matter."""
    return event.kind == CustodyKind.DISCLOSED and event.pk not in ours


def _event(event: CustodyEvent, *, withheld: bool) -> Record:
    """An event with the facts as the log holds them and, unless withheld, the texts behind its commitments."""
    logged = event.facts()
    mark = logged.pop("fingerprint")
    texts = {name: getattr(event, name) for name in _TEXTS}
    # The words that the log's commitment was made over; a reader sees `happened_date`.
    texts["happened"] = event.happened_text
    return {
        "seq": event.seq,
        "kind": event.kind,
        "happened_date": None if withheld else date_record(event.date),
        "recorded_at": moment(event.recorded_at),
        "recorded_by": event.actor.full_name if event.actor else event.agent,
        "tool": event.tool,
        "outcome": event.outcome,
        "facts": logged,
        "fingerprint": mark,
        "texts": {} if withheld else texts,
        "salt": None if withheld else bytes(event.salt).hex(),
    }


def certificate_sheet(dossier: Dossier, record: Record) -> Sheet:
    """The certificate for people, printed from the record alone."""
    item = record["item"]
    date = item["made_or_collected"]
    facts = [
        (Label("Exhibit", "شمارهٔ مدرک"), Value(record["exhibit"], code=True)),
        (Label("Reference", "شناسه"), Value(item["reference"], code=True)),
        (Label("Title", "عنوان"), Value(item["title"] or "—")),
        (Label("Original file name", "نام اصلی فایل"), Value(visible_name(item["original_name"]))),
        (Label("Source", "منبع"), Value(item["source"])),
        (Label("How obtained", "شیوهٔ دستیابی"), Value(item["how_obtained"] or "—")),
        (Label("Made or collected", "تاریخ پیدایش یا گردآوری"), Value(date["for_readers"] if date else "—")),
        (Label("Received", "زمان دریافت"), Value(item["received_at"])),
        *_what_it_is(item),
    ]
    blocks: list[Block] = [
        Fields(facts),
        # Of a thing there is no digest: what binds its certificate to the log is the receipt's fingerprint.
        Code(f"sha256:{item['sha256'] or record['events'][0]['fingerprint']}"),
        Heading(Label("Custody", "زنجیرهٔ نگهداری")),
        _EXPLAINED,
    ]
    for event in record["events"]:
        blocks += [Fields(_event_rows(event))]
    return Sheet(
        organisation=settings.DADKHAH_ORGANISATION,
        title=Label("Custody certificate", "گواهی زنجیرهٔ نگهداری"),
        reference=record["exhibit"],
        foot=f"{dossier.name} · {settings.DADKHAH_LOG_ORIGIN} · dossier {dossier.pk}",
        blocks=blocks,
    )


def _what_it_is(item: Record) -> list[tuple[Label, Value]]:
    if item["sha256"] is None:
        return [(Label("Type", "نوع"), Value("Physical item: it has no bytes / شیء است و بایتی ندارد"))]
    return [
        (Label("Type", "نوع"), Value(item["media_type"] or "—")),
        (Label("Size in bytes", "اندازه (بایت)"), Value(str(item["size"]))),
        (Label("SHA-256", "SHA-256"), Value(item["sha256"], code=True)),
    ]


_EXPLAINED = Paragraph(
    Label(
        "When an event happened and when it was recorded are two things: much of the custody of 1988 is remembered, "
        "not logged. Each event's fingerprint stands in the signed log that this dossier carries.",
        "زمان رخدادن و زمان ثبت دو چیز جداست: بخش بزرگی از نگهداری مدارک سال ۱۳۶۷ به یاد مانده "
        "و همان زمان ثبت نشده است. "
        "اثر انگشت هر رویداد در دفتر امضاشده‌ای است که همراه این دوسیه است.",
    )
)


def _event_rows(event: Record) -> list[tuple[Label, Value]]:
    texts, date = event["texts"], event["happened_date"]
    rows = [
        (
            Label("No. and event", "شماره و رویداد"),
            Value(f"{event['seq']}. {event['kind'].replace('_', ' ')}"),
        ),
        (Label("Happened", "زمان رویداد"), Value(date["for_readers"] if date else "as recorded")),
        (Label("Recorded", "زمان ثبت"), Value(event["recorded_at"])),
        (Label("Recorded by", "ثبت‌کننده"), Value(event["recorded_by"])),
        (Label("Released by", "تحویل‌دهنده"), Value(texts.get("released_by", ""))),
        (Label("Received by", "تحویل‌گیرنده"), Value(texts.get("received_by", ""))),
        (Label("Purpose", "هدف"), Value(texts.get("purpose", ""))),
        (Label("Place", "جا"), Value(texts.get("location", ""))),
        (Label("Tool", "ابزار"), Value(event["tool"])),
        (Label("Outcome", "نتیجه"), Value(event["outcome"])),
        (Label("Digest found", "چکیدهٔ به‌دست‌آمده"), Value(event["facts"]["digest_found"] or "", code=True)),
        (Label("Note", "یادداشت"), Value(texts.get("note", ""))),
        (Label("Fingerprint", "اثر انگشت"), Value(event["fingerprint"], code=True)),
    ]
    if not texts:
        rows.append(
            (
                Label("Withheld", "ناگفته‌مانده"),
                Value("A disclosure in another case: purpose and recipient are withheld."),
            )
        )
    return [(label, value) for label, value in rows if value.text]
