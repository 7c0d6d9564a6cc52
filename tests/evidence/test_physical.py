"""Taking in a thing: its custody begins with condition, seal and shelf, and its photographs name it."""

import io
import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.errors import NotPermitted
from accounts.models import User
from accounts.roles import Role
from audit.models import Entry
from cases.dating import read_date
from cases.errors import BadText, NotAMember
from cases.membership import add_member, open_case
from cases.models import Case
from evidence.bulk import put_into_case
from evidence.errors import AlreadyLinked, BadCustody, BadIntake, UnknownEvidence
from evidence.linking import add_to_case
from evidence.models import EvidenceCase, EvidenceItem, Intake, Thing
from evidence.physical import take_photograph
from evidence.verification import verify_evidence
from tests.conftest import Hire
from tests.evidence.conftest import TakeIn
from tests.evidence.things import put_on_the_shelf
from tests.tampering import tamper

ClientFor = Callable[[User | None], Client]
SENT = {
    "title": "A prisoner's ring",
    "description": "Silver, inscribed",
    "quantity": "2",
    "serial_number": "SN-5",
    "condition": "Scratched",
    "seal": "S-17",
    "location": "Shelf 3",
    "source": "the family of a prisoner",
    "happened": "2 Mordad 1404",
}


def kinds() -> list[str]:
    return [fault.kind for fault in verify_evidence(EvidenceItem.objects.all()).faults]


def test_a_thing_begins_its_custody_with_condition_seal_and_shelf(case: Case, paralegal: User) -> None:
    ring = put_on_the_shelf(
        case,
        paralegal,
        seal="S-17",
        location="Shelf 3",
        quantity=2,
        serial_number="SN-5",
        happened=read_date("1988"),
    )
    event = ring.custody.get()
    assert (event.kind, event.released_by, event.received_by) == (
        "received",
        "the family of a prisoner",
        paralegal.full_name,
    )
    assert (event.condition, event.seal, event.location) == ("Scratched", "S-17", "Shelf 3")
    assert event.date == read_date("1988")
    assert (ring.thing.quantity, ring.thing.serial_number) == (2, "SN-5")
    entry = Entry.objects.get(action="evidence.received")
    facts = json.loads(bytes(entry.body))["facts"]
    assert facts["fingerprint"] == event.fingerprint()
    assert (facts["thing"], facts["quantity"], facts["sha256"]) == (str(ring.thing.pk), 2, None)
    for one in Entry.objects.all():
        for word in (b"ring", b"Scratched", b"S-17", b"SN-5", b"Shelf"):
            assert word not in bytes(one.body)


@pytest.mark.parametrize(
    ("facts", "error", "sentence"),
    [
        ({"title": " "}, BadText, "empty"),
        ({"title": "x" * 301}, BadText, "300"),
        ({"source": " "}, BadIntake, "Say who"),
        ({"condition": ""}, BadIntake, "in what condition"),
        ({"quantity": 0}, BadIntake, "at least one"),
        ({"quantity": 10**9}, BadIntake, "at least one"),
        ({"serial_number": "a\u202eb"}, BadText, "hidden"),
        ({"happened": read_date("2150")}, BadCustody, "not come yet"),
    ],
)
def test_what_cannot_be_recorded_leaves_nothing_behind(
    case: Case, paralegal: User, facts: dict, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        put_on_the_shelf(case, paralegal, **facts)
    assert not EvidenceItem.objects.exists()
    assert not Intake.objects.exists()


def test_who_may_not_receive_or_is_no_member_takes_nothing_in(
    case: Case, auditor: User, outsider: User
) -> None:
    with pytest.raises(NotPermitted):
        put_on_the_shelf(case, auditor)
    with pytest.raises(NotAMember):
        put_on_the_shelf(case, outsider)


def test_the_database_refuses_to_change_what_a_thing_is(case: Case, paralegal: User) -> None:
    put_on_the_shelf(case, paralegal)
    with pytest.raises(IntegrityError), transaction.atomic():
        Thing.objects.update(quantity=3)
    assert kinds() == []
    tamper("UPDATE evidence_thing SET quantity = 3")
    assert kinds() == ["record_altered"]
    tamper("DELETE FROM evidence_thing")
    assert set(kinds()) == {"record_altered"}


def test_a_photograph_is_an_item_that_names_the_thing_in_every_case_of_both(
    case: Case, paralegal: User, lawyer: User
) -> None:
    ring = put_on_the_shelf(case, paralegal)
    second = open_case(reference="DK-SECOND", title="Second", actor=lawyer)
    add_to_case(ring, second, actor=lawyer)
    photograph = take_photograph(ring, _bytes(), name="ring.jpg", actor=lawyer)
    assert (photograph.parent, photograph.relation, photograph.source) == (
        ring,
        "photograph",
        lawyer.full_name,
    )
    assert set(photograph.cases.all()) == {case, second}
    other = take_photograph(ring, _bytes(), name="ring.jpg", taken_by="A neighbour", actor=paralegal)
    assert set(other.cases.all()) == {case}
    assert other.source == "A neighbour"
    assert kinds() == []


def test_only_a_thing_of_ones_own_cases_is_photographed(
    case: Case, take_in: TakeIn, paralegal: User, outsider: User
) -> None:
    with pytest.raises(BadIntake, match="Only a physical item"):
        take_photograph(take_in(), _bytes(), name="x.jpg", actor=paralegal)
    with pytest.raises(UnknownEvidence):
        take_photograph(put_on_the_shelf(case, paralegal), _bytes(), name="x.jpg", actor=outsider)


def test_it_is_taken_in_and_photographed_by_page(case: Case, paralegal: User, client_for: ClientFor) -> None:
    client = client_for(paralegal)
    address = reverse("evidence:thing_new")
    assert case.reference in client.get(address, {"case": case.pk}).content.decode()
    page = client.post(address, SENT | {"case": case.pk}, follow=True).content.decode()
    ring = EvidenceItem.objects.get()
    for words in ("Silver, inscribed", "SN-5", "S-17", "Shelf 3", "Scratched", "Add photographs"):
        assert words in page
    sent = {"files": [SimpleUploadedFile("a.jpg", b"one"), SimpleUploadedFile("b.jpg", b"two")]}
    page = client.post(reverse("evidence:photographs", args=[ring.pk]), sent, follow=True).content.decode()
    assert "2 photographs were taken in." in page
    shown = ring.children.all()
    assert all(one.reference in page for one in shown)
    page = client.get(reverse("evidence:item", args=[shown[0].pk])).content.decode()
    assert ring.reference in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": ""}, "required"),
        ({"condition": ""}, "required"),
        ({"quantity": "-1"}, "greater than or equal"),
        ({"quantity": "many"}, "whole number"),
        ({"happened": "a while ago"}, "date"),
        ({"happened": "2150"}, "not come yet"),
    ],
)
def test_a_form_that_cannot_be_used_keeps_what_was_typed(
    case: Case, paralegal: User, client_for: ClientFor, changed: dict, sentence: str
) -> None:
    answer = client_for(paralegal).post(reverse("evidence:thing_new"), SENT | changed)
    assert answer.status_code == 422
    assert "Silver, inscribed" in answer.content.decode()
    assert sentence in answer.content.decode()
    assert not EvidenceItem.objects.exists()


