"""How an item was acquired: every version stays, the newest counts, and the log knows each."""

import json
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.errors import NotPermitted
from accounts.models import User
from audit.models import Entry
from cases.dating import read_date
from cases.errors import BadText
from cases.models import Case
from evidence.acquiring import AcquisitionFacts, current_acquisition, record_acquisition
from evidence.errors import BadAcquisition, UnknownEvidence
from evidence.models import Acquisition, EvidenceItem
from evidence.verification import verify_evidence
from tests.evidence.conftest import TakeIn
from tests.tampering import tamper

ClientFor = Callable[[User | None], Client]
KNOWN = {
    "source_kind": "person",
    "source_name": "W-7K3Q-M",
    "how_obtained": "By hand in Invented Street",
    "why_obtained": "To show the list of visits",
    "place": "Inventedtown",
    "collector": "Invented Collector",
    "legal_basis": "Consent",
    "rights": "The family's",
    "restrictions": "Not to be published",
    "languages": ("fa", "ku"),
    "consent_reference": "Folder 12",
    "reliability": "B",
    "credibility": "2",
}


def facts(**changed: object) -> AcquisitionFacts:
    return AcquisitionFacts(**KNOWN | {"acquired": read_date("late Mordad 1367")} | changed)


def kinds() -> list[str]:
    return [fault.kind for fault in verify_evidence(EvidenceItem.objects.all()).faults]


def test_a_later_version_stands_above_the_earlier_one(take_in: TakeIn, paralegal: User, lawyer: User) -> None:
    item = take_in()
    first = record_acquisition(item, facts=facts(), actor=paralegal)
    second = record_acquisition(item, facts=facts(reliability="A", languages=("fa",)), actor=lawyer)
    assert (first.version, second.version) == (1, 2)
    assert current_acquisition(item) == second
    assert [one.grade for one in item.acquisitions.order_by("version")] == ["B2", "A2"]
    assert first.languages == "fa ku"
    assert Acquisition.objects.get(pk=first.pk).date == read_date("late Mordad 1367")


def test_the_log_knows_each_version_and_no_word_of_it(take_in: TakeIn, paralegal: User, case: Case) -> None:
    item = take_in(source="W-7K3Q-M")
    recorded = record_acquisition(item, facts=facts(), actor=paralegal)
    entry = Entry.objects.get(action="evidence.acquisition_recorded")
    logged = json.loads(bytes(entry.body))
    assert logged["facts"] == recorded.facts()
    assert (logged["subject_id"], logged["case_id"]) == (str(item.pk), str(case.pk))
    for one in Entry.objects.all():
        for word in (b"nvented", b"W-7K3Q", b"Folder", b"publish", b"Mordad"):
            assert word not in bytes(one.body)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"source_kind": "rumour"}, "person, an organisation or public"),
        ({"reliability": "G"}, "from A to F"),
        ({"credibility": "0"}, "from 1 to 6"),
        ({"languages": ("klingon",)}, "from the list"),
    ],
)
def test_words_outside_the_vocabulary_are_refused(
    take_in: TakeIn, paralegal: User, changed: dict, sentence: str
) -> None:
    item = take_in()
    with pytest.raises(BadAcquisition, match=sentence):
        record_acquisition(item, facts=facts(**changed), actor=paralegal)
    assert not Acquisition.objects.exists()


@pytest.mark.parametrize("changed", [{"source_name": " "}, {"place": "a\u202eb"}, {"rights": "x" * 20_001}])
def test_text_that_hides_something_is_refused(take_in: TakeIn, paralegal: User, changed: dict) -> None:
    with pytest.raises(BadText):
        record_acquisition(take_in(), facts=facts(**changed), actor=paralegal)


def test_the_same_again_is_no_new_version(take_in: TakeIn, paralegal: User) -> None:
    item = take_in()
    record_acquisition(item, facts=facts(), actor=paralegal)
    with pytest.raises(BadAcquisition, match="Nothing is different"):
        record_acquisition(item, facts=facts(source_name=" W-7K3Q-M "), actor=paralegal)
    assert item.acquisitions.count() == 1


