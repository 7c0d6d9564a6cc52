"""Consent: every purpose answered, version upon version, taken back at once, and kept where it can be erased."""

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotPermitted
from accounts.models import User
from audit.errors import BadInput
from audit.models import Entry
from audit.verification import verify_log
from cases.dating import read_date
from cases.errors import NotAMember
from cases.models import Case
from config.erasing import erase_private_values
from evidence.errors import UnknownEvidence
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import EvidenceItem
from tests.witnesses.consents import CONDITIONS, TAKEN_BY, answers, consent_facts
from tests.witnesses.residue import traces
from witnesses.consent_errors import BadConsent, ConsentOlderThanWithdrawal, NothingToWithdraw
from witnesses.consent_state import consents_of, current_consent, current_of, states_of, today
from witnesses.consent_words import ConsentGiver, ConsentMethod, Purpose, Standing
from witnesses.consenting import record_consent
from witnesses.models import Consent, ConsentWithdrawal, ConsentWords, Witness
from witnesses.withdrawing import WithdrawalFacts, withdraw_consent

ClientFor = Callable[[User | None], Client]
NOTE = "Inventednote: told at the door"


def withdrawal(*purposes: Purpose, **changes: Any) -> WithdrawalFacts:
    usual: dict[str, Any] = {
        "purposes": [one.value for one in purposes or Purpose],
        "when": read_date("Aban 1404"),
        "received": "call",
        "note": NOTE,
    }
    return WithdrawalFacts(**usual | changes)


def standing(witness: Witness, *, on: date | None = None) -> dict[Purpose, Standing]:
    return {one.purpose: one.standing for one in states_of(current_consent(witness), on=on or today())}


def facts_of(action: str) -> dict[str, Any]:
    entry = Entry.objects.filter(action=action).order_by("-recorded_at", "-id")[0]
    return json.loads(bytes(entry.body))["facts"]


@pytest.fixture
def consent(witness: Witness, paralegal: User) -> Consent:
    return record_consent(witness, facts=consent_facts(), actor=paralegal)


def test_a_witness_who_was_never_asked_consents_to_nothing(witness: Witness) -> None:
    assert set(standing(witness).values()) == {Standing.NONE}
    assert current_of([witness.pk]) == {}


def test_every_answer_counts_for_itself_and_the_log_has_no_word_that_was_typed(
    witness: Witness, paralegal: User
) -> None:
    said = answers(yes=[Purpose.STORE], conditional=[Purpose.TESTIFY])
    record_consent(witness, facts=consent_facts(answers=said), actor=paralegal)
    now = standing(witness)
    assert now[Purpose.STORE] == Standing.YES
    assert now[Purpose.TESTIFY] == Standing.CONDITIONAL
    assert now[Purpose.ANALYSE] == Standing.NO
    facts = facts_of("witness.consent_recorded")
    assert facts["answers"] == said
    body = bytes(Entry.objects.get(action="witness.consent_recorded").body)
    assert traces(body, [CONDITIONS, TAKEN_BY, "Mehr 1403"]) == []
    assert verify_log().ok


def test_the_newest_version_counts_and_the_older_stays(
    consent: Consent, witness: Witness, lawyer: User
) -> None:
    record_consent(witness, facts=consent_facts(answers=answers(yes=[Purpose.STORE])), actor=lawyer)
    assert [one.version for one in consents_of(witness)] == [2, 1]
    assert standing(witness)[Purpose.TESTIFY] == Standing.NO


@pytest.mark.parametrize(
    "changes",
    [
        {"answers": {}},
        {"answers": answers() | {"store": "perhaps"}},
        {"given": None},
        {"given": read_date("2199")},
        {"prosecutors": " "},
        {"contact_by": ""},
        {"answers": answers(conditional=[Purpose.STORE]), "conditions": ""},
        {"minor": True},
        {"minor": True, "given_by": ConsentGiver.GUARDIAN, "guardian": ""},
        {"method": ConsentMethod.ORAL},
        {"taken_by": ""},
        {"taken_by": "a\u202eb"},
        {"conditions": "x" * 2001},
        {"form": "c99"},
        {"language": "xx"},
        {"expires_on": date(1988, 1, 1)},
    ],
    ids=str,
)
def test_what_is_missing_or_contradicts_itself_is_refused_with_a_sentence(
    witness: Witness, paralegal: User, changes: dict[str, Any]
) -> None:
    with pytest.raises(BadInput) as refused:
        record_consent(witness, facts=consent_facts(**changes), actor=paralegal)
    assert str(refused.value).endswith(".")
    assert not Consent.objects.exists()