def test_photographs_without_a_file_are_said(case: Case, paralegal: User, client_for: ClientFor) -> None:
    ring = put_on_the_shelf(case, paralegal)
    answer = client_for(paralegal).post(reverse("evidence:photographs", args=[ring.pk]), {})
    assert answer.status_code == 422
    assert "No file arrived" in answer.content.decode()


def test_a_photograph_of_a_closed_thing_is_not_found(
    case: Case, paralegal: User, outsider: User, client_for: ClientFor
) -> None:
    ring = put_on_the_shelf(case, paralegal)
    sent = {"files": [SimpleUploadedFile("a.jpg", b"one")]}
    answer = client_for(outsider).post(reverse("evidence:photographs", args=[ring.pk]), sent)
    assert answer.status_code == 404
    assert EvidenceItem.objects.count() == 1


def _bytes() -> object:
    return io.BytesIO(b"a photograph")


def test_the_photographs_of_a_thing_go_with_it_into_a_later_case(
    case: Case, other_case: Case, lawyer: User, outsider: User
) -> None:
    add_member(other_case, user=lawyer, actor=outsider)
    ring = put_on_the_shelf(case, lawyer)
    picture = take_photograph(ring, io.BytesIO(b"picture"), name="ring.jpg", actor=lawyer)
    add_to_case(ring, other_case, actor=lawyer)
    assert EvidenceItem.objects.visible_to(outsider).filter(pk=picture.pk).exists()
    logged = Entry.objects.filter(action="evidence.linked", case_id=other_case.pk)
    assert {entry.subject_id for entry in logged} == {str(ring.pk), str(picture.pk)}
    with pytest.raises(AlreadyLinked):
        add_to_case(picture, other_case, actor=lawyer)


def test_a_photograph_that_is_not_open_to_whoever_adds_the_thing_stays_closed(
    case: Case, other_case: Case, lawyer: User, outsider: User, hire: Hire
) -> None:
    second = hire("soraya", Role.LAWYER)
    add_member(case, user=second, actor=lawyer)
    ring = put_on_the_shelf(case, lawyer)
    add_member(other_case, user=lawyer, actor=outsider)
    hidden = take_photograph(ring, io.BytesIO(b"picture"), name="ring.jpg", actor=lawyer)
    EvidenceCase.objects.filter(item=hidden).update(case=other_case)
    third = open_case(reference="DK-3", title="Third", actor=second)
    add_to_case(ring, third, actor=second)
    assert not EvidenceCase.objects.filter(item=hidden, case=third).exists()


def test_a_thing_and_its_photograph_are_put_into_a_case_together(case: Case, lawyer: User) -> None:
    ring = put_on_the_shelf(case, lawyer)
    picture = take_photograph(ring, io.BytesIO(b"picture"), name="ring.jpg", actor=lawyer)
    second = open_case(reference="DK-2", title="Second", actor=lawyer)
    placed = put_into_case([picture, ring], second, actor=lawyer)
    assert (placed.added, placed.there) == (2, 0)
    assert second.placements.count() == 2
