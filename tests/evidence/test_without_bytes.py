"""An item without bytes: everything that reads bytes says so in words, and nothing counts it as unchecked."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from cases.models import Case
from evidence.errors import HasNoBytes
from evidence.fixity import check_fixity
from evidence.inspection import inspect
from evidence.models import EvidenceItem
from evidence.pending import requeue_pending, uninspected
from evidence.queries import Attention, custody_waiting, other_receipts
from evidence.reading import hand_out
from evidence.verification import verify_evidence
from evidence.vocabulary import Relation
from tests.evidence.conftest import TakeIn
from tests.evidence.things import put_on_the_shelf

ClientFor = Callable[[User | None], Client]


@pytest.fixture
def ring(case: Case, paralegal: User) -> EvidenceItem:
    return put_on_the_shelf(case, paralegal)


def test_whoever_asks_for_its_bytes_gets_a_sentence(ring: EvidenceItem, lawyer: User) -> None:
    assert not ring.has_bytes
    before = Entry.objects.count()
    for asked in (lambda: ring.stored, lambda: hand_out(ring, actor=lawyer)):
        with pytest.raises(HasNoBytes, match="is a thing and no file"):
            asked()
    with pytest.raises(HasNoBytes):
        check_fixity(ring, actor=lawyer)
    assert Entry.objects.count() == before


def test_nobody_waits_for_its_inspection(ring: EvidenceItem, take_in: TakeIn) -> None:
    file = take_in()
    EvidenceItem.objects.update(received_at="2020-01-01T00:00:00Z")
    assert list(uninspected()) == [file]
    assert requeue_pending() == 1
    inspect(ring.pk)
    ring.refresh_from_db()
    assert (ring.inspected_at, ring.inspection_failure) == (None, "")


def test_it_is_not_the_same_bytes_as_another_thing(ring: EvidenceItem, case: Case, lawyer: User) -> None:
    put_on_the_shelf(case, lawyer, title="Another ring")
    assert not other_receipts(ring, user=lawyer)


def test_it_does_not_wait_for_a_check_of_its_digest(
    ring: EvidenceItem, take_in: TakeIn, auditor: User
) -> None:
    file = take_in()
    assert list(custody_waiting(auditor, Attention.UNCHECKED)) == [file]
    assert ring not in custody_waiting(auditor, Attention.OVERDUE)


def test_its_custody_and_its_record_are_verified(ring: EvidenceItem, take_in: TakeIn) -> None:
    take_in()
    report = verify_evidence(EvidenceItem.objects.all())
    assert (report.ok, report.items, report.objects) == (True, 2, 1)
    EvidenceItem.objects.filter(pk=ring.pk).update(title="Another ring")
    assert [fault.kind for fault in verify_evidence(EvidenceItem.objects.all()).faults] == ["record_altered"]


def test_a_file_made_a_thing_behind_our_back_is_found(take_in: TakeIn) -> None:
    EvidenceItem.objects.filter(pk=take_in().pk).update(object=None)
    assert {fault.kind for fault in verify_evidence(EvidenceItem.objects.all()).faults} == {"record_altered"}


def test_its_pages_say_that_it_is_a_thing(
    ring: EvidenceItem, case: Case, lawyer: User, auditor: User, client_for: ClientFor
) -> None:
    pages = [
        (lawyer, reverse("evidence:item", args=[ring.pk])),
        (lawyer, reverse("evidence:list")),
        (lawyer, reverse("evidence:list") + "?type=physical"),
        (lawyer, reverse("evidence:case_list", args=[case.pk])),
        (auditor, reverse("evidence:custody_review")),
        (auditor, reverse("evidence:custody_item", args=[ring.pk])),
    ]
    for user, address in pages:
        answer = client_for(user).get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        assert ring.reference in page
        assert "hysical item" in page
        assert "Not yet checked" not in page
    assert "Download the original" not in client_for(lawyer).get(pages[0][1]).content.decode()


@pytest.mark.parametrize("act", ["download", "check"])
def test_an_act_on_its_bytes_is_answered_with_a_sentence(
    ring: EvidenceItem, lawyer: User, client_for: ClientFor, act: str
) -> None:
    answer = client_for(lawyer).post(reverse(f"evidence:{act}", args=[ring.pk]))
    assert answer.status_code == 409
    assert "is a thing and no file" in answer.content.decode()


def test_the_register_tells_things_from_files(
    ring: EvidenceItem, take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    file = take_in()
    page = client_for(lawyer).get(reverse("evidence:list"), {"type": "physical"}).content.decode()
    assert ring.reference in page
    assert file.reference not in page


@pytest.mark.parametrize(
    "columns",
    [
        {"relation": "photograph"},
        {"relation": "cousin"},
        {"parent": "other"},
        {"parent": "itself", "relation": "photograph"},
        {"parent": "other", "relation": "cousin"},
    ],
)
def test_the_table_knows_what_a_parent_is(
    ring: EvidenceItem, case: Case, lawyer: User, columns: dict[str, str]
) -> None:
    other = put_on_the_shelf(case, lawyer, title="Another ring")
    parents = {"other": other, "itself": ring}
    changed = {name: parents[value] if name == "parent" else value for name, value in columns.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceItem.objects.filter(pk=ring.pk).update(**changed)
    EvidenceItem.objects.filter(pk=ring.pk).update(parent=other, relation=Relation.PHOTOGRAPH)
    assert list(other.children.all()) == [ring]
