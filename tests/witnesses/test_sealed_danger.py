"""Words about danger that are sealed: nobody reads them without a quorum, and what people act by stays readable."""

import json
import traceback
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.urls import reverse

from accounts.errors import NotPermitted
from accounts.roles import Role
from audit.models import Entry
from audit.structure import database_faults
from cases.errors import NotAMember
from dossiers.compiling import compile_dossier
from dossiers.receivers import Receiver
from tests.architecture.two_cases import consent_to_all
from tests.conftest import PASSWORD
from tests.witnesses.conftest import NOTE, PASSPHRASES, let_in
from tests.witnesses.dangers import (
    BY_WHOM,
    DONE,
    GROUNDS,
    KNOWN,
    MEASURE,
    PLACE,
    RISK,
    SEALED_RISK,
    SEALED_TEXTS,
    SEALED_THREAT,
    THREAT,
    WHAT,
)
from tests.witnesses.residue import traces
from tests.witnesses.test_custodian_life import NEW
from tests.witnesses.test_resealing import gathered
from tests.witnesses.test_risk_pages import FORM, WorkingCopy, at
from tests.witnesses.test_secrecy import everything_stored
from witnesses.asking import request_danger, request_opening
from witnesses.assessing import assess_risk
from witnesses.consent_words import RecipientKind, Use
from witnesses.consenting import record_consent
from witnesses.danger_content import assessment_bytes, incident_bytes, incident_part, kind_of, read_danger
from witnesses.depending import declare_dependence
from witnesses.enrolling import enrol_custodian
from witnesses.errors import BadOpeningRequest, RequestClosed, SealBroken, TooFewCustodians
from witnesses.models import (
    OpeningRequest,
    ProtectiveMeasure,
    RiskAssessment,
    RiskWords,
    SealedIdentity,
    ThreatIncident,
    ThreatWords,
)
from witnesses.noting import NoteFacts, write_note
from witnesses.opening import approve, open_identity
from witnesses.queries import openings_of, openings_of_danger
from witnesses.quorum.resealing import reseal_identities
from witnesses.risk_errors import BadRisk
from witnesses.risk_state import danger_to
from witnesses.threats import record_threat

WHY = "The family asks what is known of the men"
WHEN = "Azar 1404"
WORDS = (*SEALED_TEXTS, WHEN)


@pytest.fixture
def assessed(witness, lawyer):
    return assess_risk(witness, facts=SEALED_RISK, last_seen=0, actor=lawyer)


@pytest.fixture
def happened(witness, lawyer):
    return record_threat(witness, facts=SEALED_THREAT, actor=lawyer)


