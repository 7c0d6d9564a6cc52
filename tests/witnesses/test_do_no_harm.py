"""The danger to witnesses: what is thought of it gates contact and disclosure, and its words stay where they are."""

import datetime
import json
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.errors import NotPermitted
from audit.actions import Action
from audit.models import Entry
from audit.private import sealed
from cases.dating import read_date
from cases.errors import NotAMember
from dossiers.compiling import request_dossier
from dossiers.errors import ConsentMissing
from dossiers.receivers import Receiver
from evidence.errors import UnknownEvidence
from tests.architecture.two_cases import consent_to_all
from tests.witnesses.conftest import PLANNED
from tests.witnesses.dangers import HELP, IN_A_MONTH, RISK, TEXTS, THREAT
from witnesses.assessing import assess_risk
from witnesses.consent_gate import objections
from witnesses.consent_rule import Destination
from witnesses.consent_state import today
from witnesses.consent_words import RecipientKind, Use, Why
from witnesses.consenting import record_consent
from witnesses.depending import declare_dependence
from witnesses.interviewing import open_interview, record_elsewhere
from witnesses.models import Interview, Referral, RiskAssessment, ThreatIncident, Witness
from witnesses.referring import answer_referral, record_referral
from witnesses.risk_errors import BadRisk, NoContact, RiskMovedOn
from witnesses.risk_state import danger_to, dangers
from witnesses.threats import record_threat

WORKING_COPY = Destination(RecipientKind.INTERNAL, Use.ANALYSIS)
STOPPED = replace(RISK, disclosure="none")
SILENT = replace(RISK, contact="none")


def test_a_witness_who_was_never_assessed_is_due(witness):
    danger = danger_to(witness)
    assert danger.is_due
    assert not danger.no_contact
    assert not danger.no_disclosure


def test_the_newest_assessment_counts_and_those_before_it_stay(witness, lawyer):
    assess_risk(witness, facts=SILENT, last_seen=0, actor=lawyer)
    second = assess_risk(witness, facts=RISK, last_seen=1, actor=lawyer)
    assert second.version == 2
    assert second.words.grounds == RISK.grounds
    assert [str(one) for one in second.threatened_with] == ["summons", "surveillance"]
    assert [one.kind for one in second.measures.all()] == ["move"]
    danger = danger_to(witness)
    assert (danger.assessment, danger.is_due, danger.no_contact) == (second, False, False)
    assert RiskAssessment.objects.count() == 2


def test_who_has_not_read_the_newest_is_sent_back_to_it(witness, lawyer):
    assess_risk(witness, facts=RISK, last_seen=0, actor=lawyer)
    for seen in (0, 2):
        with pytest.raises(RiskMovedOn):
            assess_risk(witness, facts=RISK, last_seen=seen, actor=lawyer)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"to_family": "huge"}, "how great"),
        ({"contact": ""}, "what follows"),
        ({"disclosure": "all"}, "what follows"),
        ({"threats": ("gossip",)}, "from the list"),
        ({"due_on": today()}, "day to come"),
        ({"due_on": today() + datetime.timedelta(days=400)}, "twelve months"),
        ({"grounds": "  "}, "on what"),
        ({"measures": (replace(RISK.measures[0], kind="gun"),)}, "kind of each measure"),
    ],
)
def test_what_is_missing_or_unknown_is_said_and_nothing_is_kept(witness, lawyer, changed, sentence):
    with pytest.raises(BadRisk, match=sentence):
        assess_risk(witness, facts=replace(RISK, **changed), last_seen=0, actor=lawyer)
    assert not RiskAssessment.objects.exists()


def test_only_lawyers_of_the_case_write_of_danger(witness, paralegal, outsider, auditor, custodians, lawyer):
    refused = (
        (paralegal, NotPermitted),
        (auditor, NotPermitted),
        (custodians[0], NotPermitted),
        (outsider, NotAMember),
    )
    help_offered = record_referral(witness, facts=HELP, actor=lawyer)
    for user, error in refused:
        with pytest.raises(error):
            assess_risk(witness, facts=RISK, last_seen=0, actor=user)
        with pytest.raises(error):
            record_threat(witness, facts=THREAT, actor=user)
        with pytest.raises(error):
            record_referral(witness, facts=HELP, actor=user)
        with pytest.raises(error):
            answer_referral(help_offered, answer="declined", on=today(), actor=user)


def test_no_disclosure_holds_back_what_rests_on_the_witness_whatever_they_consented_to(
    witness, told, lawyer, case
):
    declare_dependence(witness, told, tie="names", actor=lawyer)
    record_consent(witness, facts=consent_to_all("x"), actor=lawyer)
    assert objections([told.pk], destination=WORKING_COPY) == []
    assess_risk(witness, facts=STOPPED, last_seen=0, actor=lawyer)
    assert [one.objection.why for one in objections([told.pk], destination=WORKING_COPY)] == [Why.AT_RISK]
    copy = Receiver(kind=RecipientKind.INTERNAL, use=Use.ANALYSIS)
    with pytest.raises(ConsentMissing, match="danger"):
        request_dossier(case, purpose="For a court", receiver=copy, actor=lawyer)
    assess_risk(witness, facts=RISK, last_seen=1, actor=lawyer)
    assert objections([told.pk], destination=WORKING_COPY) == []


def test_no_contact_refuses_a_new_interview_and_no_record_of_an_old_one(witness, lawyer):
    assess_risk(witness, facts=SILENT, last_seen=0, actor=lawyer)
    for facts in (
        PLANNED,
        replace(PLANNED, state="held"),
        replace(PLANNED, state="held", held=read_date("1406")),
    ):
        with pytest.raises(NoContact, match="lawyer of the case"):
            open_interview(witness, facts=facts, earlier_seen=0, actor=lawyer)
    assert not Interview.objects.exists()
    past = replace(PLANNED, state="held", held=read_date("2020-01-03"))
    open_interview(witness, facts=past, earlier_seen=0, actor=lawyer)
    elsewhere = replace(past, organisation="A radio station")
    record_elsewhere(witness, facts=elsewhere, earlier_seen=1, actor=lawyer)


