"""Persons, places and incidents: kept verbatim, scoped by membership, logged without a name."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.errors import NotPermitted
from accounts.models import User
from audit.models import Entry
from cases.dating import Precision, read_date
from cases.errors import (
    AlreadyInvolved,
    BadCoordinates,
    BadName,
    BadText,
    NotAMember,
    UnknownPerson,
    UnknownPlace,
)
from cases.facts import Coordinates, NameFacts, script_of
from cases.membership import add_member
from cases.models import Case, CasePlace, Incident, NameKind, Part, Person, PersonName, Place, PlaceKind
from cases.queries import counts_of, incidents_of, people_of, persons_beyond, places_of
from cases.registry import involve_person, name_person, record_incident, register_person, register_place

pytestmark = pytest.mark.django_db
LONG_NAME = "سید" + "ا" * 124 + "ی"  # 256 bytes in UTF-8


def _logged() -> bytes:
    return b"".join(bytes(entry.body) for entry in Entry.objects.all())


def test_a_person_is_shown_by_the_name_that_the_reader_reads(person: Person) -> None:
    assert person.name_in("en") == "Hamid Nouri"
    assert person.name_in("fa") == "حمید نوری"
    with translation.override("fa"):
        assert str(person) == "حمید نوری"


def test_no_name_reaches_the_log_in_clear(person: Person, place: Place, incident: Incident) -> None:
    logged = _logged()
    for private in ("Nouri", "نوری", "Khavaran", "خاوران", "35.646", "Executions", "Gohardasht"):
        assert private.encode() not in logged
        assert private.encode("unicode_escape") not in logged
    assert b"person.registered" in logged
    assert b"incident.recorded" in logged


@pytest.mark.parametrize("query", ["نوري", "حمیدنوری", "hamid", "NOURI", "abbasi", "حمید\u200cنوری"])
def test_a_person_is_found_by_any_spelling_of_any_name(query: str, case: Case, person: Person) -> None:
    assert list(people_of(case).named_like(query)) == [person]


def test_names_are_kept_verbatim_and_never_in_their_folded_form(case: Case, paralegal: User) -> None:
    for text in ("كريمي", LONG_NAME, "علی\u200cرضا (پدر: حسن)", "O'Brien-Ñ"):
        kept = register_person(case=case, role=Part.OTHER, names=[NameFacts(text)], actor=paralegal)
        assert kept.names.get().text == text


@pytest.mark.parametrize(
    "text", ["", "  ", "\u200c", "a\x00b", "a\nb", "Ali\u202eilA", "a\u200fb", "x" * 256]
)
def test_a_name_that_hides_something_is_refused_and_leaves_no_row(
    text: str, case: Case, paralegal: User
) -> None:
    before = Entry.objects.count()
    with pytest.raises(BadText):
        register_person(case=case, role=Part.VICTIM, names=[NameFacts(text)], actor=paralegal)
    assert not Person.objects.exists()
    assert Entry.objects.count() == before


def test_a_person_needs_a_preferred_name_and_has_one_in_each_script(case: Case, paralegal: User) -> None:
    with pytest.raises(BadName):
        register_person(case=case, role=Part.VICTIM, names=[], actor=paralegal)
    alias = NameFacts("Abbasi", kind=NameKind.ALIAS)
    with pytest.raises(BadName):
        register_person(case=case, role=Part.VICTIM, names=[alias], actor=paralegal)
    names = [NameFacts("Nouri"), NameFacts("Noury")]
    with pytest.raises(BadName):
        register_person(case=case, role=Part.VICTIM, names=names, actor=paralegal)
    assert not PersonName.objects.exists()


def test_a_name_is_added_behind_the_others(case: Case, person: Person, paralegal: User) -> None:
    added = name_person(person, case=case, name=NameFacts("Noury", kind=NameKind.VARIANT), actor=paralegal)
    assert [name.text for name in person.names.all()][-1] == added.text == "Noury"
    with pytest.raises(BadName):
        name_person(person, case=case, name=NameFacts("Hamid Noury"), actor=paralegal)


def test_the_script_is_seen_from_the_letters() -> None:
    assert [script_of(text) for text in ("(نوری)", "Nouri", "Нури", "123")] == [
        "fa",
        "latin",
        "other",
        "other",
    ]


def test_a_post_keeps_when_it_was_held(person: Person) -> None:
    post = person.posts.get()
    assert post.date is not None
    assert post.date.precision is Precision.YEAR
    assert post.date.edtf == "1988-03-21/1989-03-20"


def test_a_person_of_another_case_is_unknown_here(
    case: Case, other_case: Case, person: Person, outsider: User
) -> None:
    assert not Person.objects.visible_to(outsider).exists()
    with pytest.raises(UnknownPerson):
        involve_person(person, case=other_case, role=Part.VICTIM, actor=outsider)
    with pytest.raises(UnknownPerson):
        name_person(person, case=other_case, name=NameFacts("X"), actor=outsider)


def test_a_person_is_brought_into_another_case_by_a_member_of_both(
    case: Case, other_case: Case, person: Person, lawyer: User, outsider: User
) -> None:
    add_member(other_case, user=lawyer, actor=outsider)
    assert list(persons_beyond(other_case, user=lawyer)) == [person]
    involve_person(person, case=other_case, role=Part.OTHER, actor=lawyer)
    assert list(Person.objects.visible_to(outsider)) == [person]
    assert [part.role for part in people_of(other_case).get().parts] == ["other"]
    with pytest.raises(AlreadyInvolved):
        involve_person(person, case=other_case, role=Part.OTHER, actor=lawyer)


def test_an_incident_keeps_its_date_as_written(incident: Incident) -> None:
    kept = Incident.objects.get(pk=incident.pk)
    assert kept.date == read_date("late Mordad 1367")
    assert kept.date_earliest.isoformat() == "1988-08-12"


def test_an_incident_without_a_date_has_none_and_comes_last(
    case: Case, incident: Incident, paralegal: User
) -> None:
    undated = record_incident(case, title="Undated", when=None, actor=paralegal)
    assert Incident.objects.get(pk=undated.pk).date is None
    assert list(incidents_of(case)) == [incident, undated]


def test_an_incident_brings_its_place_into_the_case(
    case: Case, paralegal: User, other_case: Case, outsider: User
) -> None:
    evin = register_place(case=other_case, kind=PlaceKind.PRISON, name_latin="Evin", actor=outsider)
    record_incident(case, title="Hearing", when=None, place=evin, actor=paralegal)
    assert list(places_of(case, user=paralegal)) == [evin]


def test_a_position_is_known_only_inside_cases_that_use_the_place(
    place: Place, paralegal: User, outsider: User
) -> None:
    assert Place.objects.with_position_known_to(paralegal).get().position_known
    assert not Place.objects.with_position_known_to(outsider).get().position_known


def test_nobody_learns_a_position_by_using_the_place_in_a_case_of_their_own(
    place: Place, other_case: Case, outsider: User
) -> None:
    assert place not in Place.objects.usable_by(outsider)
    with pytest.raises(UnknownPlace):
        record_incident(other_case, title="A pretext", when=None, place=place, actor=outsider)
    assert not CasePlace.objects.filter(case=other_case).exists()


def test_a_position_is_on_the_earth_and_has_a_source(case: Case, paralegal: User) -> None:
    for position in (Coordinates(Decimal(91), Decimal(0), "x"), Coordinates(Decimal(0), Decimal(181), "x")):
        with pytest.raises(BadCoordinates):
            register_place(
                case=case, kind=PlaceKind.OTHER, name_latin="X", coordinates=position, actor=paralegal
            )
    nowhere = Coordinates(Decimal(0), Decimal(0), "")
    with pytest.raises(BadText):
        register_place(case=case, kind=PlaceKind.OTHER, name_latin="X", coordinates=nowhere, actor=paralegal)
    with pytest.raises(BadName):
        register_place(case=case, kind=PlaceKind.OTHER, actor=paralegal)
    assert not Place.objects.exists()
    assert "35" not in repr(Coordinates(Decimal(35), Decimal(51), "x"))


def _writes(case: Case, actor: User) -> list[Callable[[], object]]:
    names = [NameFacts("X")]
    return [
        lambda: register_person(case=case, role=Part.OTHER, names=names, actor=actor),
        lambda: register_place(case=case, kind=PlaceKind.OTHER, name_latin="X", actor=actor),
        lambda: record_incident(case, title="X", when=None, actor=actor),
    ]


def test_every_write_needs_membership(case: Case, outsider: User) -> None:
    for write in _writes(case, outsider):
        with pytest.raises(NotAMember):
            write()


def test_every_write_needs_the_role(
    case: Case, auditor: User, administrator: User, custodian_a: User
) -> None:
    for actor in (auditor, administrator, custodian_a):
        for write in _writes(case, actor):
            with pytest.raises(NotPermitted):
                write()


def test_the_counts_are_exact(case: Case, person: Person, incident: Incident) -> None:
    counts = counts_of(case)
    assert (counts.people, counts.incidents, counts.places, counts.members) == (1, 1, 1, 2)


def test_listing_people_costs_three_queries_however_many_they_are(case: Case, paralegal: User) -> None:
    counts = []
    for batch in range(2):
        for number in range(15):
            names = [NameFacts(f"Name {batch} {number}")]
            register_person(case=case, role=Part.VICTIM, names=names, actor=paralegal)
        with CaptureQueriesContext(connection) as queries:
            assert len([(str(found), found.parts) for found in people_of(case)]) == 15 * (batch + 1)
        counts.append(len(queries))
    assert counts == [3, 3]
