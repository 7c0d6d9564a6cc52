"""Two cases: one with members and contents, one that is nobody's but the outsider's."""

from decimal import Decimal

import pytest

from accounts.models import User
from cases.dating import read_date
from cases.facts import Coordinates, NameFacts, PostFacts
from cases.models import Case, Incident, NameKind, Part, Person, Place, PlaceKind
from cases.registry import record_incident, register_person, register_place


@pytest.fixture
def person(case: Case, paralegal: User) -> Person:
    """An alleged perpetrator with a Persian and a Latin name."""
    names = [
        NameFacts("حمید نوری", source="Stockholms tingsrätt B 15255-19"),
        NameFacts("Hamid Nouri", source="Stockholms tingsrätt B 15255-19"),
        NameFacts("Hamid Abbasi", kind=NameKind.ALIAS),
    ]
    posts = [PostFacts("Deputy prosecutor's assistant", "Gohardasht Prison", read_date("1367"))]
    return register_person(case=case, role=Part.PERPETRATOR, names=names, posts=posts, actor=paralegal)


@pytest.fixture
def place(case: Case, paralegal: User) -> Place:
    """A burial site with a restricted position."""
    position = Coordinates(Decimal("35.646"), Decimal("51.567"), "satellite image")
    return register_place(
        case=case,
        kind=PlaceKind.BURIAL_SITE,
        name_fa="خاوران",
        name_latin="Khavaran",
        coordinates=position,
        actor=paralegal,
    )


@pytest.fixture
def incident(case: Case, place: Place, paralegal: User) -> Incident:
    """Something in late Mordad 1367."""
    when = read_date("late Mordad 1367")
    return record_incident(case, title="Executions in the hall", when=when, place=place, actor=paralegal)
