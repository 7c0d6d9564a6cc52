"""Every act and every read that matters leaves an entry; where the log cannot be written, it is refused and shows nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import ROLE_PERMISSIONS, Role
from audit.models import Entry
from evidence.models import EvidenceItem
from tests.architecture.acts import ACTS, Act
from tests.architecture.furnished import furnished, house
from tests.architecture.test_doors import FOR_ANYBODY, ROUTES
from tests.architecture.test_role_matrix import GUARDED, names_an_object, open_to, permission, rows
from tests.architecture.two_cases import House
from tests.conftest import Hire
from tests.tampering import as_owner

__all__ = ["furnished", "house"]

ClientFor = Callable[[User | None], Client]
# Addresses that take a form and do nothing that anybody has to answer for.
NO_ACT = {"set_language": "which language a browser shows"}
# Pages whose mere opening is an act, and who opens them.
READS = {
    "evidence:item": "lawyer",
    "evidence:found_values": "lawyer",
    "evidence:inside": "lawyer",
    "evidence:acquisition": "lawyer",
    "evidence:capture": "lawyer",
    "evidence:capture_collector": "lawyer",
    "erase_records": "lawyer",
    "erase_ask": "lawyer",
    "erasure": "lawyer",
    "evidence:custody_item": "auditor",
    "evidence:custody_gaps": "auditor",
    "witnesses:case_list": "paralegal",
    "witnesses:detail": "lawyer",
    "witnesses:consent": "paralegal",
    "witnesses:consent_withdraw": "lawyer",
    "witnesses:dependences": "lawyer",
    "witnesses:depend_item": "lawyer",
    "witnesses:interviews": "paralegal",
    "witnesses:interviews_planned": "paralegal",
    "witnesses:interview": "paralegal",
    "witnesses:interview_new": "lawyer",
    "witnesses:interview_elsewhere": "lawyer",
    "witnesses:interview_record": "lawyer",
    "witnesses:note_new": "paralegal",
    "witnesses:risk": "lawyer",
    "witnesses:risk_new": "lawyer",
    "witnesses:threat_new": "lawyer",
    "witnesses:threat_correct": "lawyer",
    "witnesses:referral_new": "lawyer",
    "witnesses:referral_answer": "lawyer",
    "witnesses:dangers": "custodian",
    "witnesses:note_correct": "paralegal",
    "witnesses:side_by_side": "lawyer",
    "witnesses:statement": "paralegal",
    "witnesses:statement_new": "paralegal",
}
UNAVAILABLE, WRONG_METHOD = 503, 405
BLOCK = {
    "sqlite": [
        "CREATE TRIGGER blocked BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'blocked'); END"
    ],
    "postgresql": [
        "SET CONSTRAINTS ALL IMMEDIATE",
        "CREATE TRIGGER blocked BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()",
    ],
}


def block_the_log() -> None:
    """Have the table of entries refuse every new row, until the test's transaction is undone."""
    with as_owner(), connection.cursor() as cursor:
        for statement in BLOCK[connection.vendor]:
            cursor.execute(statement)


