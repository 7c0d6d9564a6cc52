"""What is said before a dossier is asked for: who could be found by it, and whose danger nobody has assessed."""

import io
import json
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.urls import reverse

from audit.models import Entry
from cases.dating import read_date
from cases.models import PlaceKind
from cases.registry import record_incident, register_place
from dossiers import views
from dossiers.compiling import compile_into
from dossiers.errors import NarrowsWitnesses
from dossiers.models import Dossier, DossierState
from dossiers.receivers import Receiver
from dossiers.requests import request_dossier
from dossiers.sinks import DirectorySink
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.linking import link_evidence
from tests.witnesses.conftest import custodians, told, witness
from tests.witnesses.consents import consent_facts
from tests.witnesses.dangers import RISK
from witnesses import weighing
from witnesses.assessing import assess_risk
from witnesses.consenting import record_consent
from witnesses.depending import declare_dependence

__all__ = ["custodians", "told", "witness"]


PURPOSE = "For the archive of the house"
WHY = "Her lawyer knows of it and wants it said"
WITHIN = Receiver(kind="internal", use="analysis")


@pytest.fixture
def confirmed(monkeypatch):
    """Writes whatever it says, as somebody would who confirmed it."""

    @contextmanager
    def all_of_it():
        with monkeypatch.context() as patch:
            patch.setattr(weighing, "is_confirmed", lambda _code, by: True)
            yield

    return all_of_it


@pytest.fixture
def exhibit(case, witness, told, lawyer, confirmed):
    """An exhibit that names the witness and speaks to an incident in a prison in one year."""
    declare_dependence(witness, told, tie="names", actor=lawyer)
    place = register_place(case=case, kind=PlaceKind.PRISON, name_latin="Zendan-e Sakhtegi", actor=lawyer)
    incident = record_incident(case, title="A hearing", when=read_date("1367"), place=place, actor=lawyer)
    with confirmed():
        link_evidence(item=told, case=case, to=incident, basis="The cook tells of it", actor=lawyer)
    return told


def test_the_look_ahead_tells_who_is_narrowed_down_and_whose_danger_is_to_be_assessed(
    house, client_for, case, witness, exhibit, lawyer
):
    client = client_for(lawyer)
    form = {"to": "internal", "use": "analysis"}
    address = reverse("dossiers:consent", args=[case.pk])
    page = client.post(address, form)
    said = page.content.decode()
    assert [(one.witness, one.by, one.at_least) for one in page.context["narrowed"]] == [
        (witness, "the place, the role, the time", None)
    ]
    assert "Pseudonyms that fit few people" in said
    assert page.context["unassessed"] == [witness]
    assess_risk(witness, facts=RISK, last_seen=0, actor=lawyer)
    assert client.post(address, form).context["unassessed"] == []


def test_what_would_be_refused_is_turned_page_by_page(
    house, client_for, case, witness, told, lawyer, monkeypatch
):
    monkeypatch.setattr(views, "ROWS", 2)
    for name in ("a.txt", "b.txt", "c.txt"):
        facts = IntakeFacts(source="An office", original_name=name, case=case)
        declare_dependence(
            witness, ingest_evidence(io.BytesIO(b"x"), facts=facts, actor=lawyer), tie="names", actor=lawyer
        )
    client, address = client_for(lawyer), reverse("dossiers:consent", args=[case.pk])
    form = {"to": "icc_or_un", "use": "investigation", "recipient_name": "An office “abroad”"}
    first = client.post(address, form)
    assert len(first.context["page"].object_list) == 2
    said = first.content.decode()
    assert 'name="page" value="2"' in said
    assert '<input type="hidden" name="recipient_name" value="An office “abroad”">' in said
    second = client.post(address, {**form, "page": "2"})
    assert len(second.context["page"].object_list) == 1
    assert 'name="page" value="1"' in second.content.decode()


