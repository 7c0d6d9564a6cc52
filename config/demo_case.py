"""The demo's case: what is on the public record about it, and nothing else."""

from dataclasses import dataclass
from decimal import Decimal

from accounts.models import User
from cases.access import find_case
from cases.dating import read_date
from cases.errors import UnknownCase
from cases.facts import Coordinates, NameFacts
from cases.membership import add_member, open_case
from cases.models import Case, Incident, NameKind, Part, Person, Place, PlaceKind
from cases.registry import record_incident, register_person, register_place
from config.demo_story import Story

REFERENCE = "DK-1988-01"
TITLE = "The executions of 1988 at Gohardasht (sample case)"
SUMMARY = (
    "A sample. The convicted man, the courts' dates, the prisons and the burial ground are of public record; "
    "every letter, voice, picture and witness in it is invented."
)
JUDGMENT = "Stockholm District Court, judgment of 14 July 2022"
BASIS = (
    "Convicted by the Stockholm District Court on 14 July 2022; upheld by the Svea Court of Appeal on "
    "19 December 2023; leave to appeal refused by the Supreme Court on 6 March 2024. The defence was mistaken identity."
)
INCIDENT = "Families are turned away at the gate of Gohardasht"
DESCRIPTION = (
    "Invented in its particulars: a letter and a cassette say that families who came for a visit were sent "
    "away. That visits were stopped in the summer of 1988 is reported in many published accounts."
)


@dataclass(frozen=True, slots=True)
class Registry:
    """What evidence can be linked to in the demo's case."""

    perpetrator: Person
    incident: Incident
    burial_ground: Place


def open_or_find(story: Story, *, lawyer: User, paralegal: User) -> Case:
    """Return the demo's case with both users as members."""
    try:
        case = find_case(REFERENCE, actor=lawyer)
        story.say(f"Case {REFERENCE} is here already.")
    except UnknownCase:
        case = open_case(reference=REFERENCE, title=TITLE, summary=SUMMARY, actor=lawyer)
        story.say(f"The lawyer opened case {REFERENCE}: {TITLE}")
    if not Case.objects.visible_to(paralegal).filter(pk=case.pk).exists():
        add_member(case, user=paralegal, actor=lawyer)
        story.say("The lawyer let the paralegal in. Nobody else sees that the case exists.")
    return case


def register(case: Case, story: Story, *, actor: User) -> Registry:
    """Return the perpetrator, the incident and the burial ground, each registered once."""
    prison = _prison(case, actor=actor)
    burial_ground = _burial_ground(case, actor=actor)
    person = _perpetrator(case, actor=actor)
    incident = case.incidents.filter(title=INCIDENT).first() or record_incident(
        case,
        title=INCIDENT,
        when=read_date("late Mordad 1367"),
        place=prison,
        description=DESCRIPTION,
        actor=actor,
    )
    story.say(
        "Alleged perpetrator, as convicted: Hamid Nouri (حمید نوری), known to prisoners as Hamid Abbasi."
    )
    story.say(
        "Incident: at Gohardasht prison, dated “late Mordad 1367” and no closer (12 to 22 August 1988)."
    )
    story.say("Place: the Khavaran burial ground; its position shows only to members of the case.")
    return Registry(perpetrator=person, incident=incident, burial_ground=burial_ground)


_KHAVARAN = Coordinates(
    latitude=Decimal("35.56"),
    longitude=Decimal("51.57"),
    source="Published encyclopaedias, rounded to about one kilometre",
)
_NAMES = (
    NameFacts("حمید نوری", source=JUDGMENT),
    NameFacts("Hamid Nouri", source=JUDGMENT),
    NameFacts("Hamid Noury", kind=NameKind.VARIANT, source="Press reports of the trial"),
    NameFacts("حمید عباسی", kind=NameKind.ALIAS, source=JUDGMENT),
    NameFacts("Hamid Abbasi", kind=NameKind.ALIAS, source=JUDGMENT),
)


def _prison(case: Case, *, actor: User) -> Place:
    return _used(case, "Gohardasht prison") or register_place(
        case=case,
        kind=PlaceKind.PRISON,
        name_fa="زندان گوهردشت",
        name_latin="Gohardasht prison",
        actor=actor,
    )


def _burial_ground(case: Case, *, actor: User) -> Place:
    return _used(case, "Khavaran burial ground") or register_place(
        case=case,
        kind=PlaceKind.BURIAL_SITE,
        name_fa="گورستان خاوران",
        name_latin="Khavaran burial ground",
        coordinates=_KHAVARAN,
        actor=actor,
    )


def _used(case: Case, name: str) -> Place | None:
    return Place.objects.filter(uses__case=case, name_latin=name).first()


def _perpetrator(case: Case, *, actor: User) -> Person:
    known = Person.objects.filter(involvements__case=case).named_like("Hamid Nouri").first()
    return known or register_person(case=case, role=Part.PERPETRATOR, names=_NAMES, basis=BASIS, actor=actor)
