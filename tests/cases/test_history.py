"""The history of a case: the log in words for its members, with what it only commits to shown from the records."""

import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.actions import Action
from audit.explorer import PAGE
from audit.log import append
from audit.models import Entry
from audit.resolving import facts_of
from cases.facts import NameFacts, PostFacts
from cases.membership import open_case
from cases.models import Case, Part, Person
from cases.registry import record_incident, register_person
from config.erasing import erase_private_values
from dossiers.requests import request_dossier
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.linking import link_evidence
from tests.tampering import tamper
from tests.witnesses.conftest import IDENTITY, PASSPHRASES
from witnesses.enrolling import enrol_custodian
from witnesses.opening import request_opening
from witnesses.register import register_witness

ClientFor = Callable[[User | None], Client]


@pytest.fixture
def person(case: Case, lawyer: User) -> Person:
    names = [NameFacts("Inventedname")]
    posts = [PostFacts("Inventedpost")]
    return register_person(
        case=case, role=Part.OTHER, names=names, posts=posts, basis="Inventedbasis", actor=lawyer
    )


def shown(client: Client, case: Case, **marks: str) -> str:
    answer = client.get(reverse("cases:history", args=[case.pk]), marks)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_member_reads_who_did_what_with_the_values_behind_the_commitments(
    client_for: ClientFor, case: Case, person: Person, lawyer: User, paralegal: User
) -> None:
    record_incident(case, title="Inventedincident", when=None, actor=lawyer)
    page = shown(client_for(paralegal), case)
    for action in (
        Action.CASE_OPENED,
        Action.MEMBER_ADDED,
        Action.PERSON_REGISTERED,
        Action.INCIDENT_RECORDED,
    ):
        assert str(action.sentence) in page
    for text in (case.title, "Inventedname", "Inventedpost", "Inventedbasis", "Inventedincident"):
        assert text in page, text
    assert lawyer.full_name in page
    assert "sha256:" not in page


def test_evidence_links_and_dossiers_are_resolved_too(
    client_for: ClientFor, case: Case, person: Person, lawyer: User
) -> None:
    facts = IntakeFacts(
        source="Inventedsource", original_name="inventedfile.txt", title="Inventedtitle", case=case
    )
    item = ingest_evidence(io.BytesIO(b"a letter"), facts=facts, actor=lawyer)
    link_evidence(item, case=case, to=person, basis="Inventedground", pinpoint="Inventedpage", actor=lawyer)
    request_dossier(case, purpose="Inventedpurpose of it", actor=lawyer)
    page = shown(client_for(lawyer), case)
    assert page.count(item.reference) == 2
    for text in ("Inventedsource", "inventedfile.txt", "Inventedtitle", "Inventedground", "Inventedpage"):
        assert text in page, text
    assert "Inventedpurpose of it" in page


def test_an_erased_value_is_private_for_everybody(
    client_for: ClientFor, case: Case, person: Person, lawyer: User, auditor: User
) -> None:
    why = "The family asked for it"
    erase_private_values("person", person.pk, reason=why, actor=lawyer, approver=auditor)
    page = shown(client_for(lawyer), case)
    assert "Inventedname" not in page
    assert "private-value" in page
    assert str(Action.VALUES_ERASED.sentence) in page
    assert auditor.full_name in page


def test_nothing_of_another_case_is_resolved(
    client_for: ClientFor, case: Case, person: Person, lawyer: User, outsider: User
) -> None:
    other = open_case(reference="DK-2", title="Other", actor=outsider)
    # An entry of the other case that names a record of this one resolves to nothing there.
    names = [NameFacts("Inventedelsewhere")]
    stranger = register_person(case=case, role=Part.OTHER, names=names, actor=lawyer)
    held = [one for one in Entry.objects.filter(case_id=case.pk) if one.subject_id == str(stranger.pk)]
    append(
        Action.PERSON_REGISTERED, subject=stranger, actor=outsider, facts=facts_of(held[0]), case_id=other.pk
    )
    assert "Inventedelsewhere" not in shown(client_for(outsider), other)
    assert client_for(outsider).get(reverse("cases:history", args=[case.pk])).status_code == 404


