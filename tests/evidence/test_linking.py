"""Links say what an item does for a person, an incident or a place, within one case."""

import json

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import NotPermitted
from accounts.models import User
from audit.models import Entry
from cases.errors import NotAMember
from cases.membership import add_member, open_case
from cases.models import Case, Incident, Person, Place
from evidence import linking
from evidence.errors import AlreadyLinked, BadLink, UnknownEvidence
from evidence.linking import add_to_case, link_evidence
from evidence.models import EvidenceCase, EvidenceItem, EvidenceLink
from evidence.vocabulary import Relation
from tests.evidence.conftest import TakeIn
from tests.evidence.things import put_on_the_shelf


def test_an_item_is_linked_to_a_person_an_incident_and_a_place(
    take_in: TakeIn, case: Case, person: Person, incident: Incident, place: Place, lawyer: User
) -> None:
    item = take_in()
    for target in (person, incident, place):
        link = link_evidence(
            item, case=case, to=target, pinpoint="page 2", basis="he signed it", actor=lawyer
        )
        assert EvidenceLink.objects.get(pk=link.pk).to == target
    entries = [json.loads(bytes(entry.body)) for entry in Entry.objects.filter(action="evidence.linked")]
    assert {entry["facts"]["to"] for entry in entries} == {"person", "incident", "place"}
    assert all("signed" not in json.dumps(entry) for entry in entries)


def test_an_item_without_a_case_joins_the_case_of_its_first_link(
    take_in: TakeIn, case: Case, person: Person, paralegal: User, lawyer: User
) -> None:
    item = take_in(case=None)
    assert not EvidenceItem.objects.visible_to(lawyer).exists()
    link_evidence(item, case=case, to=person, actor=paralegal)
    assert list(EvidenceItem.objects.visible_to(lawyer)) == [item]


def test_what_is_not_in_the_case_cannot_be_linked(take_in: TakeIn, lawyer: User, person: Person) -> None:
    item = take_in()
    second = open_case(reference="DK-1988-03", title="Another", actor=lawyer)
    with pytest.raises(BadLink):
        link_evidence(item, case=second, to=person, actor=lawyer)
    assert item.placements.count() == 1
    assert not EvidenceLink.objects.exists()


@pytest.mark.parametrize("facts", [{"stance": "proves"}, {"pinpoint": "x" * 201}])
def test_a_link_that_cannot_be_kept_is_refused(
    take_in: TakeIn, case: Case, person: Person, lawyer: User, facts: dict
) -> None:
    with pytest.raises(BadLink):
        link_evidence(take_in(), case=case, to=person, actor=lawyer, **facts)


def test_only_members_with_the_right_link(
    take_in: TakeIn,
    case: Case,
    person: Person,
    outsider: User,
    auditor: User,
    other_case: Case,
    paralegal: User,
) -> None:
    item = take_in()
    with pytest.raises(NotPermitted):
        link_evidence(item, case=case, to=person, actor=auditor)
    with pytest.raises(UnknownEvidence):
        add_to_case(item, other_case, actor=outsider)
    with pytest.raises(NotAMember):
        add_to_case(item, other_case, actor=paralegal)


def test_an_item_is_in_a_case_once(take_in: TakeIn, case: Case, paralegal: User) -> None:
    item = take_in()
    with pytest.raises(AlreadyLinked):
        add_to_case(item, case, actor=paralegal)
    assert item.placements.count() == 1


def test_a_photograph_that_somebody_else_places_in_the_same_moment_is_passed_over(
    take_in: TakeIn, case: Case, lawyer: User, paralegal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    thing = put_on_the_shelf(case, paralegal)
    pictures = [
        take_in(name, parent=thing, relation=Relation.PHOTOGRAPH, case=case) for name in (b"one", b"two")
    ]
    added = open_case(reference="DK-1988-03", title="Another", actor=lawyer)
    add_member(added, user=paralegal, actor=lawyer)
    place = linking._place

    def overtaken(item: EvidenceItem, into: Case, user: User) -> EvidenceCase:
        if item == pictures[0]:
            EvidenceCase.objects.create(item=item, case=into, linked_by=user)
        return place(item, into, user)

    monkeypatch.setattr(linking, "_place", overtaken)
    add_to_case(thing, added, actor=paralegal)
    assert set(EvidenceItem.objects.filter(placements__case=added)) == {thing, pictures[1]}


def test_an_item_in_three_cases_is_listed_once(take_in: TakeIn, lawyer: User, paralegal: User) -> None:
    item = take_in()
    for number in (3, 4):
        added = open_case(reference=f"DK-1988-0{number}", title="Another", actor=lawyer)
        add_member(added, user=paralegal, actor=lawyer)
        add_to_case(item, added, actor=paralegal)
    assert list(EvidenceItem.objects.visible_to(paralegal)) == [item]


def test_the_table_itself_wants_exactly_one_target(
    take_in: TakeIn, case: Case, person: Person, place: Place, lawyer: User
) -> None:
    item = take_in()
    for targets in ({}, {"person": person, "place": place}):
        with pytest.raises(IntegrityError), transaction.atomic():
            EvidenceLink.objects.create(item=item, case=case, made_by=lawyer, **targets)
