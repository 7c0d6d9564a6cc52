"""Words of an item's record are erased by two people from the command line too, by the rules of the pages."""

import io
import json
import uuid
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.erased import ErasedText
from audit.models import Entry
from cases.membership import add_member
from cases.models import Case, Incident
from config.erasure_requests import ask_for_erasure, waiting_of
from evidence.circumstances import Circumstances
from evidence.handing_over import offer
from evidence.holds import place_hold
from evidence.linking import add_to_case, link_evidence
from evidence.models import CustodyEvent, ErasureRequest, EvidenceItem
from tests.config.test_erasure_requests import NAME, WHY
from tests.evidence.conftest import TakeIn, incident, place, take_in  # noqa: F401  the fixtures
from tests.journeys.conftest import Command, command  # noqa: F401  the fixture

# A command's answer goes on after its transaction.
pytestmark = pytest.mark.django_db(transaction=True)
NOT_FOUND, REFUSED, BAD_INPUT, CONFLICT = 5, 4, 2, 3


@pytest.fixture
def item(take_in: TakeIn, lawyer: User) -> EvidenceItem:  # noqa: F811
    item = take_in(actor=lawyer)
    offer(item, to=NAME, facts=Circumstances(f"For {NAME} to read"), actor=lawyer)
    return item


@pytest.fixture
def event(item: EvidenceItem) -> CustodyEvent:
    return item.custody.get(kind="transfer_offered")


def told(said: Any) -> dict[str, Any]:
    assert NAME not in said.out + said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def test_one_lists_and_asks_another_lists_and_decides_and_no_word_is_printed(
    command: Command,  # noqa: F811
    item: EvidenceItem,
    event: CustodyEvent,
    lawyer: User,
    auditor: User,
) -> None:
    asker, decider = ("--actor", lawyer.username, "--json"), ("--actor", auditor.username, "--json")
    listed = told(command("ask_erasure", item.reference, *asker))
    [record] = [one for one in listed["records"] if one["id"] == str(event.pk)]
    assert (record["kind"], record["request"]) == ("custodyevent", None)
    assert {"received_by", "purpose"} <= set(record["names"])
    assert Entry.objects.filter(action="evidence.viewed", subject_id=str(item.pk)).exists()
    words = ("--field", "received_by", "--field", "purpose", "--reason", WHY)
    asked = told(command("ask_erasure", item.reference, "custodyevent", event.pk, *words, *asker))
    assert asked["names"] == ["received_by", "purpose"]
    [waits] = told(command("decide_erasure", *decider))["waiting"]
    assert (waits["request"], waits["names"], waits["reason"]) == (asked["request"], asked["names"], WHY)
    done = told(command("decide_erasure", asked["request"], "--erase", "--yes", *decider))
    assert (done["ok"], sorted(done["erased"]), bool(done["reason_salt"])) == (
        True,
        ["purpose", "received_by"],
        True,
    )
    assert isinstance(CustodyEvent.objects.get(pk=event.pk).received_by, ErasedText)
    assert told(command("decide_erasure", *decider))["waiting"] == []


