"""The demo's case: what is on the public record about it, and nothing else."""

from dataclasses import dataclass
from decimal import Decimal

from cases.membership import add_member, open_case
from cases.registry import NameFacts, PlaceFacts, record_incident, register_person, register_place

from accounts.models import User
from cases.access import find_case
from cases.dating import read_date
from cases.errors import UnknownCase
from cases.models import Case, Incident, Person, Place
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
    prison = _place(case, _GOHARDASHT, actor=actor)
    burial_ground = _place(case, _KHAVARAN, actor=actor)
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


_GOHARDASHT = PlaceFacts(name_fa="زندان گوهردشت", name_latin="Gohardasht prison", kind="prison")
_KHAVARAN = PlaceFacts(
    name_fa="گورستان خاوران",
    name_latin="Khavaran burial ground",
    kind="burial_site",
    latitude=Decimal("35.56"),
    longitude=Decimal("51.57"),
    coordinates_source="Published encyclopaedias, rounded to about one kilometre",
)
_NAMES = (
    NameFacts(text="حمید نوری", script="fa", kind="preferred", source=JUDGMENT),
    NameFacts(text="Hamid Nouri", script="latin", kind="preferred", source=JUDGMENT),
    NameFacts(text="Hamid Noury", script="latin", kind="variant", source="Press reports of the trial"),
    NameFacts(text="حمید عباسی", script="fa", kind="alias", source=JUDGMENT),
    NameFacts(text="Hamid Abbasi", script="latin", kind="alias", source=JUDGMENT),
)


def _place(case: Case, facts: PlaceFacts, *, actor: User) -> Place:
    known = Place.objects.filter(uses__case=case, name_latin=facts.name_latin).first()
    return known or register_place(case, facts=facts, actor=actor)


def _perpetrator(case: Case, *, actor: User) -> Person:
    known = Person.objects.filter(involvements__case=case).named_like("Hamid Nouri").first()
    return known or register_person(case=case, role="perpetrator", names=_NAMES, basis=BASIS, actor=actor)
