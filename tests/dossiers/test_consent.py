"""A dossier leaves with nothing that a witness did not consent to: refused, named, logged, or left out."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from audit.models import Entry
from audit.verification import verify_log
from cases.dating import read_date
from cases.membership import add_member
from cases.models import Case
from dossiers import consent, leaving, release, views, withholding
from dossiers.archive import VaultSink
from dossiers.background import compile_requested
from dossiers.compiling import compile_dossier, compile_into
from dossiers.errors import BadDossierRequest, ConsentMissing, DossierBusy, NothingToDisclose
from dossiers.handout import hand_out
from dossiers.leaks.asking import ask_for_check
from dossiers.models import Dossier, DossierExhibit, DossierState, DossierWithheld, LeakCheck
from dossiers.receivers import Receiver, checked_receiver, countries
from dossiers.requests import request_dossier
from dossiers.sinks import DirectorySink
from dossiers.withholding import withhold
from evidence.linking import add_to_case
from evidence.models import CustodyEvent, EvidenceItem
from evidence.vocabulary import CustodyKind
from tests.dossiers.conftest import PURPOSE
from tests.dossiers.looking import cleared, handed_over
from tests.dossiers.verifying import run_verifier
from tests.journeys.conftest import Command, command  # noqa: F401  the fixture
from tests.witnesses.conftest import IDENTITY, PASSPHRASES
from tests.witnesses.consents import answers, consent_facts
from witnesses.already_shared import already_shared
from witnesses.consent_words import Purpose
from witnesses.consenting import record_consent
from witnesses.depending import declare_dependence
from witnesses.enrolling import enrol_custodian
from witnesses.models import Tie, Witness
from witnesses.register import register_witness
from witnesses.withdrawing import WithdrawalFacts, withdraw_consent

ClientFor = Callable[[User | None], Client]
ICC = Receiver("icc_or_un", "investigation", "Office of the Prosecutor")
STOCKHOLM = Receiver("prosecutor", "investigation", "Prosecutor Inventedsson", "SE")
STATEMENT = "Inventedstatement: her brother left in May, his card was seen"


@pytest.fixture
def witness(case: Case, paralegal: User, custodian_a: User, custodian_b: User, custodian_c: User) -> Witness:
    for user in (custodian_a, custodian_b, custodian_c):
        enrol_custodian(user, passphrase=PASSPHRASES[user.username], actor=user)
    return register_witness(case=case, identity=IDENTITY, actor=paralegal)


@pytest.fixture
def statement(witness: Witness, evidence: list[EvidenceItem], paralegal: User) -> EvidenceItem:
    """The first of three exhibits is a statement of the witness."""
    declare_dependence(witness, evidence[0], tie=Tie.STATEMENT, actor=paralegal)
    return evidence[0]


def consent_to(witness: Witness, *purposes: Purpose, by: User, **changes: Any) -> None:
    facts = consent_facts(answers=answers(yes=purposes), **changes)
    record_consent(witness, facts=facts, actor=by)


def withdraw(witness: Witness, *, by: User) -> None:
    facts = WithdrawalFacts(Purpose.values, read_date("2026-11"), "call")
    withdraw_consent(witness, facts=facts, actor=by)


def logged(action: str = "dossier.consent_missed") -> list[dict[str, Any]]:
    entries = Entry.objects.filter(action=action).order_by("recorded_at", "id")
    return [json.loads(bytes(entry.body))["facts"] for entry in entries]


def compiled(case: Case, receiver: Receiver, *, by: User, path: Path) -> Dossier:
    return handed_over(case, path, by=by, receiver=receiver)


def test_what_rests_on_nobody_goes_as_before(
    case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path
) -> None:
    dossier = compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(tmp_path / "d"), actor=lawyer)
    assert dossier.state == DossierState.READY
    assert not dossier.destination.is_stated


def test_without_consent_it_is_refused_before_any_row_and_says_what_and_why(
    case: Case, statement: EvidenceItem, witness: Witness, lawyer: User
) -> None:
    with pytest.raises(ConsentMissing) as refused:
        request_dossier(case, purpose=PURPOSE, receiver=ICC, actor=lawyer)
    said = str(refused.value)
    assert witness.pseudonym in said
    assert statement.reference in said
    assert "no consent is recorded" in said
    assert refused.value.details == [
        {
            "item": str(statement.pk),
            "exhibit": "",
            "reference": statement.reference,
            "witness": witness.pseudonym,
            "why": "no consent is recorded",
        }
    ]
    assert not Dossier.objects.exists()
    [facts] = logged()
    listed = {"item": str(statement.pk), "witness": str(witness.pk), "why": "none", "purpose": None}
    assert facts == {"objections": 1, "listed": [listed]}


def test_to_a_receiver_that_nobody_stated_goes_nothing_that_rests_on_a_witness(
    case: Case, statement: EvidenceItem, witness: Witness, lawyer: User
) -> None:
    consent_to(witness, *Purpose, by=lawyer)
    with pytest.raises(ConsentMissing, match="not recorded to whom"):
        request_dossier(case, purpose=PURPOSE, actor=lawyer)


def test_with_consent_to_this_receiver_it_goes_and_to_another_it_does_not(
    case: Case, statement: EvidenceItem, witness: Witness, lawyer: User, tmp_path: Path
) -> None:
    consent_to(witness, Purpose.STORE, Purpose.ICC_OR_UN, by=lawyer)
    assert compiled(case, ICC, by=lawyer, path=tmp_path / "icc").state == DossierState.READY
    assert run_verifier(tmp_path / "icc").returncode == 0
    with pytest.raises(ConsentMissing, match="said no to"):
        compiled(case, STOCKHOLM, by=lawyer, path=tmp_path / "se")


def test_a_prosecutor_goes_by_the_name_that_the_witness_named(
    case: Case, statement: EvidenceItem, witness: Witness, lawyer: User
) -> None:
    consent_to(
        witness, Purpose.STORE, Purpose.NAMED_PROSECUTORS, by=lawyer, prosecutors="prosecutor inventedsson"
    )
    assert request_dossier(case, purpose=PURPOSE, receiver=STOCKHOLM, actor=lawyer).pk
    other = Receiver("prosecutor", "investigation", "Prosecutor Otherinvented", "DE")
    with pytest.raises(ConsentMissing, match="not among those"):
        request_dossier(case, purpose=PURPOSE, receiver=other, actor=lawyer)


def test_a_withdrawal_refuses_the_next_dossier_in_the_same_minute(
    case: Case, statement: EvidenceItem, witness: Witness, lawyer: User, paralegal: User
) -> None:
    consent_to(witness, *Purpose, by=lawyer)
    request_dossier(case, purpose=PURPOSE, receiver=ICC, actor=lawyer)
    withdraw(witness, by=paralegal)
    with pytest.raises(ConsentMissing, match="was withdrawn"):
        request_dossier(case, purpose=PURPOSE, receiver=ICC, actor=lawyer)


def test_a_withdrawal_refuses_a_dossier_that_waits_and_nothing_is_disclosed(
    case: Case, statement: EvidenceItem, witness: Witness, lawyer: User, tmp_path: Path
) -> None:
    consent_to(witness, *Purpose, by=lawyer)
    dossier = request_dossier(case, purpose=PURPOSE, receiver=ICC, actor=lawyer)
    withdraw(witness, by=lawyer)
    with pytest.raises(ConsentMissing):
        compile_into(dossier, sink=DirectorySink(tmp_path / "d"), actor=lawyer)
    dossier.refresh_from_db()
    assert dossier.state == DossierState.FAILED
    assert "did not consent" in dossier.failure
    # Whoever may see the dossier need not be one who may see every witness.
    assert witness.pseudonym not in dossier.failure
    assert not (tmp_path / "d").exists()
    assert not CustodyEvent.objects.filter(kind=CustodyKind.DISCLOSED).exists()
    assert [facts["listed"][0]["why"] for facts in logged()] == ["withdrawn"]


def test_a_withdrawal_while_the_originals_are_written_is_seen_before_anything_is_disclosed(
    *,
    case: Case,
    statement: EvidenceItem,
    witness: Witness,
    lawyer: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consent_to(witness, *Purpose, by=lawyer)
    sink = VaultSink()
    settle = sink.settle

    def settled() -> None:
        settle()
        withdraw(witness, by=lawyer)

    monkeypatch.setattr(sink, "settle", settled)
    with pytest.raises(ConsentMissing):
        compile_dossier(case, purpose=PURPOSE, sink=sink, actor=lawyer, receiver=ICC)
    assert not DossierExhibit.objects.exists()
    assert not CustodyEvent.objects.filter(kind=CustodyKind.DISCLOSED).exists()
    assert len(logged()) == 1
    assert verify_log().ok


def test_a_dependence_that_is_recorded_while_the_originals_are_written_is_seen_too(
    *,
    case: Case,
    evidence: list[EvidenceItem],
    witness: Witness,
    lawyer: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sink = VaultSink()
    monkeypatch.setattr(
        sink, "settle", lambda: declare_dependence(witness, evidence[2], tie=Tie.NAMES, actor=lawyer)
    )
    with pytest.raises(ConsentMissing):
        compile_dossier(case, purpose=PURPOSE, sink=sink, actor=lawyer, receiver=ICC)
    assert not DossierExhibit.objects.exists()


def test_an_archive_that_lies_here_is_not_handed_out_after_a_withdrawal(
    case: Case, statement: EvidenceItem, witness: Witness, lawyer: User, client_for: ClientFor
) -> None:
    consent_to(witness, *Purpose, by=lawyer)
    dossier = request_dossier(case, purpose=PURPOSE, receiver=ICC, actor=lawyer)
    compile_requested(str(dossier.pk))
    dossier.refresh_from_db()
    handout = hand_out(cleared(dossier, by=lawyer), actor=lawyer)
    handout.content.close()
    withdraw(witness, by=lawyer)
    answer = client_for(lawyer).post(reverse("dossiers:download", args=[dossier.pk]))
    assert answer.status_code == 409
    assert witness.pseudonym in answer.content.decode()
    assert len(logged("dossier.downloaded")) == 1
    assert len(logged()) == 1


def test_a_download_that_runs_ends_where_consent_is_taken_back(
    case: Case,
    statement: EvidenceItem,
    witness: Witness,
    lawyer: User,
    client_for: ClientFor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leaving, "ASK_EVERY", 0)
    monkeypatch.setattr(views, "_BLOCK", 100)
    consent_to(witness, *Purpose, by=lawyer)
    held = compile_dossier(case, purpose=PURPOSE, receiver=ICC, sink=VaultSink(), actor=lawyer)
    answer = client_for(lawyer).post(reverse("dossiers:download", args=[cleared(held, by=lawyer).pk]))
    pieces = iter(answer.streaming_content)
    assert next(pieces)
    assert next(pieces)
    withdraw(witness, by=lawyer)
    with pytest.raises(ConsentMissing):
        next(pieces)
    assert len(logged()) == 1


def test_a_release_that_runs_ends_there_too_and_leaves_nothing(
    case: Case,
    statement: EvidenceItem,
    witness: Witness,
    lawyer: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leaving, "ASK_EVERY", 0)
    consent_to(witness, *Purpose, by=lawyer)
    held = compile_dossier(case, purpose=PURPOSE, receiver=ICC, sink=VaultSink(), actor=lawyer)
    cleared(held, by=lawyer)
    real = release.hand_out

    def then_withdrawn(dossier: Dossier, *, actor: User) -> Any:
        handout = real(dossier, actor=actor)
        withdraw(witness, by=lawyer)
        return handout

    monkeypatch.setattr(release, "hand_out", then_withdrawn)
    with pytest.raises(ConsentMissing):
        release.release_into(held, tmp_path / "out", actor=lawyer)
    assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())
    assert CustodyEvent.objects.filter(kind=CustodyKind.CORRECTED).exists()


def test_what_lies_here_says_that_a_consent_was_taken_back_and_no_identity_is_opened_for_it(
    case: Case, statement: EvidenceItem, witness: Witness, lawyer: User, client_for: ClientFor
) -> None:
    consent_to(witness, *Purpose, by=lawyer)
    held = compile_dossier(case, purpose=PURPOSE, receiver=ICC, sink=VaultSink(), actor=lawyer)
    at, names = reverse("dossiers:detail", args=[held.pk]), reverse("dossiers:names", args=[held.pk])
    before = client_for(lawyer).get(at).content.decode()
    assert names in before
    withdraw(witness, by=lawyer)
    after = client_for(lawyer).get(at).content.decode()
    assert "took it back" in after
    assert reverse("dossiers:consent", args=[case.pk]) in after
    assert names not in after
    with pytest.raises(DossierBusy, match="No identity is opened"):
        ask_for_check(held, reason="It leaves on Monday", actor=lawyer)
    assert not LeakCheck.objects.exists()


def test_expiry_refuses_by_the_clock(
    case: Case,
    statement: EvidenceItem,
    witness: Witness,
    lawyer: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consent_to(witness, *Purpose, by=lawyer, expires_on=timezone.now().date())
    assert request_dossier(case, purpose=PURPOSE, receiver=ICC, actor=lawyer).pk
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("witnesses.consent_state.timezone.now", lambda: tomorrow)
    with pytest.raises(ConsentMissing, match="has expired"):
        request_dossier(case, purpose=PURPOSE, receiver=ICC, actor=lawyer)


def test_conditions_need_the_lawyers_statement_which_is_recorded(
    case: Case, statement: EvidenceItem, witness: Witness, lawyer: User
) -> None:
    said = answers(yes=[Purpose.STORE], conditional=[Purpose.ICC_OR_UN])
    record_consent(witness, facts=consent_facts(answers=said), actor=lawyer)
    with pytest.raises(ConsentMissing, match="state that they are met"):
        request_dossier(case, purpose=PURPOSE, receiver=ICC, actor=lawyer)
    stated = Receiver(ICC.kind, ICC.use, ICC.name, conditions_met=STATEMENT)
    dossier = request_dossier(case, purpose=PURPOSE, receiver=stated, actor=lawyer)
    assert dossier.conditions_met == STATEMENT
    [facts] = logged("dossier.requested")
    assert facts["conditions_met"]
    assert STATEMENT not in json.dumps(facts)
    assert ICC.name not in json.dumps(facts)


def test_what_consent_does_not_cover_is_left_out_where_that_is_asked_for(
    case: Case,
    statement: EvidenceItem,
    witness: Witness,
    lawyer: User,
    tmp_path: Path,
    client_for: ClientFor,
) -> None:
    dossier = compiled(
        case, Receiver(ICC.kind, ICC.use, ICC.name, leave_out=True), by=lawyer, path=tmp_path / "d"
    )
    assert dossier.exhibits.count() == 2
    [withheld] = DossierWithheld.objects.all()
    assert (withheld.item, withheld.witness, withheld.why) == (statement, witness, "none")
    everything = b"".join(path.read_bytes() for path in (tmp_path / "d").rglob("*") if path.is_file())
    assert statement.reference.encode() not in everything
    assert run_verifier(tmp_path / "d").returncode == 0
    assert logged("dossier.exhibits_left_out")[0]["objections"] == 1
    page = client_for(lawyer).get(reverse("dossiers:detail", args=[dossier.pk])).content.decode()
    assert "stayed behind" in page
    assert witness.pseudonym in page


def test_what_was_left_out_is_shown_page_by_page(
    case: Case,
    evidence: list[EvidenceItem],
    statement: EvidenceItem,
    witness: Witness,
    lawyer: User,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(withholding, "ROWS", 1)
    declare_dependence(witness, evidence[1], tie=Tie.SHOWS, actor=lawyer)
    dossier = request_dossier(
        case,
        purpose=PURPOSE,
        receiver=Receiver(ICC.kind, ICC.use, ICC.name, leave_out=True),
        actor=lawyer,
    )
    withhold(dossier, actor=lawyer)
    assert dossier.withheld.count() > 1
    client, address = client_for(lawyer), reverse("dossiers:detail", args=[dossier.pk])
    pages = [client.get(address, {"left_out": number}) for number in (1, 2)]
    [[one], [other]] = [page.context["withheld"] for page in pages]
    assert one.item_id != other.item_id
    assert "left_out=2" in pages[0].content.decode()


def test_more_items_than_a_statement_takes_values_are_named(case: Case, evidence: list[EvidenceItem]) -> None:
    many = {uuid4() for _number in range(40_000)} | {evidence[0].pk}
    numbers, references = consent._called(case, many)
    assert set(references) == {evidence[0].pk}
    assert set(numbers) <= {evidence[0].pk}


@pytest.mark.parametrize("language", ["en", "fa"])
def test_only_what_is_a_country_can_be_chosen_as_one(language: str) -> None:
    with override(language):
        codes = set(dict(countries()))
    assert {"SE", "DE", "IR", "XK", "GB", "PS", "TW"} <= codes
    assert codes.isdisjoint({"EU", "UN", "EZ", "ZZ", "XA", "XB", "QO", "AQ"})
    assert 235 < len(codes) < 250


def test_a_dossier_of_which_nothing_would_be_left_is_refused(
    case: Case,
    statement: EvidenceItem,
    evidence: list[EvidenceItem],
    witness: Witness,
    lawyer: User,
    tmp_path: Path,
) -> None:
    for item in evidence[1:]:
        declare_dependence(witness, item, tie=Tie.SHOWS, actor=lawyer)
    with pytest.raises(NothingToDisclose):
        compiled(case, Receiver(ICC.kind, ICC.use, ICC.name, leave_out=True), by=lawyer, path=tmp_path / "d")


def test_a_witness_of_another_case_holds_it_back_and_is_not_named(
    case: Case, statement: EvidenceItem, witness: Witness, other_case: Case, lawyer: User, outsider: User
) -> None:
    add_member(other_case, user=lawyer, actor=outsider)
    add_to_case(statement, other_case, actor=lawyer)
    with pytest.raises(ConsentMissing) as refused:
        request_dossier(other_case, purpose=PURPOSE, receiver=ICC, actor=outsider)
    assert witness.pseudonym not in str(refused.value) + json.dumps(refused.value.details)
    assert "a witness of another case" in str(refused.value)


def test_what_was_shared_is_told_with_the_withdrawal_and_of_a_closed_case_only_that_it_was(
    *,
    case: Case,
    statement: EvidenceItem,
    witness: Witness,
    other_case: Case,
    lawyer: User,
    paralegal: User,
    outsider: User,
    tmp_path: Path,
    client_for: ClientFor,
) -> None:
    consent_to(witness, *Purpose, by=lawyer)
    ours = compiled(case, ICC, by=lawyer, path=tmp_path / "ours")
    add_member(other_case, user=lawyer, actor=outsider)
    add_to_case(statement, other_case, actor=lawyer)
    theirs = compiled(other_case, STOCKHOLM, by=outsider, path=tmp_path / "theirs")
    told = {one.dossier_id: one for one in already_shared(witness, user=paralegal)}
    assert told[ours.pk].name == ours.name
    assert told[ours.pk].recipient == ICC.name
    # A paralegal tells the witness who has it; the purpose in full is for those who see dossiers.
    assert told[ours.pk].purpose == ""
    assert {one.purpose for one in already_shared(witness, user=lawyer)} == {PURPOSE}
    assert told[ours.pk].exhibits == ("DK-1988-01-0001",)
    assert (told[theirs.pk].seen, told[theirs.pk].name, told[theirs.pk].recipient) == (False, "", "")
    withdraw(witness, by=paralegal)
    assert set(logged("witness.consent_withdrawn")[0]["already_shared"]) == {str(ours.pk), str(theirs.pk)}
    page = client_for(paralegal).get(reverse("witnesses:consent", args=[case.pk, witness.pk]))
    shown = page.content.decode()
    assert "cannot be called back" in shown
    assert ours.name in shown
    assert theirs.name not in shown


def test_what_was_compiled_and_handed_to_nobody_is_not_told_as_shared(
    *,
    case: Case,
    statement: EvidenceItem,
    witness: Witness,
    lawyer: User,
    paralegal: User,
    client_for: ClientFor,
    tmp_path: Path,
) -> None:
    consent_to(witness, *Purpose, by=lawyer)
    held = compile_dossier(case, purpose=PURPOSE, receiver=ICC, sink=VaultSink(), actor=lawyer)
    left = compiled(case, ICC, by=lawyer, path=tmp_path / "left")
    assert {one.dossier_id for one in already_shared(witness, user=lawyer)} == {left.pk}
    withdraw(witness, by=paralegal)
    assert logged("witness.consent_withdrawn")[0]["already_shared"] == [str(left.pk)]
    assert logged("witness.consent_withdrawn")[0]["shared"] == 1
    page = client_for(paralegal).get(reverse("witnesses:consent", args=[case.pk, witness.pk]))
    shared, here = page.content.decode().split("handed to nobody so far")
    assert left.name in shared
    assert held.name not in shared
    assert held.name in here


@pytest.mark.parametrize(
    "receiver",
    [
        Receiver("friend", "investigation"),
        Receiver("prosecutor", "investigation", "", "SE"),
        Receiver("prosecutor", "investigation", "Somebody", ""),
        Receiver("prosecutor", "investigation", "Somebody", "Sweden"),
        Receiver("internal"),
        Receiver("unstated", "analysis"),
        Receiver("internal", "analysis", conditions_met="yes"),
    ],
    ids=str,
)
def test_a_receiver_who_is_not_whole_is_refused_with_a_sentence(receiver: Receiver) -> None:
    with pytest.raises(BadDossierRequest) as refused:
        checked_receiver(receiver)
    assert str(refused.value).endswith(".")


def test_countries_are_named_in_the_readers_language() -> None:
    assert ("SE", "Sweden") in countries()


def ask(client: Client, case: Case, name: str = "compile", **changes: Any) -> Any:
    words = {
        "to": "icc_or_un",
        "use": "investigation",
        "recipient_name": ICC.name,
        "purpose": PURPOSE,
        "confirmation": case.reference,
    }
    return client.post(reverse(f"dossiers:{name}", args=[case.pk]), words | changes)


def test_the_page_says_which_exhibits_and_keeps_what_was_typed(
    case: Case, statement: EvidenceItem, witness: Witness, lawyer: User, client_for: ClientFor
) -> None:
    answer = ask(client_for(lawyer), case)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert statement.reference in page
    assert witness.pseudonym in page
    assert "no consent is recorded" in page
    assert PURPOSE in page
    assert len(logged()) == 1
    assert ask(client_for(lawyer), case, leave_out="on").status_code == 302


def test_looking_ahead_compiles_nothing_and_is_logged(
    case: Case,
    statement: EvidenceItem,
    witness: Witness,
    lawyer: User,
    paralegal: User,
    client_for: ClientFor,
) -> None:
    answer = ask(client_for(lawyer), case, "consent")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "2 exhibits could go" in page
    assert witness.pseudonym in page
    assert not Dossier.objects.exists()
    assert logged("dossier.consent_looked_at") == [
        {"to": "icc_or_un", "use": "investigation", "exhibits": 3, "objections": 1}
    ]
    assert ask(client_for(paralegal), case, "consent").status_code == 403


@pytest.mark.parametrize("wrong", [{"to": "unstated"}, {"recipient_name": ""}, {"use": ""}])
def test_the_page_asks_again_for_a_receiver_who_is_not_whole(
    case: Case, evidence: list[EvidenceItem], lawyer: User, client_for: ClientFor, wrong: dict[str, str]
) -> None:
    assert ask(client_for(lawyer), case, **wrong).status_code == 422
    assert not Dossier.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_command_takes_a_receiver_and_says_in_json_what_is_missing(
    case: Case,
    statement: EvidenceItem,
    witness: Witness,
    lawyer: User,
    tmp_path: Path,
    command: Command,  # noqa: F811
) -> None:
    words = ["compile_dossier", case.reference, "--purpose", PURPOSE, "--actor", lawyer.username, "--json"]
    words += ["--to", "icc_or_un", "--for", "investigation", "--to-name", ICC.name]
    refused = command(*words, "--out", tmp_path / "a")
    assert (refused.code, refused.told["kind"]) == (3, "conflict")
    [row] = refused.told["details"]
    assert (row["witness"], row["why"]) == (witness.pseudonym, "no consent is recorded")
    assert not (tmp_path / "a").exists()
    at_once = command(*words, "--leave-out", "--out", tmp_path / "b")
    assert (at_once.code, (tmp_path / "b").exists()) == (3, False)
    assert "--hold" in at_once.told["error"]
    done = command(*words, "--leave-out", "--hold")
    assert (done.code, done.told["exhibits"], done.told["left_out"]) == (0, 2, 1)
    assert command(*words, "--country", "Sweden", "--out", tmp_path / "c").code == 2


def test_a_program_that_downloads_is_told_the_rows(
    case: Case, statement: EvidenceItem, witness: Witness, lawyer: User, client_for: ClientFor
) -> None:
    consent_to(witness, *Purpose, by=lawyer)
    dossier = request_dossier(case, purpose=PURPOSE, receiver=ICC, actor=lawyer)
    compile_requested(str(dossier.pk))
    withdraw(witness, by=lawyer)
    download = reverse("dossiers:download", args=[dossier.pk])
    answer = client_for(lawyer).post(download, headers={"accept": "application/json"})
    assert answer.status_code == 409
    [row] = answer.json()["details"]
    assert (row["exhibit"], row["witness"]) == ("DK-1988-01-0001", witness.pseudonym)
