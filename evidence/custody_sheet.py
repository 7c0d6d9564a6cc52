"""The parts of a custody certificate, printed from its record: for one language, or with both side by side."""

from datetime import date, datetime
from typing import Literal

import jdatetime
from django.utils.translation import gettext

from audit.digits import persian_digits
from audit.paper.sheets import Fields, Label, Value
from evidence.custody_record import Record
from evidence.filenames import visible_name
from evidence.tool_words import shown_tool
from evidence.vocabulary import TURNED_DOWN, CustodyKind, CustodyOutcome, MoreDigest

Language = Literal["both", "en", "fa"]
Row = tuple[Label, Value]
_PHYSICAL = Label("Physical item: it has no bytes", "شیء است و بایتی ندارد")
_OFFERS = (
    CustodyKind.TRANSFER_OFFERED,
    CustodyKind.TRANSFER_REFUSED,
    CustodyKind.TRANSFER_WITHDRAWN,
)
_OFFERED_TO = Label("Offered to", "پیشنهاد به")
_RECEIVED_BY = Label("Received by", "تحویل‌گیرنده")
_NOTE, _REASON = Label("Note", "یادداشت"), Label("Reason", "دلیل")
_AS_RECORDED = Label("as recorded", "همان زمان ثبت")
_MEANT_FOR = Label("Meant for", "برای")
_WITHHELD = Label(
    "Of a dossier of another case: purpose and receiver are withheld.",
    "از دوسیهٔ پرونده‌ای دیگر: هدف و گیرنده ناگفته می‌ماند.",
)
# A row of the time before packing was an event of its own.
_PACKED_THEN = Label(
    "Recorded when the dossier was compiled: it says that the exhibit was packed, not that anybody was given it.",
    "هنگام تدوین دوسیه ثبت شده است: می‌گوید که مدرک در دوسیه گنجانده شد، نه اینکه به کسی داده شد.",
)


def item_rows(item: Record, language: Language) -> list[Row]:
    """What the item is and how we know, a fact in each row."""
    return [
        (Label("Reference", "شناسه"), Value(item["reference"], code=True)),
        (Label("Title", "عنوان"), Value(item["title"] or "—")),
        (Label("Original file name", "نام اصلی فایل"), Value(visible_name(item["original_name"]) or "—")),
        (Label("Source", "منبع"), Value(item["source"])),
        (Label("How obtained", "شیوهٔ دستیابی"), Value(item["how_obtained"] or "—")),
        (
            Label("Made or collected", "تاریخ پیدایش یا گردآوری"),
            Value(_day(item["made_or_collected"], language) or "—"),
        ),
        (Label("Received", "زمان دریافت"), Value(_moment(item["received_at"], language))),
        *_what_it_is(item, language),
    ]


def event_fields(event: Record, language: Language, *, corrected_by: list[int] | None = None) -> Fields:
    """One event; what it does not say is left out."""
    texts = event["texts_left"]["texts"] if "texts_left" in event else event["texts"]
    rows = [
        (Label("No. and event", "شماره و رویداد"), Value(_kind(event, language))),
        (
            Label("Happened", "زمان رویداد"),
            Value(_day(event["happened_date"], language) or _one(_AS_RECORDED, language)),
        ),
        (Label("Recorded", "زمان ثبت"), Value(_moment(event["recorded_at"], language))),
        (Label("Recorded by", "ثبت‌کننده"), Value(event["recorded_by"])),
        (Label("Released by", "تحویل‌دهنده"), Value(texts.get("released_by", ""))),
        (_other_side(event), Value(texts.get("received_by", ""))),
        (Label("Purpose", "هدف"), Value(texts.get("purpose", ""))),
        (Label("Place", "جا"), Value(texts.get("location", ""))),
        (Label("Condition", "وضعیت"), Value(texts.get("condition", ""))),
        (Label("Seal number", "شمارهٔ مهروموم"), Value(texts.get("seal", ""), code=True)),
        (Label("Authority", "مرجع و مجوز"), Value(texts.get("authority", ""))),
        (Label("Witnessed by", "با حضور"), Value(texts.get("witnessed_by", ""))),
        (Label("Due back", "موعد بازگشت"), Value(_due(event["due"], language))),
        (Label("Shown by", "به گواهی"), Value(event["shown_by"] or "", code=True)),
        (Label("Tool", "ابزار"), Value(shown_tool(event["tool"], "en" if language == "both" else language))),
        (Label("Outcome", "نتیجه"), Value(_outcome(event["outcome"], language))),
        (Label("Digest found", "چکیدهٔ به‌دست‌آمده"), Value(event["facts"]["digest_found"] or "", code=True)),
        (_REASON if event["kind"] in TURNED_DOWN else _NOTE, Value(texts.get("note", ""))),
        (Label("Answers event", "پاسخ به رویداد"), Value(_number(event["answers_event"], language))),
        (Label("Refers to event", "دربارهٔ رویداد"), Value(_number(event["refers_to_event"], language))),
        (Label("Corrected by event", "اصلاح‌شده در رویداد"), Value(_numbers(corrected_by or [], language))),
        (Label("Fingerprint", "اثر انگشت"), Value(event["fingerprint"], code=True)),
    ]
    if event["kind"] == CustodyKind.DISCLOSED and event["refers_to_event"] is None:
        rows.append((Label("What it says", "معنای آن"), Value(_one(_PACKED_THEN, language))))
    rows += _erased(event, language)
    if not event["texts"] and "texts_left" not in event:
        rows.append((Label("Withheld", "ناگفته‌مانده"), Value(_one(_WITHHELD, language))))
    return Fields([(label, value) for label, value in rows if value.text])