def test_only_members_whose_role_includes_it_record_and_withdraw(
    consent: Consent, witness: Witness, outsider: User, auditor: User, custodian_a: User
) -> None:
    for act in (
        lambda who: record_consent(witness, facts=consent_facts(), actor=who),
        lambda who: withdraw_consent(witness, facts=withdrawal(), actor=who),
    ):
        with pytest.raises(NotAMember):
            act(outsider)
        for who in (auditor, custodian_a):
            with pytest.raises(NotPermitted):
                act(who)


def test_the_signed_form_is_an_exhibit_of_the_case_and_of_no_other(
    witness: Witness, case: Case, other_case: Case, paralegal: User, outsider: User
) -> None:
    def scan(into: Case, by: User) -> EvidenceItem:
        facts = IntakeFacts(source="the desk", original_name="form.pdf", case=into)
        return ingest_evidence(io.BytesIO(b"a scan"), facts=facts, actor=by)

    theirs = scan(other_case, outsider)
    with pytest.raises(UnknownEvidence):
        record_consent(witness, facts=consent_facts(signed_form=theirs), actor=paralegal)
    ours = scan(case, paralegal)
    made = record_consent(witness, facts=consent_facts(signed_form=ours), actor=paralegal)
    assert made.signed_form == ours


def test_it_expires_by_the_clock_and_nobody_has_to_do_anything(
    witness: Witness, paralegal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = timezone.now().date()
    record_consent(witness, facts=consent_facts(expires_on=last), actor=paralegal)
    assert standing(witness)[Purpose.STORE] == Standing.YES
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("witnesses.consent_state.timezone.now", lambda: tomorrow)
    assert standing(witness)[Purpose.STORE] == Standing.EXPIRED


def test_a_part_is_taken_back_and_the_rest_stands(
    consent: Consent, witness: Witness, paralegal: User
) -> None:
    withdraw_consent(witness, facts=withdrawal(Purpose.TESTIFY, Purpose.CONTACT), actor=paralegal)
    now = standing(witness)
    assert (now[Purpose.TESTIFY], now[Purpose.CONTACT]) == (Standing.WITHDRAWN, Standing.WITHDRAWN)
    assert now[Purpose.STORE] == Standing.YES
    facts = facts_of("witness.consent_withdrawn")
    assert facts["purposes"] == ["testify", "contact_again"]
    assert facts["already_shared"] == []
    assert NOTE.encode() not in bytes(Entry.objects.get(action="witness.consent_withdrawn").body)


def test_everything_is_taken_back_once(consent: Consent, witness: Witness, lawyer: User) -> None:
    taken_back = withdraw_consent(witness, facts=withdrawal(), actor=lawyer)
    assert taken_back.withdrawn == tuple(Purpose)
    assert set(standing(witness).values()) == {Standing.WITHDRAWN}
    with pytest.raises(NothingToWithdraw):
        withdraw_consent(witness, facts=withdrawal(), actor=lawyer)
    assert ConsentWithdrawal.objects.count() == 1


def test_nothing_is_withdrawn_where_nothing_was_given(witness: Witness, lawyer: User) -> None:
    with pytest.raises(NothingToWithdraw):
        withdraw_consent(witness, facts=withdrawal(), actor=lawyer)


@pytest.mark.parametrize(
    "changes",
    [
        {"purposes": []},
        {"purposes": ["everything"]},
        {"when": None},
        {"when": read_date("2199")},
        {"received": "by dream"},
    ],
)
def test_a_withdrawal_says_what_when_and_how(
    consent: Consent, witness: Witness, lawyer: User, changes: dict[str, Any]
) -> None:
    with pytest.raises(BadConsent):
        withdraw_consent(witness, facts=withdrawal(**changes), actor=lawyer)


def test_an_older_consent_does_not_undo_a_withdrawal_and_one_given_anew_counts(
    consent: Consent, witness: Witness, lawyer: User
) -> None:
    withdraw_consent(witness, facts=withdrawal(), actor=lawyer)
    with pytest.raises(ConsentOlderThanWithdrawal):
        record_consent(witness, facts=consent_facts(given=read_date("Mehr 1404")), actor=lawyer)
    record_consent(witness, facts=consent_facts(given=read_date("Azar 1404")), actor=lawyer)
    assert set(standing(witness).values()) == {Standing.YES}


def test_the_words_can_be_erased_and_what_was_answered_stays(
    consent: Consent, witness: Witness, lawyer: User, auditor: User
) -> None:
    erase_private_values(
        "consentwords",
        consent.words.pk,
        names=["conditions", "taken_by"],
        reason="The witness asked for it",
        actor=lawyer,
        approver=auditor,
    )
    words = ConsentWords.objects.get(pk=consent.words.pk)
    assert str(words.conditions).startswith("erased on")
    assert current_of([witness.pk])[witness.pk].conditions_known is False
    assert standing(witness)[Purpose.STORE] == Standing.YES
    assert verify_log().ok


TABLES = ("witnesses_consent", "witnesses_consentanswer", "witnesses_consentwithdrawal")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("act", ["UPDATE {0} SET id = id", "DELETE FROM {0}"])
def test_the_database_refuses_to_change_what_was_answered(
    consent: Consent, witness: Witness, lawyer: User, table: str, act: str
) -> None:
    withdraw_consent(witness, facts=withdrawal(), actor=lawyer)
    connection.check_constraints()
    with (
        pytest.raises(DatabaseError, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act.format(table))


def form(**changes: Any) -> dict[str, Any]:
    said = {
        "given": "Mehr 1403",
        "given_by": "witness",
        "method": "signed",
        "form": "c1",
        "language": "fa",
        "taken_by": TAKEN_BY,
    }
    return said | {f"answer_{one.value}": "no" for one in Purpose} | changes


def at(name: str, witness: Witness) -> str:
    return reverse(f"witnesses:{name}", args=[witness.case_id, witness.pk])


def test_the_page_takes_each_answer_and_shows_the_state(
    client_for: ClientFor, witness: Witness, paralegal: User
) -> None:
    client = client_for(paralegal)
    assert "was never asked" in client.get(at("consent", witness)).content.decode()
    typed = form(answer_store="yes", answer_testify="conditional", conditions=CONDITIONS)
    answer = client.post(at("consent_new", witness), typed)
    assert answer.status_code == 302, answer.context["form"].errors
    page = client.get(at("consent", witness))
    assert "no-store" in page["Cache-Control"]
    assert CONDITIONS in page.content.decode()
    assert page.content.decode().count('consent-is-no"') == 9


def test_an_unanswered_purpose_keeps_all_that_was_typed(
    client_for: ClientFor, witness: Witness, paralegal: User
) -> None:
    typed = form(conditions=CONDITIONS)
    del typed["answer_testify"]
    answer = client_for(paralegal).post(at("consent_new", witness), typed)
    assert answer.status_code == 422
    assert CONDITIONS in answer.content.decode()
    assert not Consent.objects.exists()


def test_the_page_of_withdrawing_asks_for_the_pseudonym(
    client_for: ClientFor, consent: Consent, witness: Witness, lawyer: User
) -> None:
    client = client_for(lawyer)
    typed = {"purposes": Purpose.values, "when": "Aban 1404", "received": "call", "note": NOTE}
    here = at("consent_withdraw", witness)
    assert client.post(here, typed | {"confirmation": "W-0000-0"}).status_code == 422
    assert not ConsentWithdrawal.objects.exists()
    assert client.post(here, typed | {"confirmation": witness.pseudonym}).status_code == 302
    page = client.get(at("consent", witness)).content.decode()
    assert page.count("consent-is-withdrawn") == len(Purpose)
    assert "could be taken back" in client.get(here).content.decode()


@pytest.mark.parametrize("version", ["", "1"])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_papers_are_printed_in_both_languages_and_logged(
    client_for: ClientFor, consent: Consent, witness: Witness, lawyer: User, version: str, language: str
) -> None:
    answer = client_for(lawyer).post(at("consent_print", witness), {"language": language, "version": version})
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    assert facts_of("witness.consent_form_printed")["language"] == language


@pytest.mark.parametrize("wrong", [{"language": "sv"}, {"language": "fa", "version": "7"}, {"version": "x"}])
def test_no_paper_is_printed_of_what_is_not_there(
    client_for: ClientFor, consent: Consent, witness: Witness, lawyer: User, wrong: dict[str, str]
) -> None:
    answer = client_for(lawyer).post(at("consent_print", witness), wrong)
    assert answer.status_code in (400, 404)
    assert not Entry.objects.filter(action="witness.consent_form_printed").exists()
