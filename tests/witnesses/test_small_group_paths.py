"""Whatever somebody writes of a witness is weighed where it is written down, by whichever page or command."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from audit.models import Entry
from cases.dating import read_date
from cases.models import PlaceKind
from cases.registry import record_incident, register_place
from cases.small_groups import SmallGroup
from dossiers.requests import request_dossier
from evidence.acquiring import AcquisitionFacts, record_acquisition
from evidence.circumstances import Circumstances
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.keeping import move
from evidence.linking import link_evidence
from evidence.models import EvidenceItem, EvidenceLink, Upload
from evidence.physical import ThingFacts, receive_thing
from evidence.resumable.starting import Announced, begin_upload
from evidence.unpacking.asking import ask_for_contents, ask_for_members
from evidence.unpacking.work import carry_out
from tests.evidence.containers.makers import zip_of
from tests.witnesses.conftest import IDENTITY, NOTE, PLANNED
from tests.witnesses.consents import consent_facts
from tests.witnesses.dangers import HELP, RISK, THREAT
from witnesses.asking import request_emergency, request_opening
from witnesses.assessing import MeasureFacts, assess_risk
from witnesses.consent_words import Purpose, WithdrawalWay
from witnesses.consenting import record_consent
from witnesses.depending import declare_dependence, end_dependence
from witnesses.interviewing import open_interview, record_elsewhere, record_interview
from witnesses.models import Interview, ThreatIncident
from witnesses.noting import NoteFacts, write_note
from witnesses.referring import record_referral
from witnesses.revising import revise_identity
from witnesses.stating import StatementFacts, record_statement
from witnesses.threats import record_threat
from witnesses.withdrawing import WithdrawalFacts, withdraw_consent

SAYS = "A cook in Zendan-e Sakhtegi, ward 4, in 1367; people were afraid of what would come"
FEW = ("ward", "Zendan", "cook", "1367")


@pytest.fixture
def prison(case, lawyer):
    return register_place(case=case, kind=PlaceKind.PRISON, name_latin="Zendan-e Sakhtegi", actor=lawyer)


def _of_a_witness():
    """Every act in which somebody writes openly of one witness, by its name."""
    wish = {"fields": ["kin"], "reason": SAYS}
    withdrawal = WithdrawalFacts([Purpose.STORE], read_date("2026-01-02"), WithdrawalWay.values[0], SAYS)
    seen = {"earlier_seen": 0}
    return {
        "dependence": lambda w, item, who: declare_dependence(w, item, tie="names", note=SAYS, actor=who),
        "statement": lambda w, item, who: record_statement(
            w, item, facts=StatementFacts("first_account", remark=SAYS), actor=who
        ),
        "interview": lambda w, _item, who: open_interview(
            w, facts=replace(PLANNED, setting=SAYS), actor=who, **seen
        ),
        "interview elsewhere": lambda w, _item, who: record_elsewhere(
            w, facts=replace(PLANNED, state="held", organisation="A paper", care=SAYS), actor=who, **seen
        ),
        "grounds": lambda w, _item, who: assess_risk(
            w, facts=replace(RISK, grounds=SAYS), last_seen=0, actor=who
        ),
        "measure": lambda w, _item, who: assess_risk(
            w, facts=replace(RISK, measures=[MeasureFacts("move", SAYS)]), last_seen=0, actor=who
        ),
        "threat": lambda w, _item, who: record_threat(w, facts=replace(THREAT, what=SAYS), actor=who),
        "threat by place and date": lambda w, _item, who: record_threat(
            w, facts=replace(THREAT, place="Zendan-e Sakhtegi", happened=read_date("1988")), actor=who
        ),
        "referral": lambda w, _item, who: record_referral(w, facts=replace(HELP, note=SAYS), actor=who),
        "consent": lambda w, _item, who: record_consent(w, facts=consent_facts(conditions=SAYS), actor=who),
        "withdrawal": lambda w, _item, who: withdraw_consent(w, facts=withdrawal, actor=who),
        "correction": lambda w, _item, who: revise_identity(w, identity=IDENTITY, reason=SAYS, actor=who),
        "opening": lambda w, _item, who: request_opening(w, actor=who, **wish),
        "emergency": lambda w, _item, who: request_emergency(
            w, justification=SAYS, fields=["kin"], actor=who
        ),
    }


@pytest.mark.parametrize("act", sorted(_of_a_witness()))
def test_nothing_that_narrows_is_written_of_a_witness_until_somebody_confirms_it(
    act, prison, witness, told, lawyer
):
    record_consent(witness, facts=consent_facts(), actor=lawyer)
    write = _of_a_witness()[act]
    before = Entry.objects.count()
    with pytest.raises(SmallGroup) as refused:
        write(witness, told, lawyer)
    assert Entry.objects.count() == before
    assert refused.value.code in str(refused.value)
    with pytest.raises(SmallGroup):
        write(witness, told, lawyer.confirming(["0" * 32]))
    assert write(witness, told, lawyer.confirming([refused.value.code]))
    body = bytes(Entry.objects.get(action="witness.small_group_acknowledged").body).decode()
    assert str(witness.pk) in body
    # The year is not looked for: its four digits stand by chance in an id or a digest now and then.
    assert not any(word in body for word in FEW[1:3])


def test_the_next_words_of_an_interview_a_note_and_an_end_of_dependence_are_weighed_too(
    prison, witness, interview, told, lawyer
):
    held = declare_dependence(witness, told, tie="names", actor=lawyer)
    note = write_note(interview, facts=NoteFacts(NOTE, sealed=True), actor=lawyer)
    acts = (
        lambda lawyer: record_interview(
            interview, facts=replace(PLANNED, care=SAYS), correction="More", last_seen=1, actor=lawyer
        ),
        lambda lawyer: write_note(interview, facts=NoteFacts(SAYS, sealed=False), actor=lawyer),
        lambda lawyer: write_note(
            interview, facts=NoteFacts(NOTE, sealed=True, correction=SAYS), corrects=note, actor=lawyer
        ),
        lambda lawyer: end_dependence(held, reason=SAYS, actor=lawyer),
    )
    for act in acts:
        with pytest.raises(SmallGroup) as refused:
            act(lawyer)
        assert act(lawyer.confirming([refused.value.code]))


def _of_a_pseudonym():
    """Every act in which somebody writes openly of a case or an exhibit and can name a witness in it."""
    facts = {"original_name": "a.txt"}
    seen = Circumstances(condition="Whole", location="Shelf 2")
    return {
        "intake": lambda case, said, item, who: ingest_evidence(
            io.BytesIO(b"x"), facts=IntakeFacts(source=said, case=case, **facts), actor=who
        ),
        "title": lambda case, said, item, who: ingest_evidence(
            io.BytesIO(b"x"), facts=IntakeFacts(source="An office", title=said, case=case, **facts), actor=who
        ),
        "upload": lambda case, said, item, who: begin_upload(
            IntakeFacts(source=said, case=case, **facts), announced=Announced(4), actor=who
        ),
        "thing": lambda case, said, item, who: receive_thing(
            ThingFacts(title="A letter", source=said, circumstances=seen, case=case), actor=who
        ),
        "acquisition": lambda case, said, item, who: record_acquisition(
            item, facts=AcquisitionFacts("person", said, how_obtained="By hand"), actor=who
        ),
        "custody": lambda case, said, item, who: move(item, facts=replace(seen, note=said), actor=who),
        "incident": lambda case, said, item, who: record_incident(
            case, title="An arrest", description=said, when=None, actor=who
        ),
        "dossier": lambda case, said, item, who: request_dossier(case, purpose=said, actor=who),
    }


@pytest.mark.parametrize("act", sorted(_of_a_pseudonym()))
def test_what_is_written_of_a_case_or_an_exhibit_is_weighed_where_it_names_a_pseudonym(
    act, case, prison, witness, told, lawyer
):
    write = _of_a_pseudonym()[act]
    item = told
    if act == "custody":
        seen = Circumstances(condition="Whole", location="Shelf 1")
        facts = ThingFacts(title="A watch", source="An office", circumstances=seen, case=case)
        item = receive_thing(facts, actor=lawyer)
    said = f"{witness.pseudonym}: {SAYS}"
    with pytest.raises(SmallGroup) as refused:
        write(case, said, item, lawyer)
    assert not Entry.objects.filter(action="witness.small_group_acknowledged").exists()
    write(case, said, item, lawyer.confirming([refused.value.code]))
    assert Entry.objects.filter(action="witness.small_group_acknowledged").exists()


def test_a_pseudonym_of_a_case_that_is_closed_to_the_writer_is_passed_over(
    other_case, prison, witness, outsider
):
    facts = IntakeFacts(source=f"{witness.pseudonym}: {SAYS}", original_name="a.txt", case=other_case)
    assert ingest_evidence(io.BytesIO(b"x"), facts=facts, actor=outsider)


def test_the_grounds_of_a_link_count_together_with_what_it_leads_to(case, prison, witness, told, lawyer):
    assert link_evidence(told, case=case, to=prison, basis="a cook, ward 4", actor=lawyer)
    declare_dependence(witness, told, tie="names", actor=lawyer)
    assert link_evidence(told, case=case, to=prison, actor=lawyer)
    with pytest.raises(SmallGroup) as refused:
        link_evidence(told, case=case, to=prison, basis="the cook", actor=lawyer)
    assert EvidenceLink.objects.count() == 2
    by = lawyer.confirming([refused.value.code])
    assert link_evidence(told, case=case, to=prison, basis="the cook", actor=by)


def test_the_pages_ask_and_take_the_confirmation(client_for, case, prison, witness, told, lawyer):
    declare_dependence(witness, told, tie="names", actor=lawyer)
    client, at = client_for(lawyer), [case.pk, witness.pk]
    link = {"case": case.pk, "to": f"place:{prison.pk}", "stance": "supports", "basis": SAYS}
    interview = {
        "seen": 0,
        "kind": "first_account",
        "state": "planned",
        "recording": "not_known",
        "setting": SAYS,
    }
    for address, sent, kept in (
        (
            reverse("witnesses:threat_new", args=at),
            {"kind": "seizure", "against": "family", "kept": "plain", "what": SAYS},
            ThreatIncident,
        ),
        (reverse("witnesses:interview_new", args=at), interview, Interview),
        (reverse("evidence:link", args=[told.pk]), link, EvidenceLink),
    ):
        asked = client.post(address, sent)
        assert asked.status_code == 422, address
        page = asked.content.decode()
        assert "Nobody knows how many people" in page, page
        assert "Save it all the same" in page
        # Where the page has a place for sealed words, that is the next step; elsewhere none is spoken of.
        assert "sealed note" not in page
        assert ("Or choose “Sealed” under “How the words are kept”." in page) is ("kept" in sent)
        assert not kept.objects.exists()
        code = asked.context["form"].fields["small_group"].widget.attrs["value"]
        assert client.post(address, {**sent, "small_group": code}).status_code == 302
        assert kept.objects.count() == 1


def test_an_upload_asks_a_page_and_a_program(client_for, case, prison, witness, lawyer):
    client, address = client_for(lawyer), reverse("evidence:upload")

    def sent(**more):
        file = io.BytesIO(b"A letter")
        file.name = "a.txt"
        return {"case": case.pk, "source": f"{witness.pseudonym}, {SAYS}", "files": file, **more}

    page = client.post(address, sent())
    assert page.status_code == 422
    assert "Save it all the same" in page.content.decode()
    refused = client.post(address, sent(), headers={"accept": "application/json"})
    assert refused.status_code == 409
    code = refused.json()["details"][0]["small_group"]
    assert not EvidenceItem.objects.exists()
    told = client.post(address, sent(small_group=code), headers={"accept": "application/json"})
    assert told.json()["ok"]
    parts = {"tus-resumable": "1.0.0", "upload-length": "4", "accept": "application/json"}
    form = {"case": case.pk, "source": f"{witness.pseudonym}, {SAYS}", "original_name": "b.txt"}
    begun = reverse("evidence:uploads")
    assert client.post(begun, form, headers=parts).status_code == 409
    assert not Upload.objects.exists()
    assert client.post(begun, {**form, "small_group": code}, headers=parts).status_code == 201


def test_a_command_refuses_until_it_names_the_code(tmp_path, capsys, case, prison, witness, lawyer):
    (tmp_path / "a.txt").write_bytes(b"A letter")
    given = {
        "case": case.reference,
        "source": f"{witness.pseudonym}, {SAYS}",
        "actor": lawyer.username,
    }
    with pytest.raises(SystemExit):
        call_command("ingest_evidence", str(tmp_path / "a.txt"), **given)
    said = capsys.readouterr().out
    assert not EvidenceItem.objects.exists()
    code = re.search(r"[0-9a-f]{32}", said).group()
    call_command("ingest_evidence", str(tmp_path / "a.txt"), **given, despite_small_group=[code])
    assert EvidenceItem.objects.count() == 1


@pytest.fixture
def archive(case, witness, lawyer):
    """A zip of which nobody knows more than that the witness brought it, with names inside that narrow."""
    content = zip_of(("harmless.txt", b"first"), (f"{SAYS}.txt", b"second"))
    facts = IntakeFacts(source="An office", original_name="box.zip", case=case)
    item = ingest_evidence(io.BytesIO(content), facts=facts, actor=lawyer)
    declare_dependence(witness, item, tie="names", actor=lawyer)
    carry_out(ask_for_contents(item, actor=lawyer).pk)
    return item


def test_the_names_of_files_inside_are_weighed_before_they_are_taken_out(archive, prison, lawyer):
    with pytest.raises(SmallGroup) as refused:
        ask_for_members(archive, actor=lawyer)
    assert not archive.children.exists()
    carry_out(ask_for_members(archive, numbers=[1], actor=lawyer).pk)
    assert archive.children.count() == 1
    carry_out(ask_for_members(archive, actor=lawyer.confirming([refused.value.code])).pk)
    assert archive.children.count() == 2


def test_the_page_of_what_is_inside_asks_and_takes_the_confirmation(client_for, archive, prison, lawyer):
    client, address = client_for(lawyer), reverse("evidence:inside_take", args=[archive.pk])
    for sent in ({"all": "yes"}, {"number": ["2"]}):
        asked = client.post(address, sent)
        assert asked.status_code == 422
        page = asked.content.decode()
        assert "Take them out all the same" in page
        assert "Nobody knows how many people" in page
    code = asked.context["confirms"]
    assert '<input type="hidden" name="number" value="2">' in page
    assert client.post(address, {"number": ["2"], "small_group": code}).status_code == 302
    carry_out(archive.unpacking.pk)
    assert archive.children.count() == 1


def test_the_command_that_takes_out_refuses_until_it_names_the_code(archive, prison, lawyer, capsys):
    given = {"actor": lawyer.username}
    with pytest.raises(SystemExit):
        call_command("unpack_evidence", archive.reference, **given)
    code = re.search(r"[0-9a-f]{32}", capsys.readouterr().out).group()
    assert not archive.children.exists()
    call_command("unpack_evidence", archive.reference, **given, despite_small_group=[code])
    assert archive.children.count() == 2


# Who writes here, and why it is not weighed.
UNWEIGHED = {
    # Custodians are no members of the case: what it knows of its groups is not theirs to learn by trying.
    "witnesses/deciding.py",
    "witnesses/emergencies.py",
    # Of a place and its groups, not of a witness.
    "witnesses/grouping.py",
    # Of offices, keys and many witnesses at once.
    "witnesses/enrolling.py",
    "witnesses/removing.py",
    "witnesses/keeping_keys.py",
    "witnesses/quorum/approving.py",
    "witnesses/quorum/beginning.py",
}


def test_whatever_takes_words_in_the_vault_weighs_them():
    root = Path(__file__).parents[2]
    taking = {
        str(path.relative_to(root))
        for path in (root / "witnesses").rglob("*.py")
        if re.search(r"(clean_text|clean_line|checked_reason)\(", path.read_text())
    }
    unweighed = {path for path in taking if "require_wide(" not in (root / path).read_text()}
    assert unweighed == UNWEIGHED