def _other_side(event: Record) -> Label:
    if event["kind"] in _OFFERS:
        return _OFFERED_TO
    return _MEANT_FOR if event["kind"] == CustodyKind.DISCLOSED else _RECEIVED_BY


def _erased(event: Record, language: Language) -> list[Row]:
    """Words of it that are gone: when, by whom, and with whose approval."""
    said = {
        "en": "erased on {on} by {by}, approved by {approved_by}",
        "fa": "در {solar} به دست {by} و با تأیید {approved_by} پاک شد",
    }
    rows = []
    for one in event.get("erased", []):
        facts = {**one, "solar": _solar(date.fromisoformat(one["on"]))}
        line = Label(said["en"].format(**facts), said["fa"].format(**facts))
        which = ", ".join(name.replace("_", " ") for name in one["values"])
        rows.append((Label("Erased", "پاک‌شده"), Value(f"{_one(line, language)}\n({which})")))
    return rows


def _what_it_is(item: Record, language: Language) -> list[Row]:
    if item["sha256"] is None:
        return [(Label("Type", "نوع"), Value(_one(_PHYSICAL, language))), *_thing_rows(item, language)]
    return [
        (Label("Type", "نوع"), Value(item["media_type"] or "—")),
        (Label("Size in bytes", "اندازه (بایت)"), Value(_number(item["size"], language))),
        (Label("SHA-256", "SHA-256"), Value(item["sha256"], code=True)),
        *(
            (Label(MoreDigest(name).label, MoreDigest(name).label), Value(value, code=True))
            for name, value in sorted(item["further_digests"].items())
        ),
    ]


def _thing_rows(item: Record, language: Language) -> list[Row]:
    thing = item.get("thing")
    if not thing:
        return []
    rows = [
        (Label("Description", "شرح"), Value(thing["description"])),
        (Label("Number of pieces", "شمار"), Value(_number(thing["quantity"], language))),
        (Label("Serial number", "شمارهٔ سریال"), Value(thing["serial_number"])),
    ]
    return [(label, value) for label, value in rows if value.text]


def _one(label: Label, language: Language) -> str:
    return {"en": label.en, "fa": label.fa, "both": f"{label.en}\n{label.fa}"}[language]


def _kind(event: Record, language: Language) -> str:
    if language == "both":
        return f"{event['seq']}. {event['kind'].replace('_', ' ')}"
    # The sheet's language is the active one: whoever prints it has seen to that.
    return f"{_number(event['seq'], language)}. {CustodyKind(event['kind']).label}"


def _outcome(outcome: str, language: Language) -> str:
    return outcome if language == "both" or not outcome else gettext(str(CustodyOutcome(outcome).label))


def _day(date_record: Record | None, language: Language) -> str:
    if date_record is None:
        return ""
    words: str = date_record["for_persian_readers" if language == "fa" else "for_readers"]
    return words


def _moment(text: str | None, language: Language) -> str:
    """The moment in UTC with its day in both calendars, the reader's own first; as it is where both languages stand."""
    if not text or language == "both":
        return text or ""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    utc = f"{at:%Y-%m-%d %H:%M:%S} UTC"
    return f"{_solar(at.date())}\n{utc}" if language == "fa" else f"{utc} · {_latin_solar(at.date())}"


def _due(text: str | None, language: Language) -> str:
    if not text:
        return ""
    return f"{_solar(date.fromisoformat(text))}\n{text}" if language == "fa" else text


def _solar(day: date) -> str:
    solar = jdatetime.date.fromgregorian(date=day)
    return persian_digits(f"{solar.year}/{solar.month:02}/{solar.day:02}")


def _latin_solar(day: date) -> str:
    solar = jdatetime.date.fromgregorian(date=day)
    return f"{solar.year}/{solar.month:02}/{solar.day:02} solar Hijri"


def _number(number: int | None, language: Language) -> str:
    text = "" if number is None else str(number)
    return persian_digits(text) if language == "fa" else text


def _numbers(numbers: list[int], language: Language) -> str:
    return ("، " if language == "fa" else ", ").join(_number(number, language) for number in numbers)
