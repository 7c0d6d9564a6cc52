"""The dossier's index: one record that lists everything, and the cover and list that are printed from it."""

from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from audit.paper.sheets import Block, Fields, Heading, Label, Paragraph, Sheet, Table, Value
from dossiers.exhibits import Exhibit
from dossiers.models import Dossier
from dossiers.records import (
    incidents_of,
    links_of,
    names_of,
    persons_of,
    places_of,
    witnesses_of,
)
from evidence.custody_record import Record, moment
from evidence.filenames import visible_name

FORMAT = "dadkhah-dossier/1"


@dataclass(slots=True)
class Contents:
    """What the case says, read once, beside the exhibits that stream by."""

    persons: list[Record]
    incidents: list[Record]
    places: list[Record]
    exhibits: list[Record] = field(default_factory=list)
    links: list[Record] = field(default_factory=list)
    witnesses: list[Record] = field(default_factory=list)


def gather(dossier: Dossier) -> Contents:
    """Read what surrounds the exhibits; links and witnesses follow once it is known which exhibits go."""
    case = dossier.case
    return Contents(persons_of(case), incidents_of(case), places_of(case))


def exhibit_record(exhibit: Exhibit, certificate: Record, *, position: int) -> Record:
    """One exhibit's line in the index."""
    item = certificate["item"]
    return {
        "position": position,
        "exhibit": exhibit.name,
        "item": item["id"],
        "reference": item["reference"],
        "title": item["title"],
        "original_name": item["original_name"],
        "media_type": item["media_type"],
        "made_or_collected": item["made_or_collected"],
        "size": item["size"],
        "sha256": item["sha256"],
        "original": exhibit.original_path if exhibit.item.has_bytes else None,
        "certificate": exhibit.certificate_path("json"),
        "certificate_pdf": exhibit.certificate_path("pdf"),
        "certificate_text": exhibit.certificate_path("txt"),
    }


def add_links(contents: Contents, dossier: Dossier) -> None:
    """Read the links of the exhibits that are in the dossier, and on which witnesses these rest, by pseudonym alone."""
    names = {UUID(exhibit["item"]): exhibit["exhibit"] for exhibit in contents.exhibits}
    contents.links = links_of(dossier.case, names)
    contents.witnesses = witnesses_of(dossier.case, list(names))


def index_record(dossier: Dossier, contents: Contents) -> Record:
    """The whole index as JSON values."""
    case = dossier.case
    return {
        "format": FORMAT,
        "organisation": settings.DADKHAH_ORGANISATION,
        "log": settings.DADKHAH_LOG_ORIGIN,
        "case": {
            "id": str(case.pk),
            "reference": case.reference,
            "title": case.title,
            "summary": case.summary,
        },
        "dossier": {
            "id": str(dossier.pk),
            "name": dossier.name,
            "number": dossier.number,
            "purpose": dossier.purpose,
            "purpose_salt": bytes(dossier.salt).hex(),
            "compiled_at": moment(dossier.compiled_at),
        },
        "exhibits": contents.exhibits,
        "incidents": contents.incidents,
        "places": contents.places,
    }


def index_sheet(dossier: Dossier, contents: Contents) -> Sheet:
    """Cover, list of exhibits, persons, incidents, links and witnesses, for people."""
    blocks: list[Block] = [
        Fields(_cover_rows(dossier, contents)),
        _HOW_TO_CHECK,
        Heading(Label("Exhibits", "مدارک")),
        _exhibits_table(contents),
        Heading(Label("Persons", "اشخاص")),
        _persons_table(contents),
        Heading(Label("Incidents", "وقایع")),
        _incidents_table(contents),
        Heading(Label("What the exhibits are said to show", "آنچه مدارک نشان می‌دهند")),
        _links_table(contents),
        Heading(Label("Witnesses, by pseudonym only", "شاهدان، تنها با نام مستعار")),
        Table(
            [Label("Pseudonym", "نام مستعار")],
            [1],
            [[Value(w["pseudonym"], code=True)] for w in contents.witnesses],
        ),
    ]
    return Sheet(
        organisation=settings.DADKHAH_ORGANISATION,
        title=Label("Index of the dossier", "فهرست دوسیه"),
        reference=dossier.name,
        foot=f"{settings.DADKHAH_LOG_ORIGIN} · dossier {dossier.pk}",
        blocks=_without_empty_parts(blocks),
    )


def _without_empty_parts(blocks: list[Block]) -> list[Block]:
    """Leave out a table without rows together with the heading above it."""
    empty = {at for at, block in enumerate(blocks) if isinstance(block, Table) and not block.rows}
    return [block for at, block in enumerate(blocks) if at not in empty and at + 1 not in empty]


