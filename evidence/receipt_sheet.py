"""A receipt on paper, in the language of the person who handed something over."""

from datetime import datetime
from typing import Literal

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from audit.digits import persian_digits
from audit.paper.sheets import Block, Code, Fields, Heading, Label, Paragraph, Sheet, Table, Value
from cases.calendars import Calendar, parts_of
from cases.date_words import MONTH_NAMES
from evidence.filenames import visible_name
from evidence.receipt_record import Record

Tongue = Literal["en", "fa"]
# A longer name is cut on paper; the record that belongs to the paper has it whole.
_LONGEST = 160
_SIGN_HERE = "." * 48


def receipt_sheet(record: Record, *, digest: str, language: Tongue) -> Sheet:
    """The paper of a receipt. `digest` is the SHA-256 of the record's file, hexadecimal; the square code holds it."""
    with translation.override(language):
        log, part = record["log"], record["part"]
        blocks: list[Block] = [
            Fields(_head(record, language)),
            Heading(_label(_("What was handed over"))),
            _items(record, language),
            *_not_listed(record, language),
            Heading(_label(_("How this is bound to our log"))),
            Fields(_log_rows(record, language)),
            Code(f"sha256:{digest}"),
            Paragraph(_label(_how_to_check(record))),
            Heading(_label(_("Signatures"))),
            Fields(
                [
                    (_label(_("Handed over by")), Value(_SIGN_HERE)),
                    (_label(_("Taken in by")), Value(_SIGN_HERE)),
                    (_label(_("Place and date")), Value(_SIGN_HERE)),
                ]
            ),
        ]
        more = f" · {part['number']}/{part['of']}" if part["of"] > 1 else ""
        return Sheet(
            organisation=settings.DADKHAH_ORGANISATION,
            title=_label(_("Receipt")),
            reference=f"{record['reference']}{more}",
            foot=f"{log['origin']} · {log['size']} · {log['root']}",
            blocks=blocks,
            language=language,
        )


def _head(record: Record, language: Tongue) -> list[tuple[Label, Value]]:
    given, taken, counts, part = (record[name] for name in ("handed_over", "taken_in", "counts", "part"))
    rows = [
        (_label(_("From whom")), Value(_cut(given["source"]))),
        (_label(_("How it was obtained")), Value(given["how_obtained"])),
        (_label(_("Where the consent is kept")), Value(given["consent_reference"])),
        (_label(_("Taken in by")), Value(taken["by"])),
        (_label(_("Taken in")), _when(taken["first"], language)),
        (_label(_("Files")), _number(counts["files"], language)),
        (_label(_("Size in bytes")), _number(counts["bytes"], language)),
        (_label(_("Physical items")), _number(counts["physical_items"], language)),
    ]
    if taken["last"][:16] != taken["first"][:16]:
        rows.insert(5, (_label(_("Until")), _when(taken["last"], language)))
    if part["of"] > 1:
        shown = _("%(number)s of %(of)s; items %(first)s to %(last)s") % {
            "number": part["number"],
            "of": part["of"],
            "first": record["items"][0]["position"],
            "last": record["items"][-1]["position"],
        }
        rows.append((_label(_("Part")), Value(_digits(shown, language))))
    return [(label, value) for label, value in rows if value.text and value.text not in ("0", "۰")]


def _items(record: Record, language: Tongue) -> Table:
    size, *digest = (_("Size"), "SHA-256") if _has_files(record) else (_("How many"),)
    columns = [_label(words) for words in (_("No."), _("Reference"), _("What it is"), size, *digest)]
    rows = [
        [
            _number(item["position"], language),
            Value(item["reference"], code=True),
            Value(_what(item, language)),
            _size(item, language),
            *([_digest(item)] if digest else []),
        ]
        for item in record["items"]
    ]
    return Table(columns, [2, 5, 11, 4, 10][: len(columns)], rows)


def _has_files(record: Record) -> bool:
    """Whether a file is among what this paper lists; of things alone it speaks of no digest."""
    return any(item["sha256"] for item in record["items"])


