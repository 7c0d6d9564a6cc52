"""The rows that a dossier speaks of, as plain JSON values. Nothing is read from witnesses but pseudonyms."""

import json
from collections.abc import Collection, Iterable
from uuid import UUID

from cases.models import Case, Incident, Involvement, Place, Post
from evidence.custody_record import Record, date_record, moment
from evidence.models import EvidenceLink
from witnesses.consent_gate import witnesses_behind
from witnesses.models import Witness


def as_json(value: object) -> bytes:
    """Readable UTF-8 JSON with a stable order; text that no UTF-8 can hold is escaped, not lost."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(
        "utf-8", "backslashreplace"
    )


def persons_of(case: Case) -> list[Record]:
    """Everybody registered in the case, with all names as their sources wrote them, never a witness."""
    parts = Involvement.objects.filter(case=case).select_related("person")
    ordered = parts.prefetch_related("person__names", "person__posts").order_by("role", "person_id")
    return [_person(part) for part in ordered]


def incidents_of(case: Case) -> list[Record]:
    """What the case says happened."""
    rows = Incident.objects.filter(case=case).select_related("place").order_by("date_earliest", "title", "pk")
    return [
        {
            "id": str(row.pk),
            "title": row.title,
            "date": date_record(row.date),
            "place": _place(row.place) if row.place else None,
            "description": row.description,
        }
        for row in rows
    ]


def places_of(case: Case) -> list[Record]:
    """The places that the case uses, without their positions: a grave that is located can be destroyed."""
    rows = Place.objects.filter(uses__case=case).distinct().order_by("name_latin", "name_fa", "pk")
    return [_place(row) for row in rows]


def links_of(case: Case, exhibit_names: dict[UUID, str]) -> list[Record]:
    """What the exhibits are said to show; `exhibit_names` maps an item's id to its exhibit number."""
    rows = EvidenceLink.objects.filter(case=case).order_by("made_at", "pk")
    return [_link(row, exhibit_names[row.item_id]) for row in rows if row.item_id in exhibit_names]


def witnesses_of(case: Case, items: Collection[UUID]) -> list[Record]:
    """The pseudonyms of those witnesses of the case on whom these items rest. Nothing else about them is read here."""
    found = Witness.objects.filter(case=case, pk__in=witnesses_behind(items)).order_by("pseudonym")
    pseudonyms = found.values_list("pseudonym", flat=True)
    return [{"pseudonym": pseudonym} for pseudonym in pseudonyms]


def _person(part: Involvement) -> Record:
    person = part.person
    names = sorted(person.names.all(), key=lambda name: name.position)
    return {
        "id": str(person.pk),
        "part": part.role,
        "basis": part.basis,
        "names": [
            {
                "text": n.text,
                "script": n.script,
                "kind": n.kind,
                "romanisation": n.romanisation,
                "source": n.source,
            }
            for n in names
        ],
        "posts": [_post(post) for post in person.posts.all()],
    }


def _post(post: Post) -> Record:
    return {
        "title": post.title,
        "organisation": post.organisation,
        "held": date_record(post.date),
        "source": post.source,
    }


def _place(place: Place) -> Record:
    return {"id": str(place.pk), "kind": place.kind, "name_fa": place.name_fa, "name_latin": place.name_latin}


def _link(link: EvidenceLink, exhibit: str) -> Record:
    kind, target = _target(link)
    return {
        "exhibit": exhibit,
        "to": {"kind": kind, "id": str(target)},
        "stance": link.stance,
        "pinpoint": link.pinpoint,
        "basis": link.basis,
        "made_at": moment(link.made_at),
    }


def _target(link: EvidenceLink) -> tuple[str, object]:
    targets = {"person": link.person_id, "incident": link.incident_id, "place": link.place_id}
    return next((kind, target) for kind, target in targets.items() if target is not None)


def names_of(persons: Iterable[Record]) -> dict[str, str]:
    """Each person's names on one line, the preferred ones first, by id."""
    return {
        person["id"]: " / ".join(
            n["text"] for n in sorted(person["names"], key=lambda n: n["kind"] != "preferred")
        )
        for person in persons
    }
