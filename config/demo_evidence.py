"""The demo's evidence: the manifest's receipts, each taken in once, and what each of them speaks to."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db.models import QuerySet

from accounts.models import User
from cases.models import Case, Incident, Person, Place
from config.demo_case import Registry
from config.demo_story import Story
from config.environment import ROOT
from evidence.inspection import inspect
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.linking import link_evidence
from evidence.manifest import arrivals_from_manifest
from evidence.models import EvidenceItem, EvidenceLink

MANIFEST = ROOT / "sample_case" / "manifest.csv"


@dataclass(frozen=True, slots=True)
class Statement:
    """What one file is taken to say, and to what."""

    name: str
    about: str
    stance: str
    pinpoint: str
    basis: str


STATEMENTS = (
    Statement(
        "نامه به خواهر (ساختگی).pdf",
        "incident",
        "supports",
        "page 1",
        "The writer stood at the gate (invented)",
    ),
    Statement(
        "cassette-side-a.mp3", "incident", "supports", "00:08-00:29", "The speaker stood there too (invented)"
    ),
    Statement(
        "transcript-of-the-cassette.eml",
        "incident",
        "supports",
        "the attachment",
        "Transcript of the cassette, not a second source",
    ),
    Statement(
        "فهرست وسایل تحویلی (ساختگی).xlsx",
        "incident",
        "neutral",
        "rows 4-8",
        "Shows what families got back later",
    ),
    Statement("desk-note.txt", "incident", "neutral", "", "Says why the letter may come by two ways"),
    Statement(
        "stockholm-judgment.html",
        "perpetrator",
        "supports",
        "the four dates",
        "The courts' decisions, in our words",
    ),
    Statement("IMG_0041.jpg", "burial_ground", "neutral", "", "Drawn, with a position in its camera facts"),
    Statement(
        "wall-from-the-road.jpg", "burial_ground", "neutral", "", "The same mended blocks as in IMG_0041.jpg"
    ),
    Statement(
        "along-the-wall.mp4", "burial_ground", "neutral", "00:02", "The same mended blocks as in IMG_0041.jpg"
    ),
)


def take_in(case: Case, story: Story, *, actor: User) -> None:
    """Take in each receipt of the manifest that is not here yet, and identify formats from the content."""
    before = _items(case).count()
    for path, facts in _receipts(case):
        if not _items(case).filter(original_name=facts.original_name, source=facts.source).exists():
            item = ingest_evidence(path, facts=facts, actor=actor)
            story.say(f"{item.reference}  {facts.original_name}")
    items = _items(case)
    for item in items.filter(inspected_at=None, object__isnull=False):
        inspect(item.pk)
    files = items.exclude(object=None)
    stored = files.values("object").distinct().count()
    story.say(
        f"{items.count()} receipts, {before} of them here already; {stored} different files in the vault."
    )
    if stored < files.count():
        story.say(
            "The letter came twice, from two sources: two receipts with a custody each, one stored object."
        )


def link(case: Case, registry: Registry, story: Story, *, actor: User) -> None:
    """Link each item to the person, incident or place that it speaks to, unless it is linked already."""
    made = kept = 0
    for statement in STATEMENTS:
        target: Person | Incident | Place = getattr(registry, statement.about)
        for item in _items(case).filter(original_name=statement.name):
            if _linked(case, item, target):
                kept += 1
                continue
            link_evidence(
                item,
                case=case,
                to=target,
                stance=statement.stance,
                pinpoint=statement.pinpoint,
                basis=statement.basis,
                actor=actor,
            )
            made += 1
    story.say(
        f"{made} links made to the convicted man, the incident and the burial ground; {kept} were here already."
    )


def _items(case: Case) -> QuerySet[EvidenceItem]:
    return EvidenceItem.objects.filter(cases=case)


def _linked(case: Case, item: EvidenceItem, target: Person | Incident | Place) -> bool:
    links = EvidenceLink.objects.filter(case=case, item=item)
    return any(link.to == target for link in links)


def _receipts(case: Case) -> Iterator[tuple[Path, IntakeFacts]]:
    for arrival in arrivals_from_manifest(MANIFEST, source="", collected=None, case=case.reference):
        if arrival.fault is not None:
            raise arrival.fault
        # The same facts as `ingest_evidence --manifest` would give, so that either finds what the other took in.
        facts = IntakeFacts(
            source=arrival.source,
            original_name=arrival.path.name,
            original_path=arrival.original_path,
            title=arrival.title,
            how_obtained=arrival.how_obtained,
            collected=arrival.collected,
            case=case,
        )
        yield arrival.path, facts