def _digest(item: Record) -> Value:
    return Value(item["sha256"], code=True) if item["sha256"] else Value(_("Physical item"))


def _what(item: Record, language: Tongue) -> str:
    lines = [visible_name(_cut(item["name"])), visible_name(_cut(item["title"]))]
    if item["came_with"]:
        lines.append(_("Came with %(reference)s") % {"reference": item["came_with"]})
    thing = item["thing"]
    if thing:
        lines.append(thing["description"])
        said = (
            (_("Condition"), thing["condition"]),
            (_("Seal"), thing["seal"]),
            (_("Serial number"), thing["serial_number"]),
        )
        lines += [f"{label}: {text}" for label, text in said if text]
    if item["log_entry"]:
        lines.append(_digits(_("Log entry %(number)s") % {"number": item["log_entry"]["index"]}, language))
    return "\n".join(line for line in lines if line)


def _size(item: Record, language: Tongue) -> Value:
    if item["thing"]:
        pieces = _("%(number)s pieces") % {"number": item["thing"]["quantity"]}
        return Value(_digits(pieces, language))
    return _number(item["size"], language)


def _not_listed(record: Record, language: Tongue) -> list[Block]:
    hidden = record["counts"]["not_listed"]
    if not hidden:
        return []
    sentence = _(
        "%(number)s more came with the same delivery. They lie in another case, whose members give the receipt "
        "for them."
    )
    return [Paragraph(_label(_digits(sentence % {"number": hidden}, language)))]


def _log_rows(record: Record, language: Tongue) -> list[tuple[Label, Value]]:
    log = record["log"]
    return [
        (_label(_("Log")), Value(log["origin"], code=True)),
        (_label(_("Entries covered by the signature")), _number(log["size"], language)),
        (_label(_("Root")), Value(log["root"], code=True)),
        (_label(_("Signed")), _when(log["signed_at"], language)),
    ]


def _how_to_check(record: Record) -> str:
    if not _has_files(record):
        return _(
            "Keep this paper. The square code is the SHA-256 of %(name)s, the same receipt as a file: a number that "
            "only this very file has. What was taken in, as it is described above, stands in our log, whose state at "
            "that moment is named above; nobody can change it later without this number changing."
        ) % {"name": file_name(record, "json")}
    return _(
        "Keep this paper. The SHA-256 of a file is a number that only this very file has: you can compute it from your "
        "own copy with any such program and compare. The square code is the SHA-256 of %(name)s, the same receipt as "
        "a file. What was taken in stands in our log, whose state at that moment is named above; nobody can change it "
        "later without this number changing."
    ) % {"name": file_name(record, "json")}


def file_name(record: Record, ending: str) -> str:
    """What the receipt is called on a disk; plain ASCII."""
    part = record["part"]
    more = f"-part-{part['number']:03d}" if part["of"] > 1 else ""
    return f"receipt-{record['reference']}{more}.{ending}"


def _label(words: str) -> Label:
    """A label of a sheet in one language, which draws the words of that language alone."""
    return Label(words, words)


def _number(number: int, language: Tongue) -> Value:
    return Value(_digits(str(number), language))


def _digits(text: str, language: Tongue) -> str:
    return persian_digits(text) if language == "fa" else text


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _when(written: str, language: Tongue) -> Value:
    """A moment of the record in both calendars, the reader's own first, and its time in UTC."""
    at = datetime.fromisoformat(written)
    days = [_day(at, calendar, language) for calendar in (Calendar.GREGORIAN, Calendar.SOLAR_HIJRI)]
    if language == "fa":
        days.reverse()
    return Value(_digits(f"{days[0]} · {days[1]} · {at:%H:%M} UTC", language))


def _day(at: datetime, calendar: Calendar, language: Tongue) -> str:
    year, month, day = parts_of(calendar, at.date())
    return f"{day} {MONTH_NAMES[calendar][language][month - 1]} {year}"