def test_only_those_who_work_on_the_case_record_it(take_in: TakeIn, auditor: User, outsider: User) -> None:
    item = take_in()
    with pytest.raises(NotPermitted):
        record_acquisition(item, facts=facts(), actor=auditor)
    with pytest.raises(UnknownEvidence):
        record_acquisition(item, facts=facts(), actor=outsider)


def test_the_database_refuses_to_change_or_remove_a_version(take_in: TakeIn, paralegal: User) -> None:
    recorded = record_acquisition(take_in(), facts=facts(), actor=paralegal)
    for act in (
        lambda: Acquisition.objects.filter(pk=recorded.pk).update(reliability="A"),
        lambda: Acquisition.objects.filter(pk=recorded.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_a_version_changed_removed_or_written_past_the_log_is_named(take_in: TakeIn, paralegal: User) -> None:
    record_acquisition(take_in(), facts=facts(), actor=paralegal)
    assert kinds() == []
    tamper("UPDATE evidence_acquisition SET restrictions = ''")
    assert kinds() == ["acquisition_altered"]
    tamper("DELETE FROM evidence_acquisition")
    assert kinds() == ["acquisition_removed"]


def test_a_version_that_was_never_logged_is_named(take_in: TakeIn, paralegal: User) -> None:
    Acquisition.objects.create(
        item=take_in(), version=1, recorded_by=paralegal, source_kind="public", source_name="x"
    )
    assert kinds() == ["acquisition_unlogged"]


def sent(**changed: object) -> dict:
    return KNOWN | {"languages": ["fa", "ku"], "acquired": "late Mordad 1367"} | changed


def test_it_is_recorded_by_page_and_shown_with_its_history(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item, client = take_in(), client_for(lawyer)
    address = reverse("evidence:acquisition", args=[item.pk])
    begun = client.get(address).content.decode()
    assert "the family of a prisoner" in begun
    assert client.post(address, sent()).status_code == 302
    assert client.post(address, sent(reliability="F", restrictions="")).status_code == 302
    page = client.get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert "F: reliability cannot be judged" in page
    assert "Not to be published" not in page
    earlier = client.get(address).content.decode()
    assert "Not to be published" in earlier
    assert "B: usually reliable" in earlier
    assert current_acquisition(item).languages == "fa ku"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"source_name": ""}, "required"),
        ({"acquired": "a while ago"}, "date"),
        ({"source_kind": "rumour"}, "valid choice"),
        ({"reliability": "Z"}, "valid choice"),
        ({"place": "x\u202ey"}, "hidden character"),
    ],
)
def test_a_form_that_cannot_be_used_keeps_what_was_typed(
    take_in: TakeIn, lawyer: User, client_for: ClientFor, changed: dict, sentence: str
) -> None:
    answer = client_for(lawyer).post(
        reverse("evidence:acquisition", args=[take_in().pk]), sent(collector="What I typed") | changed
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "What I typed" in page
    assert sentence in page
    assert not Acquisition.objects.exists()


def test_the_same_form_twice_is_told_that_nothing_is_new(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    client, address = client_for(lawyer), reverse("evidence:acquisition", args=[take_in().pk])
    assert client.post(address, sent()).status_code == 302
    answer = client.post(address, sent())
    assert answer.status_code == 422
    assert "Nothing is different" in answer.content.decode()


def test_more_versions_ask_no_more_of_the_database(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item, client = take_in(), client_for(lawyer)

    def queries(route: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(f"evidence:{route}", args=[item.pk])).status_code == 200
        return len(captured)

    record_acquisition(item, facts=facts(), actor=lawyer)
    queries("item")
    few = [queries(route) for route in ("item", "acquisition")]
    for number in range(5):
        record_acquisition(item, facts=facts(place=f"Place {number}"), actor=lawyer)
    assert [queries(route) for route in ("item", "acquisition")] == few