def test_a_dossier_that_narrows_somebody_is_asked_for_by_confirming_that_with_a_reason(
    house, case, witness, exhibit, lawyer
):
    record_consent(witness, facts=consent_facts(), actor=lawyer)

    def ask(reason, *codes):
        by = lawyer.confirming(codes)
        return request_dossier(case, purpose=PURPOSE, receiver=WITHIN, narrowing_reason=reason, actor=by)

    with pytest.raises(NarrowsWitnesses, match=witness.pseudonym) as refused:
        ask(WHY)
    code = refused.value.code
    assert refused.value.details[0] == {"small_group": code}
    assert refused.value.details[1]["witness"] == witness.pseudonym
    with pytest.raises(NarrowsWitnesses, match="at least 10 characters"):
        ask("Because", code)
    assert not Dossier.objects.exists()
    dossier = ask(WHY, code)
    assert dossier.narrowing_reason == WHY
    body = bytes(Entry.objects.get(action="dossier.narrows").body).decode()
    facts = json.loads(body)["facts"]
    assert facts["witnesses"] == [str(witness.pk)]
    assert facts["narrowing_reason"]
    assert WHY not in body


def test_what_consent_leaves_out_narrows_nobody(house, case, witness, exhibit, lawyer):
    left_out = Receiver(kind="internal", use="analysis", leave_out=True)
    assert request_dossier(case, purpose=PURPOSE, receiver=left_out, actor=lawyer)
    assert not Entry.objects.filter(action="dossier.narrows").exists()


def test_what_is_narrowed_otherwise_since_the_request_does_not_go_out(
    house, case, witness, exhibit, lawyer, confirmed, tmp_path
):
    record_consent(witness, facts=consent_facts(), actor=lawyer)
    with pytest.raises(NarrowsWitnesses) as refused:
        request_dossier(case, purpose=PURPOSE, receiver=WITHIN, actor=lawyer)
    by = lawyer.confirming([refused.value.code])
    dossier = request_dossier(case, purpose=PURPOSE, receiver=WITHIN, narrowing_reason=WHY, actor=by)
    with confirmed():
        place = exhibit.links.get().incident.place
        link_evidence(item=exhibit, case=case, to=place, basis="Of ward 4", actor=lawyer)
    with pytest.raises(NarrowsWitnesses):
        compile_into(dossier, sink=DirectorySink(tmp_path / "out"), actor=lawyer)
    dossier.refresh_from_db()
    assert dossier.state == DossierState.FAILED
    assert "in another way" in dossier.failure
    assert witness.pseudonym not in dossier.failure


def test_the_page_asks_why_and_keeps_what_was_typed(house, client_for, case, witness, exhibit, lawyer):
    record_consent(witness, facts=consent_facts(), actor=lawyer)
    client, address = client_for(lawyer), reverse("dossiers:compile", args=[case.pk])
    form = {"to": "internal", "use": "analysis", "purpose": PURPOSE, "confirmation": case.reference}
    asked = client.post(address, form)
    page = asked.content.decode()
    assert asked.status_code == 422
    assert witness.pseudonym in page
    assert "Why it goes out although few people fit" in page
    assert PURPOSE in page
    code = asked.context["form"].fields["small_group"].widget.attrs["value"]
    without = client.post(address, {**form, "small_group": code, "narrowing_reason": ""})
    assert without.status_code == 422
    assert f'value="{code}"' in without.content.decode()
    assert not Dossier.objects.exists()
    done = client.post(address, {**form, "small_group": code, "narrowing_reason": WHY})
    assert done.status_code == 302
    assert Dossier.objects.get().narrowing_reason == WHY


def test_the_command_asks_too(house, case, witness, exhibit, lawyer):
    record_consent(witness, facts=consent_facts(), actor=lawyer)
    given = {
        "purpose": PURPOSE,
        "hold": True,
        "actor": lawyer.username,
        "to": "internal",
        "use": "analysis",
    }
    with pytest.raises(NarrowsWitnesses) as refused:
        call_command("compile_dossier", case.reference, **given)
    told = io.StringIO()
    call_command(
        "compile_dossier",
        case.reference,
        **given,
        despite_small_group=[refused.value.code],
        small_group_reason=WHY,
        stdout=told,
    )
    assert "exhibit(s)" in told.getvalue()
    assert Dossier.objects.get(state=DossierState.READY).narrowing_reason == WHY