def approved(words, lawyer, custodians):
    asked, code = request_danger(words, reason=WHY, actor=lawyer)
    for user in custodians:
        approve(asked, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    return asked, code


def opened(words, lawyer, custodians):
    asked, code = approved(words, lawyer, custodians)
    return open_identity(asked, opening_code=code, actor=lawyer)


def test_sealed_words_open_to_a_quorum_once_and_lie_nowhere(assessed, happened, lawyer, custodians, house):
    asked, code = approved(assessed.words, lawyer, custodians[:2])
    seen = open_identity(asked, opening_code=code, actor=lawyer)
    assert seen.text("grounds") == GROUNDS
    assert seen.text("measures") == f"{MEASURE} · {BY_WHOM}"
    with pytest.raises(RequestClosed):
        open_identity(asked, opening_code=code, actor=lawyer)
    seen = opened(happened.words, lawyer, custodians[1:])
    assert [seen.text(name) for name in ("what", "happened", "place", "known_how", "answered_by")] == [
        *(WHAT, WHEN, PLACE, KNOWN, DONE)
    ]
    haystack = b"\n".join(everything_stored())
    if connection.vendor == "sqlite":
        haystack += connection.connection.serialize()
    assert traces(haystack, WORDS) == []
    assert Entry.objects.filter(action="witness.danger_opened").count() == 2
    assert not Entry.objects.filter(action__in=("witness.identity_opened", "witness.note_opened")).exists()


def test_every_pair_of_custodians_opens_them_and_no_single_one(assessed, lawyer, custodians):
    for pair in ([0, 1], [0, 2], [1, 2]):
        assert opened(assessed.words, lawyer, [custodians[i] for i in pair]).text("grounds") == GROUNDS
    asked, code = approved(assessed.words, lawyer, custodians[:1])
    with pytest.raises(RequestClosed):
        open_identity(asked, opening_code=code, actor=lawyer)


def test_levels_gates_days_and_kinds_stay_readable(witness, assessed, happened):
    danger = danger_to(witness)
    assert (danger.assessment, danger.safe_way_only, danger.threatened) == (assessed, True, True)
    measure = assessed.measures.get()
    assert (measure.kind, measure.is_sealed, measure.text, measure.until) == (
        *("move", True, ""),
        RISK.measures[0].until,
    )
    assert (happened.kind, happened.against, happened.words.date) == ("seizure", "family", None)


def test_the_log_says_to_whom_they_are_sealed_and_commits_to_none(assessed, happened):
    for action, record in (
        ("witness.risk_assessed", assessed.words.sealed_record),
        ("witness.threat_recorded", happened.words.sealed_record),
    ):
        facts = json.loads(bytes(Entry.objects.get(action=action).body))["facts"]
        assert facts["sealed_identity"] == str(record.pk)
        assert (facts["threshold"], len(facts["custodian_keys"])) == (2, 3)
        assert not [value for value in facts.values() if str(value).startswith("sha256:")]
        assert {facts.get(name) for name in ("grounds", "what", "happened", "place")} == {None}


def test_assessments_are_versions_of_one_part_and_incidents_parts_of_their_own(
    witness, assessed, happened, lawyer
):
    second = assess_risk(witness, facts=SEALED_RISK, last_seen=1, actor=lawyer)
    again = record_threat(
        witness, facts=SEALED_THREAT, corrects=happened, correction="A wrong month", actor=lawyer
    )
    other = record_threat(witness, facts=SEALED_THREAT, actor=lawyer)
    records = [one.words.sealed_record for one in (assessed, second, happened, again, other)]
    assert [(one.part, one.version) for one in records] == [
        ("risk", 1),
        ("risk", 2),
        (incident_part(happened.thread), 1),
        (incident_part(happened.thread), 2),
        (incident_part(other.thread), 1),
    ]
    assert {kind_of(one.part) for one in records} == {"assessment", "incident"}
    assert SealedIdentity.objects.count() == 1, "whoever looks for identities meets none of them"


def test_words_of_one_kind_never_open_as_another(
    assessed, happened, witness, lawyer, custodians, monkeypatch
):
    """Whoever rewrites the row past the guards gains nothing: the part is bound into the seal, whatever else is held
    against it before.
    """
    monkeypatch.setattr("witnesses.opening.require_as_asked", lambda _request: None)
    for part in ("identity", incident_part(happened.thread), str(happened.thread)):
        asked, code = approved(assessed.words, lawyer, custodians[:2])
        asked.sealed_identity.part = part
        record = asked.sealed_identity
        asked.refresh_from_db = lambda asked=asked, record=record: setattr(asked, "sealed_identity", record)
        with pytest.raises(SealBroken):
            open_identity(asked, opening_code=code, actor=lawyer)
    wish, _code = request_opening(witness, reason=WHY, fields=["full_names"], actor=lawyer)
    assert wish.sealed_identity.part == "identity"


def test_what_was_sealed_stays_sealed_and_plain_words_can_be_followed_by_sealed_ones(
    witness, happened, lawyer
):
    with pytest.raises(BadRisk, match="stays sealed"):
        record_threat(witness, facts=THREAT, corrects=happened, correction="A wrong month", actor=lawyer)
    plain = record_threat(witness, facts=THREAT, actor=lawyer)
    sealed = record_threat(witness, facts=SEALED_THREAT, corrects=plain, correction="Safer", actor=lawyer)
    assert sealed.words.is_sealed
    plain.refresh_from_db()
    assert plain.words.what == WHAT, "what stood there in clear stays as it was"
    assert assess_risk(witness, facts=RISK, last_seen=0, actor=lawyer).words.grounds == GROUNDS


def test_the_reason_of_a_correction_is_sealed_with_the_words(witness, happened, lawyer, custodians):
    again = record_threat(
        witness, facts=SEALED_THREAT, corrects=happened, correction="It was Siyavashan", actor=lawyer
    )
    assert again.words.correction == ""
    assert opened(again.words, lawyer, custodians[:2]).text("correction") == "It was Siyavashan"


def test_they_are_sealed_anew_with_everything_else_and_stay_asked_for(
    witness, assessed, happened, custodians, hire, lawyer
):
    waiting, _code = request_danger(assessed.words, reason=WHY, actor=lawyer)
    newcomer = hire("custodian_e", Role.CUSTODIAN)
    enrol_custodian(newcomer, passphrase=NEW, actor=newcomer)
    let_in(newcomer, by=custodians[:2])
    session, code = gathered(newcomer, custodians[:2])
    assert reseal_identities(session, code=code, actor=newcomer).done == 3
    waiting.refresh_from_db()
    assert waiting.state == "expired"
    for words in (assessed.words, happened.words):
        old = words.sealed_record
        words.refresh_from_db()
        assert words.sealed_record.reseals == old
        assert words.sealed_record.shares == 4
        asked, code = request_danger(words, reason=WHY, actor=lawyer)
        approve(asked, passphrase=NEW, reason="Needed", actor=newcomer)
        approve(asked, passphrase=PASSPHRASES["custodian_a"], reason="Needed", actor=custodians[0])
        assert open_identity(asked, opening_code=code, actor=lawyer)
    assert openings_of_danger(witness).count() == 3
    assert not openings_of(witness).exists()
    assert assess_risk(witness, facts=SEALED_RISK, last_seen=1, actor=lawyer).words.sealed_record.version == 3


def test_a_request_counts_where_it_stands_though_its_words_were_sealed_anew_since(
    assessed, custodians, hire, lawyer
):
    stale = RiskWords.objects.get(pk=assessed.words.pk)
    newcomer = hire("custodian_e", Role.CUSTODIAN)
    enrol_custodian(newcomer, passphrase=NEW, actor=newcomer)
    let_in(newcomer, by=custodians[:2])
    session, code = gathered(newcomer, custodians[:2])
    reseal_identities(session, code=code, actor=newcomer)
    asked, _code = request_danger(stale, reason=WHY, actor=lawyer)
    assert asked.sealed_identity == SealedIdentity.records.living().get(part="risk")


def test_only_lawyers_of_the_case_seal_and_ask(witness, assessed, happened, paralegal, outsider, auditor):
    for user, error in ((outsider, NotAMember), (auditor, NotPermitted), (paralegal, NotPermitted)):
        with pytest.raises(error):
            assess_risk(witness, facts=SEALED_RISK, last_seen=1, actor=user)
        with pytest.raises(error):
            record_threat(witness, facts=SEALED_THREAT, actor=user)
        for words in (assessed.words, happened.words):
            with pytest.raises(error):
                request_danger(words, reason=WHY, actor=user)


def test_plain_words_are_asked_of_nobody(witness, lawyer):
    for words in (
        assess_risk(witness, facts=RISK, last_seen=0, actor=lawyer).words,
        record_threat(witness, facts=THREAT, actor=lawyer).words,
    ):
        with pytest.raises(BadOpeningRequest, match="not sealed"):
            request_danger(words, reason=WHY, actor=lawyer)


def test_nothing_is_kept_where_no_quorum_could_open_it(witness, custodians, lawyer):
    custodians[0].is_active = False
    custodians[0].save()
    with pytest.raises(TooFewCustodians):
        assess_risk(witness, facts=SEALED_RISK, last_seen=0, actor=lawyer)
    with pytest.raises(TooFewCustodians):
        record_threat(witness, facts=SEALED_THREAT, actor=lawyer)
    assert not RiskAssessment.objects.exists()
    assert not ThreatIncident.objects.exists()
    assert SealedIdentity.records.count() == 1


def test_sealed_words_that_narrow_are_asked_of_nobody(witness, lawyer, case):
    """They lie open to nobody, so no group is too small for them."""
    said = "She was in ward 8 of the prison in 1988, the only baker"
    assert assess_risk(witness, facts=replace(SEALED_RISK, grounds=said), last_seen=0, actor=lawyer)
    assert record_threat(witness, facts=replace(SEALED_THREAT, what=said), actor=lawyer)


def test_the_database_takes_no_words_that_are_both_or_neither(witness, lawyer, assessed, happened):
    other = assess_risk(witness, facts=RISK, last_seen=1, actor=lawyer)
    plain = record_threat(witness, facts=THREAT, actor=lawyer)
    wrong = (
        (RiskWords, assessed.words.pk, {"grounds": "x"}),
        (RiskWords, other.words.pk, {"grounds": ""}),
        (ThreatWords, happened.words.pk, {"place": "x"}),
        (ThreatWords, happened.words.pk, {"date_as_written": WHEN}),
        (ThreatWords, plain.words.pk, {"what": ""}),
        (ProtectiveMeasure, assessed.measures.get().pk, {"by_whom": "x"}),
        (ProtectiveMeasure, other.measures.get().pk, {"is_sealed": True}),
    )
    for model, key, columns in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(pk=key).update(**columns)
    assert [str(fault) for fault in database_faults(connection) if "witnesses" in str(fault)] == []


def test_a_traceback_tells_nothing_of_the_words(witness, lawyer, outsider):
    def bent(text):
        return f"{text}\u202e"

    acts = (
        lambda: assess_risk(witness, facts=SEALED_RISK, last_seen=0, actor=outsider),
        lambda: assess_risk(witness, facts=SEALED_RISK, last_seen=7, actor=lawyer),
        lambda: assess_risk(
            witness, facts=replace(SEALED_RISK, grounds=bent(GROUNDS)), last_seen=0, actor=lawyer
        ),
        lambda: assess_risk(
            witness,
            facts=replace(SEALED_RISK, measures=[replace(RISK.measures[0], text=bent(MEASURE))]),
            last_seen=0,
            actor=lawyer,
        ),
        lambda: record_threat(witness, facts=SEALED_THREAT, actor=outsider),
        lambda: record_threat(witness, facts=replace(SEALED_THREAT, place=bent(PLACE)), actor=lawyer),
        lambda: record_threat(witness, facts=replace(SEALED_THREAT, what=bent(WHAT)), actor=lawyer),
    )
    for act in acts:
        with pytest.raises(Exception) as caught:
            act()
        report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert traces("".join(report.format()).encode(), WORDS) == []


def test_what_are_no_words_of_danger_do_not_read_as_some():
    good = assessment_bytes("words", [("move", "a room", "")])
    assert read_danger(good, kind="assessment", version=1).text("measures") == "a room"
    assert read_danger(incident_bytes({"what": "x"}), kind="incident", version=1).text("place") == ""
    for content, kind in (
        (good, "incident"),
        (good.replace(b'"format":1', b'"format":2'), "assessment"),
        (good.replace(b'"words"', b"5"), "assessment"),
        (good.replace(b'"a room"', b"[]"), "assessment"),
        (good.replace(b'"a room"', b'{"a":"b"}'), "assessment"),
        (b'{"format":1,"words_of":"assessment","grounds":"x","measures":["y"]}', "assessment"),
        (b'{"format":1,"words_of":"assessment"}', "assessment"),
        (b'["x"]', "assessment"),
    ):
        with pytest.raises(SealBroken):
            read_danger(content, kind=kind, version=1)


def test_the_whole_way_by_page(client_for, witness, custodians, lawyer):
    client = client_for(lawyer)
    page = client.get(at("risk_new", witness))
    assert "any 2 of 3 custodians" in page.content.decode()
    assert page.context["form"]["kept"].value() == "sealed"
    assert client.post(at("risk_new", witness), FORM | {"kept": ""}).status_code == 422
    sent = client.post(at("risk_new", witness), FORM | {"kept": "sealed"}, follow=True)
    assert "The words are sealed" in sent.content.decode()
    threat = {"kind": "seizure", "against": "family", "kept": "sealed", "what": WHAT, "happened": WHEN}
    assert client.post(at("threat_new", witness), threat).status_code == 302
    assessed, happened = RiskAssessment.objects.get(), ThreatIncident.objects.get()
    for address in (
        at("risk", witness),
        at("risk_new", witness),
        at("threat_correct", witness, happened.pk),
        at("risk_open", witness, assessed.pk),
        at("threat_open", witness, happened.pk),
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        assert traces(answer.content, WORDS) == []
    shown = client.get(at("risk", witness)).content.decode()
    assert "its words are sealed" in shown
    assert "Another place to stay" in shown
    for name, row, text in (
        ("risk_open", assessed, GROUNDS),
        ("threat_open", happened, WHAT),
    ):
        wish = {"reason": WHY, "seconds": 60, "confirmation": witness.pseudonym, "password": PASSWORD}
        assert client.post(at(name, witness, row.pk), wish | {"password": "wrong"}).status_code == 422
        answer = client.post(at(name, witness, row.pk), wish)
        assert answer.status_code == 200, answer.context["form"].errors
        code = answer.context["code"]
        asked = OpeningRequest.objects.earliest("-created_at")
        for user in custodians[:2]:
            decide = client_for(user).get(reverse("witnesses:decide", args=[asked.pk])).content.decode()
            assert "Sealed words of" in decide
            approve(asked, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
        opening = reverse("witnesses:opening", args=[asked.pk])
        assert "sealed words about danger" in client.get(opening).content.decode()
        once = client.post(opening, {"opening_code": str.__str__(code), "password": PASSWORD})
        assert text in once.content.decode()
        assert "no-store" in once["Cache-Control"]
    listed = client.get(at("risk", witness)).content.decode()
    assert listed.count(WHY) == 2
    assert traces(listed.encode(), WORDS) == []


def test_a_correction_by_page_of_sealed_words_is_written_anew_and_sealed(
    client_for, witness, happened, lawyer
):
    client = client_for(lawyer)
    page = client.get(at("threat_correct", witness, happened.pk)).content.decode()
    assert 'name="kept"' not in page
    assert "write all of them anew" in page
    form = {"kind": "arrest", "against": "family", "what": "He was taken too", "correction": "It was worse"}
    # A choice that the page does not offer is none.
    sent = client.post(at("threat_correct", witness, happened.pk), form | {"kept": "plain"})
    assert sent.status_code == 302
    assert ThreatIncident.objects.get(version=2).words.is_sealed
    assert "taken too" not in client.get(at("risk", witness)).content.decode()


def test_plain_is_what_the_page_proposes_where_nothing_can_be_sealed(client_for, witness, custodians, lawyer):
    custodians[0].is_active = False
    custodians[0].save()
    client = client_for(lawyer)
    for name in ("risk_new", "threat_new"):
        page = client.get(at(name, witness))
        assert "now there are 2" in page.content.decode()
        assert page.context["form"]["kept"].value() == "plain"
    answer = client.post(at("risk_new", witness), FORM | {"kept": "sealed"})
    assert answer.status_code == 422
    assert GROUNDS in answer.content.decode(), "nothing typed is lost"


def test_nobody_else_is_led_to_ask(client_for, witness, assessed, happened, paralegal, outsider, auditor):
    for name, row in (("risk_open", assessed), ("threat_open", happened)):
        for user, status in ((paralegal, 403), (auditor, 403), (outsider, 404)):
            assert client_for(user).get(at(name, witness, row.pk)).status_code == status


def test_an_address_of_plain_words_or_of_another_witness_leads_nowhere(client_for, witness, case, lawyer):
    plain = assess_risk(witness, facts=RISK, last_seen=0, actor=lawyer)
    threat = record_threat(witness, facts=THREAT, actor=lawyer)
    client = client_for(lawyer)
    for name, key in (
        ("risk_open", plain.pk),
        ("threat_open", threat.pk),
        ("risk_open", threat.pk),
        ("threat_open", plain.pk),
    ):
        answer = client.get(at(name, witness, key), headers={"accept": "application/json"})
        assert answer.status_code == 404
        assert answer.json()["kind"] == "not_found"


def test_no_dossier_holds_sealed_words_nor_says_that_there_are_some(
    house, witness, assessed, happened, told, case, lawyer, tmp_path
):
    record_consent(witness, facts=consent_to_all("x"), actor=lawyer)
    declare_dependence(witness, told, tie="names", actor=lawyer)
    receiver = Receiver(kind=RecipientKind.INTERNAL, use=Use.ANALYSIS)
    sink = WorkingCopy(tmp_path / "dossier")
    compile_dossier(case, purpose="For a court", sink=sink, actor=lawyer, receiver=receiver)
    written = [path for path in (tmp_path / "dossier").rglob("*") if path.is_file()]
    assert written
    for path in written:
        content = path.read_bytes()
        assert traces(content, WORDS) == [], path
        assert str(assessed.words.sealed_record_id).encode() not in content, path


def test_a_note_beside_them_stays_a_note(interview, assessed, lawyer, paralegal, custodians):
    note = write_note(interview, facts=NoteFacts(NOTE, sealed=True), actor=paralegal)
    assert kind_of(note.sealed_record.part) is None
    assert opened(assessed.words, lawyer, custodians[:2]).text("note") == ""