def block_the_log_after_one_file() -> None:
    """Have the log fail once one more item is in: as if the database were full from then on."""
    full = f"(SELECT count(*) FROM evidence_evidenceitem) > {EvidenceItem.objects.count() + 1}"
    if connection.vendor == "sqlite":
        statements = [
            f"CREATE TRIGGER blocked BEFORE INSERT ON audit_entry WHEN {full} BEGIN SELECT RAISE(ABORT, 'full'); END"
        ]
    else:
        statements = [
            "SET CONSTRAINTS ALL IMMEDIATE",
            "CREATE FUNCTION refuse_when_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {full} THEN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$",
            "CREATE TRIGGER blocked BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_when_full()",
        ]
    with as_owner(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def send(client: Client, house: House, name: str, act: Act, **headers: str) -> Any:
    return client.post(house.ours.address(name, **act.changed), act.form, headers=act.headers | headers)


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_every_address_that_takes_a_form_is_tried_here(house: House, client_for: ClientFor) -> None:
    taking = set()
    for name in ROUTES:
        wanted = getattr(ROUTES[name].view, "permission", None)
        who = next((role for role in Role if wanted in ROLE_PERMISSIONS[role]), Role.LAWYER)
        # Undone each time: an account that the last form closed must not refuse the next.
        with transaction.atomic():
            answer = client_for(house.people[who.value]).post(house.ours.address(name))
            transaction.set_rollback(True)
        if answer.status_code != WRONG_METHOD:
            taking.add(name)
    assert taking == set(ACTS) | set(NO_ACT)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_an_act_leaves_an_entry(house: House, hire: Hire, client_for: ClientFor, name: str) -> None:
    act = ACTS[name](house, hire)
    client, before = client_for(act.who), Entry.objects.count()
    answer = send(client, house, name, act)
    assert answer.status_code in (200, 201, 302), body_of(answer)
    assert Entry.objects.count() > before


@pytest.mark.parametrize("name", sorted(ACTS))
def test_an_act_that_cannot_be_logged_is_refused_and_changes_nothing(
    house: House, hire: Hire, client_for: ClientFor, name: str
) -> None:
    act = ACTS[name](house, hire)
    client, before = client_for(act.who), rows()
    block_the_log()
    answer = send(client, house, name, act)
    assert answer.status_code == UNAVAILABLE
    assert "audit log cannot be written" in answer.content.decode()
    assert house.ours.mark.encode() not in answer.content
    assert rows() == before


@pytest.mark.parametrize("name", sorted(ACTS))
def test_a_script_is_told_the_same_in_json(
    house: House, hire: Hire, client_for: ClientFor, name: str
) -> None:
    act = ACTS[name](house, hire)
    client = client_for(act.who)
    block_the_log()
    answer = send(client, house, name, act, accept="application/json")
    assert (answer.status_code, answer.json()["kind"]) == (UNAVAILABLE, "unavailable")


@pytest.mark.parametrize("name", sorted(READS))
def test_a_read_that_matters_is_logged_or_refused(house: House, client_for: ClientFor, name: str) -> None:
    user = house.people[READS[name]]
    client, before = client_for(user), Entry.objects.filter(actor=user.audit_name).count()
    shown = client.get(house.ours.address(name))
    assert shown.status_code == 200
    assert Entry.objects.filter(actor=user.audit_name).count() > before
    block_the_log()
    refused = client.get(house.ours.address(name))
    assert refused.status_code == UNAVAILABLE
    for secret in (house.ours.mark, house.ours.item.reference, house.ours.witness.pseudonym):
        assert secret.encode() not in refused.content


@pytest.mark.parametrize("who", [*Role])
def test_a_refusal_that_cannot_be_logged_says_nothing_but_that(
    house: House, client_for: ClientFor, who: str
) -> None:
    client = client_for(house.people[who])
    block_the_log()
    wrong = []
    for name in sorted(set(GUARDED) - set(open_to(who))):
        for accept in ("text/html", "application/json"):
            for method in ("get", "post"):
                answer = getattr(client, method)(house.ours.address(name), headers={"accept": accept})
                if answer.status_code not in (UNAVAILABLE, WRONG_METHOD):
                    wrong.append((name, method, accept, answer.status_code))
    assert wrong == []


def test_nobody_learns_from_a_blocked_log_what_another_case_holds(
    house: House, client_for: ClientFor
) -> None:
    client = client_for(house.people["outsider"])
    block_the_log()
    wrong = []
    for name in filter(names_an_object, open_to("outsider")):
        for headers in ({}, {"hx-request": "true"}):
            answer = client.get(house.ours.address(name), headers=headers)
            if answer.status_code not in (UNAVAILABLE, WRONG_METHOD):
                wrong.append((name, answer.status_code))
    assert wrong == []


def test_every_kind_of_permission_was_tried() -> None:
    assert {permission(name) for name in GUARDED} <= set().union(*ROLE_PERMISSIONS.values())
    assert set(READS) <= set(GUARDED)
    assert set(ACTS) - FOR_ANYBODY


@pytest.mark.parametrize("fragment", [{}, {"hx-request": "true"}, {"accept": "application/json"}])
def test_a_foreign_form_is_a_refusal_in_the_log(house: House, fragment: dict[str, str]) -> None:
    lawyer = house.people["lawyer"]
    client = Client(enforce_csrf_checks=True)
    client.force_login(lawyer, backend="django.contrib.auth.backends.ModelBackend")
    before = refusals(lawyer)
    assert client.post(reverse("cases:open"), headers=fragment).status_code == 403
    assert refusals(lawyer) == before + 1
    block_the_log()
    assert client.post(reverse("cases:open"), headers=fragment).status_code == UNAVAILABLE


def refusals(user: User) -> int:
    return Entry.objects.filter(action="access.refused", actor=user.audit_name).count()


def test_a_wrong_current_password_is_logged_as_what_it_is_or_refused(
    house: House, client_for: ClientFor
) -> None:
    lawyer = house.people["lawyer"]
    client, form = client_for(lawyer), {"current": "wrong password", "password": "another battery staple"}
    assert client.post(reverse("accounts:account"), form).status_code == 422
    entry = Entry.objects.get(action="access.step_up_failed")
    assert (entry.actor, entry.subject_id) == (lawyer.audit_name, str(lawyer.pk))
    block_the_log()
    assert client.post(reverse("accounts:account"), form).status_code == UNAVAILABLE


def test_a_wrong_passphrase_and_being_kept_out_are_logged_or_refused(
    house: House, hire: Hire, client_for: ClientFor
) -> None:
    act = ACTS["witnesses:decide"](house, hire)
    client, form = client_for(act.who), act.form | {"passphrase": "not this one at all"}
    where = house.ours.address("witnesses:decide")
    for _number in range(5):
        assert client.post(where, form).status_code == 422
    assert Entry.objects.filter(action="witness.passphrase_failed").count() == 5
    assert client.post(where, form).status_code == 422
    assert Entry.objects.filter(action="witness.passphrase_locked").count() == 1
    block_the_log()
    assert client.post(where, form).status_code == UNAVAILABLE


def test_a_wrong_passphrase_that_cannot_be_logged_is_not_told_from_a_right_one(
    house: House, hire: Hire, client_for: ClientFor
) -> None:
    act = ACTS["witnesses:decide"](house, hire)
    client, where = client_for(act.who), house.ours.address("witnesses:decide")
    block_the_log()
    answers = [
        client.post(where, act.form | {"passphrase": p}) for p in ("not this one", act.form["passphrase"])
    ]
    assert [answer.status_code for answer in answers] == [UNAVAILABLE, UNAVAILABLE]
    tokenless = [re.sub(rb'csrfmiddlewaretoken" value="\w+"', b"", answer.content) for answer in answers]
    assert tokenless[0] == tokenless[1]


def test_a_locked_door_is_logged_or_refused(house: House, client: Client) -> None:
    form = {"username": "lawyer", "password": "wrong password here"}
    for _number in range(5):
        answer = client.post(reverse("accounts:sign_in"), form)
    assert answer.status_code == 429
    logged = Entry.objects.filter(action="account.locked_out").count()
    assert logged == 1
    block_the_log()
    assert client.post(reverse("accounts:sign_in"), form).status_code == UNAVAILABLE


def test_files_that_are_in_are_told_though_the_log_fails_for_the_next(
    house: House, client_for: ClientFor
) -> None:
    client, before = client_for(house.people["lawyer"]), EvidenceItem.objects.count()
    form = {
        "case": house.ours.case.pk,
        "source": "a family",
        "files": [SimpleUploadedFile("a.txt", b"first"), SimpleUploadedFile("b.txt", b"second")],
    }
    block_the_log_after_one_file()
    answer = client.post(reverse("evidence:upload"), form)
    assert answer.status_code == 422
    assert "audit log cannot be written" in answer.content.decode()
    assert EvidenceItem.objects.count() == before + 1


def test_a_search_for_a_witness_is_logged_without_what_was_typed(house: House, client_for: ClientFor) -> None:
    client = client_for(house.people["lawyer"])
    where = house.ours.address("witnesses:case_list")
    pseudonym = house.ours.witness.pseudonym
    for typed in (pseudonym, pseudonym.lower().replace("-", ""), pseudonym[2:].lower()):
        assert pseudonym in client.post(where, {"pseudonym": typed}).content.decode()
    nobody = client.post(where, {"pseudonym": "Shahrnoosh"}).content.decode()
    assert pseudonym not in nobody
    theirs = client.post(where, {"pseudonym": house.theirs.witness.pseudonym}).content.decode()
    assert "No witness of this case" in theirs
    entries = Entry.objects.filter(action="witness.register_searched")
    assert entries.count() == 5
    for entry in entries:
        assert b"hahrnoosh" not in bytes(entry.body)
        assert house.theirs.witness.pseudonym.encode() not in bytes(entry.body)
