"""What is said before a dossier is asked for: who could be found by it, and whose danger nobody has assessed."""

import pytest
from django.urls import reverse

from cases.dating import read_date
from cases.models import PlaceKind
from cases.registry import record_incident, register_place
from evidence.linking import link_evidence
from tests.witnesses.conftest import custodians, told, witness
from tests.witnesses.dangers import RISK
from witnesses.assessing import assess_risk
from witnesses.depending import declare_dependence

__all__ = ["custodians", "told", "witness"]


@pytest.fixture
def exhibit(case, witness, told, lawyer):
    """An exhibit that names the witness and speaks to an incident in a prison in one year."""
    declare_dependence(witness, told, tie="names", actor=lawyer)
    place = register_place(case=case, kind=PlaceKind.PRISON, name_latin="Zendan-e Sakhtegi", actor=lawyer)
    incident = record_incident(case, title="A hearing", when=read_date("1367"), place=place, actor=lawyer)
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