def test_the_history_shows_neither_a_witness_nor_why_somebody_asked(
    client_for: ClientFor,
    case: Case,
    lawyer: User,
    custodian_a: User,
    custodian_b: User,
    custodian_c: User,
) -> None:
    for user, passphrase in zip((custodian_a, custodian_b, custodian_c), PASSPHRASES.values(), strict=True):
        enrol_custodian(user, passphrase=passphrase, actor=user)
    witness = register_witness(case=case, identity=IDENTITY, actor=lawyer)
    request_opening(witness, reason="Inventedreason", fields=["full_names"], actor=lawyer)
    page = shown(client_for(lawyer), case)
    assert str(Action.OPENING_REQUESTED.sentence) in page
    assert "Inventedreason" not in page
    assert witness.pseudonym not in page


def test_the_pages_walk_back_to_the_first_act(client_for: ClientFor, case: Case, lawyer: User) -> None:
    for _number in range(PAGE):
        append(Action.MEMBER_ADDED, subject=case, actor=lawyer, case_id=case.pk)
    client = client_for(lawyer)
    first = client.get(reverse("cases:history", args=[case.pk]))
    assert len(first.context["lines"]) == PAGE
    assert str(Action.CASE_OPENED.sentence) not in first.content.decode()
    assert str(Action.CASE_OPENED.sentence) in shown(client, case, older=first.context["page"].older)
    assert client.get(reverse("cases:history", args=[case.pk]), {"older": "nonsense"}).status_code == 400


def test_a_long_page_asks_no_more_of_the_database_than_a_short_one(
    client_for: ClientFor, case: Case, lawyer: User, paralegal: User
) -> None:
    client = client_for(lawyer)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            shown(client, case)
        return len(queries)

    def one_of_each(number: int) -> None:
        names = [NameFacts(f"Name {number}")]
        person = register_person(case=case, role=Part.OTHER, names=names, basis="b", actor=lawyer)
        record_incident(case, title=f"Incident {number}", when=None, actor=lawyer)
        facts = IntakeFacts(source="s", original_name="f.txt", case=case)
        item = ingest_evidence(io.BytesIO(b"a letter %d" % number), facts=facts, actor=lawyer)
        link_evidence(item, case=case, to=person, basis="because", actor=lawyer)

    one_of_each(0)
    shown(client, case)
    short = asked()
    for number in range(1, 6):
        one_of_each(number)
    assert asked() == short
    assert short <= 20


def test_a_tampered_entry_does_not_close_the_page(client_for: ClientFor, case: Case, lawyer: User) -> None:
    tamper("UPDATE audit_entry SET action = 'no.such', subject_id = 'x' WHERE action = 'case.opened'")
    assert "Unknown action" in shown(client_for(lawyer), case)


def test_an_auditor_sees_that_private_values_exist_and_none_of_them(
    client_for: ClientFor, case: Case, person: Person, auditor: User
) -> None:
    entry = Entry.objects.filter(case_id=case.pk).get(action="person.registered")
    page = client_for(auditor).get(reverse("audit:entry", args=[entry.pk])).content.decode()
    assert page.count("private value, not held by the log") == 2
    assert "Inventedname" not in page
    assert client_for(auditor).get(reverse("cases:history", args=[case.pk])).status_code == 403


def test_history_is_the_last_tab(client_for: ClientFor, case: Case, lawyer: User, paralegal: User) -> None:
    page = client_for(lawyer).get(reverse("cases:detail", args=[case.pk])).content.decode()
    tabs = page[page.index('<nav class="tabs"') :]
    tabs = tabs[: tabs.index("</nav>")]
    assert tabs.rindex("<li>") < tabs.index(reverse("cases:history", args=[case.pk]))