def test_for_people_it_prints_no_word_either(
    command: Command,  # noqa: F811
    item: EvidenceItem,
    event: CustodyEvent,
    lawyer: User,
    auditor: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = command("ask_erasure", item.reference, "--actor", lawyer.username)
    assert f"custodyevent {event.pk}" in shown.out
    asked = command(
        "ask_erasure", item.reference, "custodyevent", event.pk, "--reason", WHY, "--actor", lawyer.username
    )
    request = ErasureRequest.objects.get()
    assert str(request.pk) in asked.out
    assert set(request.value_names) >= {"received_by", "purpose"}
    waits = command("decide_erasure", "--actor", auditor.username)
    assert WHY in waits.out
    monkeypatch.setattr("sys.stdin", io.StringIO("something else\n"))
    words = ("decide_erasure", request.pk, "--erase", "--actor", auditor.username)
    assert command(*words).code == BAD_INPUT
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{item.reference}\n"))
    done = command(*words)
    assert (done.code, "VERIFIED" in done.out) == (0, True)
    for said in (shown, asked, waits, done):
        assert NAME not in said.out + said.err


def test_it_is_turned_down_or_taken_back_with_a_reason(
    command: Command,  # noqa: F811
    item: EvidenceItem,
    event: CustodyEvent,
    lawyer: User,
    auditor: User,
    hire: Any,
    case: Case,
) -> None:
    def asked() -> str:
        names = ["purpose"]
        return str(ask_for_erasure(item, "custodyevent", event.pk, names=names, reason=WHY, actor=lawyer).pk)

    kept = ("decide_erasure", asked(), "--keep", "--actor", auditor.username, "--json")
    assert command(*kept, "--reason", "short").code == BAD_INPUT
    assert told(command(*kept, "--reason", "The court needs these words"))["erased"] == []
    assert command(*kept, "--reason", "The court needs these words").code == CONFLICT
    again = asked()
    other = hire("soraya", Role.LAWYER)
    add_member(case, user=other, actor=lawyer)
    back = ("ask_erasure", item.reference, "--withdraw", again, "--reason", "It was another record", "--json")
    assert command(*back, "--actor", other.username).code == NOT_FOUND
    assert command(*back, "--actor", lawyer.username).code == 0
    assert set(ErasureRequest.objects.values_list("outcome", flat=True)) == {"refused", "withdrawn"}


def test_nobody_else_asks_or_decides_and_a_hold_holds(
    command: Command,  # noqa: F811
    item: EvidenceItem,
    event: CustodyEvent,
    lawyer: User,
    auditor: User,
    paralegal: User,
    outsider: User,
) -> None:
    ask = ("ask_erasure", item.reference, "custodyevent", event.pk, "--reason", WHY, "--json", "--actor")
    assert command(*ask, paralegal.username).code == REFUSED
    assert command(*ask, auditor.username).code == REFUSED
    assert command(*ask, outsider.username).code == NOT_FOUND
    assert (
        command("ask_erasure", item.reference, "custodyevent", "--actor", lawyer.username).code == BAD_INPUT
    )
    unknown = ("ask_erasure", item.reference, "custodyevent", uuid.uuid4(), "--reason", WHY, "--json")
    assert command(*unknown, "--actor", lawyer.username).code == NOT_FOUND
    assert command(*ask, lawyer.username).code == 0
    assert command(*ask, lawyer.username).code == CONFLICT
    request = ErasureRequest.objects.get()
    decide = ("decide_erasure", request.pk, "--erase", "--yes", "--json", "--actor")
    for user in (lawyer, paralegal, outsider):
        assert command(*decide, user.username).code == REFUSED
    assert command("decide_erasure", request.pk, "--json", "--actor", auditor.username).code == BAD_INPUT
    assert command("decide_erasure", uuid.uuid4(), *decide[2:], auditor.username).code == NOT_FOUND
    place_hold(item, reason="The trial goes on", actor=lawyer)
    assert command(*decide, auditor.username).code == CONFLICT
    assert CustodyEvent.objects.get(pk=event.pk).received_by == NAME


def test_what_is_asked_about_a_link_in_one_case_is_not_told_in_another(
    item: EvidenceItem,
    incident: Incident,  # noqa: F811
    case: Case,
    other_case: Case,
    lawyer: User,
    outsider: User,
    client: Any,
) -> None:
    add_member(other_case, user=lawyer, actor=outsider)
    link = link_evidence(item, case=case, to=incident, basis=f"{NAME} says so", actor=lawyer)
    add_to_case(item, other_case, actor=lawyer)
    asked = ask_for_erasure(item, "evidencelink", link.pk, names=["basis"], reason=WHY, actor=lawyer)
    assert list(waiting_of(item, user=outsider)) == []
    client.force_login(outsider)
    page = client.get(f"/evidence/{item.pk}/").content.decode()
    assert str(asked.pk) not in page
    assert client.get(reverse("erasure", args=[item.pk, asked.pk])).status_code == 404
    client.force_login(lawyer)
    assert str(asked.pk) in client.get(f"/evidence/{item.pk}/").content.decode()