def test_a_new_incident_has_the_assessment_looked_at_again_at_once(witness, told, lawyer, case):
    assess_risk(witness, facts=RISK, last_seen=0, actor=lawyer)
    assert not danger_to(witness).is_due
    first = record_threat(witness, facts=replace(THREAT, items=[told.pk]), actor=lawyer)
    danger = danger_to(witness)
    assert danger.is_due
    assert danger.threatened
    assert [one.item for one in first.exhibits.all()] == [told]
    assess_risk(witness, facts=RISK, last_seen=1, actor=lawyer)
    assert not danger_to(witness).is_due
    # A correction is nothing that happened.
    record_threat(witness, facts=THREAT, corrects=first, correction="No exhibit shows it", actor=lawyer)
    assert not danger_to(witness).is_due


def test_a_correction_follows_what_was_read_and_says_why(witness, lawyer):
    first = record_threat(witness, facts=THREAT, actor=lawyer)
    with pytest.raises(BadRisk, match="Say why"):
        record_threat(witness, facts=THREAT, corrects=first, actor=lawyer)
    second = record_threat(witness, facts=THREAT, corrects=first, correction="A wrong month", actor=lawyer)
    assert (second.thread, second.version) == (first.thread, 2)
    with pytest.raises(RiskMovedOn):
        record_threat(witness, facts=THREAT, corrects=first, correction="Once more", actor=lawyer)


def test_an_exhibit_that_is_not_of_the_case_shows_nothing_here(witness, told, lawyer, hire):
    with pytest.raises(UnknownEvidence):
        record_threat(witness, facts=replace(THREAT, items=[witness.pk]), actor=lawyer)
    assert not ThreatIncident.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kind": "gossip"}, "from the lists"),
        ({"against": "neighbours"}, "from the lists"),
        ({"what": ""}, "what happened"),
        ({"happened": read_date("2199")}, "still to come"),
    ],
)
def test_an_incident_that_is_not_whole_is_refused(witness, lawyer, changed, sentence):
    with pytest.raises(BadRisk, match=sentence):
        record_threat(witness, facts=replace(THREAT, **changed), actor=lawyer)


def test_what_became_of_an_offer_of_help_is_added_and_nothing_is_overwritten(witness, lawyer):
    made = record_referral(witness, facts=replace(HELP, answer="not_yet"), actor=lawyer)
    answer_referral(made, answer="accepted", on=today(), actor=lawyer)
    assert [one.answer for one in made.events.all()] == ["accepted", "not_yet"]
    with pytest.raises(BadRisk, match="before the help"):
        answer_referral(made, answer="declined", on=today() - datetime.timedelta(days=3), actor=lawyer)
    with pytest.raises(BadRisk, match="still to come"):
        answer_referral(made, answer="declined", on=IN_A_MONTH, actor=lawyer)


def test_the_log_says_neither_which_help_was_offered_nor_what_became_of_it(witness, lawyer):
    made = record_referral(witness, facts=HELP, actor=lawyer)
    answer_referral(made, answer="declined", on=today(), actor=lawyer)
    for entry in Entry.objects.filter(action__in=(Action.REFERRAL_RECORDED, Action.REFERRAL_ANSWERED)):
        facts = json.loads(bytes(entry.body))["facts"]
        assert not {"kind", "answer", "on", "offered_on"} & facts.keys()
        assert not {HELP.kind, "declined"} & {str(value) for value in facts.values()}


def test_the_log_commits_to_every_text_and_holds_none(witness, lawyer):
    assessed = assess_risk(witness, facts=RISK, last_seen=0, actor=lawyer)
    threat = record_threat(witness, facts=THREAT, actor=lawyer)
    referral = record_referral(witness, facts=HELP, actor=lawyer)
    said = "".join(bytes(entry.body).decode() for entry in Entry.objects.all())
    assert not [text for text in TEXTS if text in said]
    committed = (
        *(sealed(assessed.words, name) for name in ("grounds",)),
        *(sealed(assessed.measures.get(), name) for name in ("measure", "by_whom")),
        *(sealed(threat.words, name) for name in ("what", "happened", "place", "known_how", "answered_by")),
        *(sealed(referral.words, name) for name in ("organisation", "note")),
    )
    assert not [one for one in committed if one is None or one not in said]


def test_those_who_were_threatened_come_first_then_those_due(case, witness, custodians, paralegal, lawyer):
    assess_risk(witness, facts=RISK, last_seen=0, actor=lawyer)
    with_due = dangers(Witness.objects.filter(case=case))
    assert [one.is_due for one in with_due] == [False]


TABLES = {
    "witnesses_riskassessment": "contact",
    "witnesses_threatincident": "kind",
    "witnesses_threatevidence": "item_id",
    "witnesses_referral": "kind",
    "witnesses_referralevent": "answer",
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_what_gates_and_days_say(witness, told, lawyer, table, act):
    assess_risk(witness, facts=RISK, last_seen=0, actor=lawyer)
    record_threat(witness, facts=replace(THREAT, items=[told.pk]), actor=lawyer)
    record_referral(witness, facts=HELP, actor=lawyer)
    assert Referral.objects.exists()
    connection.check_constraints()
    column = TABLES[table]
    words = f"UPDATE {table} SET {column} = {column}" if act == "update" else f"DELETE FROM {table}"
    with (
        pytest.raises(DatabaseError, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(words)
