"""The pages of danger and help: who sees which, that nothing typed is lost, and that no dossier holds a word of them."""

import datetime
import re
from dataclasses import replace

import pytest
from django.urls import reverse

from accounts.models import User
from dossiers.compiling import compile_dossier
from dossiers.receivers import Receiver
from dossiers.sinks import DirectorySink
from tests.architecture.two_cases import consent_to_all
from tests.witnesses.dangers import GROUNDS, HELP, IN_A_MONTH, MEASURE, RISK, TEXTS, THREAT, WHAT
from witnesses.assessing import assess_risk
from witnesses.consent_state import today
from witnesses.consent_words import RecipientKind, Use
from witnesses.consenting import record_consent
from witnesses.depending import declare_dependence
from witnesses.models import RiskAssessment, ThreatIncident, Witness
from witnesses.referring import record_referral
from witnesses.threats import record_threat

FORM = {
    "seen": 0,
    "to_witness": "high",
    "to_family": "acute",
    "to_third": "low",
    "threats": ["arrest", "calls"],
    "kept": "plain",
    "grounds": GROUNDS,
    "contact": "usual",
    "disclosure": "consented",
    "due_on": IN_A_MONTH.isoformat(),
    "measures-0-kind": "move",
    "measures-0-text": MEASURE,
    "measures-0-by_whom": "",
    "measures-0-until": "2199-01-31",
    "measures-0-done": "no",
}


class WorkingCopy(DirectorySink):
    """A folder that stays here, so that no name has to be looked for in it before it is read."""

    stays = True


def at(name: str, witness: Witness, *more: object) -> str:
    return reverse(f"witnesses:{name}", args=[witness.case_id, witness.pk, *more])


@pytest.fixture
def endangered(witness: Witness, lawyer: User) -> Witness:
    """Everything that can be said of the danger to the witness is said."""
    assess_risk(witness, facts=RISK, last_seen=0, actor=lawyer)
    record_threat(witness, facts=THREAT, actor=lawyer)
    record_referral(witness, facts=HELP, actor=lawyer)
    return witness


def test_a_lawyer_assesses_and_reads_it_again(client_for, witness, lawyer):
    client = client_for(lawyer)
    assert client.post(at("risk_new", witness), FORM).status_code == 302
    made = RiskAssessment.objects.get()
    assert (made.to_family, made.threats) == ("acute", "arrest calls")
    assert made.measures.get().until == datetime.date(2199, 1, 31)
    page = client.get(at("risk", witness))
    assert GROUNDS in page.content.decode()
    assert MEASURE in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_a_form_that_is_wrong_or_overtaken_keeps_what_was_typed(client_for, witness, lawyer):
    client = client_for(lawyer)
    wrong = (
        {"due_on": today().isoformat()},
        {"contact": "shout"},
        {"measures-0-until": "soon"},
        {"seen": 4},
        {"to_family": ""},
    )
    for changed in wrong:
        answer = client.post(at("risk_new", witness), {**FORM, **changed})
        assert answer.status_code == 422
        assert GROUNDS in answer.content.decode()
        assert answer.context["form"]["threats"].value() == ["arrest", "calls"]
    assert not RiskAssessment.objects.exists()


def test_more_rows_are_given_and_nothing_is_recorded(client_for, witness, lawyer):
    answer = client_for(lawyer).post(at("risk_new", witness), {**FORM, "more_rows": "1"})
    assert answer.status_code == 200
    assert MEASURE in answer.content.decode()
    assert "measures-2-text" in answer.content.decode()
    assert not RiskAssessment.objects.exists()


def test_an_incident_names_exhibits_of_the_case_alone(client_for, witness, told, lawyer):
    client = client_for(lawyer)
    form = {"kind": "seizure", "against": "family", "kept": "plain", "what": WHAT, "happened": "Azar 1404"}
    refused = client.post(at("threat_new", witness), {**form, "items": f"{told.reference}\nDK-NO-1"})
    assert refused.status_code == 422
    assert "DK-NO-1" in refused.content.decode()
    assert client.post(at("threat_new", witness), {**form, "items": told.reference}).status_code == 302
    assert told.reference in client.get(at("risk", witness)).content.decode()
    one = ThreatIncident.objects.get()
    changed = {**form, "kind": "arrest", "correction": "He was taken too"}
    assert client.post(at("threat_correct", witness, one.pk), changed).status_code == 302
    assert "He was taken too" in client.get(at("risk", witness)).content.decode()