_HOW_TO_CHECK = Paragraph(
    Label(
        "README.txt says how to check this dossier without us. The signed log in the folder log/ binds every file.",
        "README.txt می‌گوید چگونه می‌توان این دوسیه را بی‌نیاز از ما وارسی کرد. "
        "دفتر امضاشده در پوشهٔ log تک‌تک فایل‌ها را در بر می‌گیرد.",
    )
)


def _cover_rows(dossier: Dossier, contents: Contents) -> list[tuple[Label, Value]]:
    case = dossier.case
    rows = [
        (Label("Case", "پرونده"), Value(case.reference, code=True)),
        (Label("Title", "عنوان"), Value(case.title)),
        (Label("Summary", "خلاصه"), Value(case.summary)),
        (Label("Dossier", "شمارهٔ دوسیه"), Value(f"{dossier.number} ({dossier.pk})")),
        (Label("Purpose", "هدف"), Value(dossier.purpose)),
        (Label("Compiled", "زمان تدوین"), Value(moment(dossier.compiled_at) or "")),
        (Label("Exhibits", "شمار مدارک"), Value(str(len(contents.exhibits)))),
        (Label("Log", "دفتر ثبت رویدادها"), Value(settings.DADKHAH_LOG_ORIGIN, code=True)),
    ]
    return [(label, value) for label, value in rows if value.text]


def _exhibits_table(contents: Contents) -> Table:
    columns = [
        Label("Exhibit", "مدرک"),
        Label("Title", "عنوان"),
        Label("File name", "نام فایل"),
        Label("Made or collected", "تاریخ"),
        Label("Bytes", "بایت"),
        Label("SHA-256", "SHA-256"),
    ]
    rows = [
        [
            Value(exhibit["exhibit"], code=True),
            Value(exhibit["title"]),
            Value(visible_name(exhibit["original_name"])),
            Value(_readable(exhibit["made_or_collected"])),
            *_bytes_cells(exhibit),
        ]
        for exhibit in contents.exhibits
    ]
    return Table(columns, [6, 7, 6, 6, 3, 10], rows)


def _bytes_cells(exhibit: Record) -> list[Value]:
    if exhibit["original"] is None:
        return [Value("—"), Value("Physical item, not in this dossier / شیء است و در این دوسیه نیست")]
    return [Value(str(exhibit["size"])), Value(exhibit["sha256"], code=True)]


def _persons_table(contents: Contents) -> Table:
    columns = [Label("Part", "نقش"), Label("Names as written", "نام‌ها"), Label("Posts", "سمت‌ها")]
    names = names_of(contents.persons)
    rows = [
        [
            Value(person["part"]),
            Value(names[person["id"]]),
            Value(
                "\n".join(
                    f"{p['title']} {p['organisation']} {_readable(p['held'])}".strip()
                    for p in person["posts"]
                )
            ),
        ]
        for person in contents.persons
    ]
    return Table(columns, [4, 10, 10], rows)


def _incidents_table(contents: Contents) -> Table:
    columns = [Label("When", "زمان"), Label("What", "واقعه"), Label("Where", "جا")]
    rows = [
        [
            Value(_readable(incident["date"])),
            Value("\n".join(filter(None, (incident["title"], incident["description"])))),
            Value(_place_name(incident["place"])),
        ]
        for incident in contents.incidents
    ]
    return Table(columns, [7, 12, 6], rows)


def _links_table(contents: Contents) -> Table:
    columns = [
        Label("Exhibit", "مدرک"),
        Label("Stance", "موضع"),
        Label("To", "دربارهٔ"),
        Label("Where and why", "کجا و چرا"),
    ]
    known = names_of(contents.persons)
    known |= {incident["id"]: incident["title"] for incident in contents.incidents}
    known |= {place["id"]: _place_name(place) for place in contents.places}
    rows = [
        [
            Value(link["exhibit"], code=True),
            Value(link["stance"]),
            Value(known.get(link["to"]["id"], link["to"]["kind"])),
            Value("\n".join(filter(None, (link["pinpoint"], link["basis"])))),
        ]
        for link in contents.links
    ]
    return Table(columns, [6, 4, 9, 9], rows)


def _readable(date: Record | None) -> str:
    return date["for_readers"] if date else "—"


def _place_name(place: Record | None) -> str:
    return " / ".join(filter(None, (place["name_latin"], place["name_fa"]))) if place else "—"