def test_help_and_what_became_of_it(client_for, endangered, lawyer):
    client = client_for(lawyer)
    form = {"kind": "legal", "organisation": "An office", "offered_on": "2026-01-31", "answer": "not_yet"}
    assert client.post(at("referral_new", endangered), form).status_code == 302
    one = endangered.referrals.get(kind="legal")
    early = client.post(at("referral_answer", endangered, one.pk), {"answer": "declined", "on": "2025-01-01"})
    assert early.status_code == 422
    said = {"answer": "declined", "on": today().isoformat()}
    assert client.post(at("referral_answer", endangered, one.pk), said).status_code == 302
    assert "declined" in client.get(at("risk", endangered)).content.decode()


def test_no_contact_is_said_where_an_interview_is_planned(client_for, witness, lawyer, paralegal):
    assess_risk(witness, facts=replace(RISK, contact="none"), last_seen=0, actor=lawyer)
    client = client_for(paralegal)
    page = client.get(at("interview_new", witness)).content.decode()
    assert "a new interview is refused" in page
    assert GROUNDS not in page
    form = {"state": "planned", "kind": "first_account", "recording": "audio", "seen": 0, "care": "Typed"}
    answer = client.post(at("interview_new", witness), form)
    assert answer.status_code == 422
    assert "no contact with this witness" in answer.content.decode()
    assert "Typed" in answer.content.decode()


def test_nobody_but_lawyers_of_the_case_reads_a_word(
    client_for, endangered, paralegal, auditor, administrator, custodians, outsider
):
    pages = [
        at("risk", endangered),
        at("risk_new", endangered),
        at("threat_new", endangered),
        at("threat_correct", endangered, endangered.threats.get().pk),
        at("referral_new", endangered),
        at("referral_answer", endangered, endangered.referrals.get().pk),
    ]
    for user, status in (
        (paralegal, 403),
        (auditor, 403),
        (administrator, 403),
        (custodians[0], 403),
        (outsider, 404),
    ):
        for page in pages:
            answer = client_for(user).get(page)
            assert answer.status_code == status, (user, page)
            assert not [text for text in TEXTS if text in answer.content.decode()]


def test_custodians_see_levels_and_gates_of_all_witnesses_and_no_word(
    client_for, endangered, custodians, lawyer, paralegal, auditor, administrator
):
    address = reverse("witnesses:dangers")
    page = client_for(custodians[0]).get(address).content.decode()
    assert endangered.pseudonym in page
    assert "something happened" in page
    assert endangered.case.reference not in page
    assert not [text for text in TEXTS if text in page]
    assert address in client_for(custodians[0]).get("/").content.decode()
    for user in (lawyer, paralegal, auditor, administrator):
        assert client_for(user).get(address).status_code == 403


def test_the_desk_of_a_lawyer_names_who_is_to_be_assessed_anew(client_for, witness, lawyer, paralegal):
    assert at("risk", witness) in client_for(lawyer).get("/").content.decode()
    assert at("risk", witness) not in client_for(paralegal).get("/").content.decode()
    assess_risk(witness, facts=RISK, last_seen=0, actor=lawyer)
    assert at("risk", witness) not in client_for(lawyer).get("/").content.decode()


def test_no_dossier_and_no_history_holds_a_word_of_it(
    house, client_for, endangered, told, case, lawyer, tmp_path
):
    record_consent(endangered, facts=consent_to_all("x"), actor=lawyer)
    declare_dependence(endangered, told, tie="names", actor=lawyer)
    receiver = Receiver(kind=RecipientKind.INTERNAL, use=Use.ANALYSIS)
    sink = WorkingCopy(tmp_path / "dossier")
    compile_dossier(case, purpose="For a court", sink=sink, actor=lawyer, receiver=receiver)
    written = [path for path in (tmp_path / "dossier").rglob("*") if path.is_file()]
    assert written
    for path in written:
        content = path.read_bytes()
        assert not [text for text in TEXTS if text.encode() in content], path
    for page in (reverse("cases:detail", args=[case.pk]), reverse("evidence:item", args=[told.pk])):
        shown = client_for(lawyer).get(page).content.decode()
        assert not [text for text in TEXTS if text in shown]


@pytest.mark.parametrize("name", ["risk_new", "register", "revise"])
def test_enter_presses_the_button_that_saves(client_for, witness, lawyer, name):
    at = [witness.case_id] if name == "register" else [witness.case_id, witness.pk]
    page = client_for(lawyer).get(reverse(f"witnesses:{name}", args=at)).content.decode()
    form = page[page.index('<form method="post" novalidate class="form-column"') :]
    buttons = re.findall(r"<button[^>]*type=\"submit\"[^>]*>", form)
    assert any("more_rows" in button for button in buttons)
    assert "more_rows" not in buttons[0]
    assert "name=" not in buttons[0]
