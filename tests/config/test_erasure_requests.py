"""Words of an item's record are erased by two people on two pages: a lawyer asks, an auditor decides and sees none."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.errors import NotPermitted
from accounts.models import User
from accounts.users import close_account
from audit.commitments import commit
from audit.erased import ErasedText
from audit.errors import BadInput, NotErasable, UnknownRecord
from audit.models import Entry
from audit.verification import verify_log
from cases.membership import add_member, remove_member
from cases.models import Case
from config.erasure_requests import (
    approve_erasure,
    ask_for_erasure,
    refuse_erasure,
    waiting,
    withdraw_erasure,
)
from evidence.circumstances import Circumstances
from evidence.errors import UnknownEvidence
from evidence.handing_over import offer
from evidence.holds import place_hold, release_hold
from evidence.models import CustodyEvent, ErasureRequest, EvidenceItem
from evidence.verification import verify_evidence
from tests.config.test_erasing import text_in_tables
from tests.conftest import Hire
from tests.evidence.conftest import TakeIn, take_in  # noqa: F401  the fixture

ClientFor = Callable[[User | None], Client]
WHY = "The source asked for it in writing, file 12"
NAME = "Shahrzad Inventedova"


@pytest.fixture
def item(take_in: TakeIn, lawyer: User) -> EvidenceItem:  # noqa: F811
    item = take_in(actor=lawyer)
    offer(item, to=NAME, facts=Circumstances(f"For {NAME} to read"), actor=lawyer)
    return item


@pytest.fixture
def event(item: EvidenceItem) -> CustodyEvent:
    return item.custody.get(kind="transfer_offered")


def ask(event: CustodyEvent, lawyer: User, *names: str) -> ErasureRequest:
    wanted = names or ("received_by", "purpose")
    return ask_for_erasure(event.item, "custodyevent", event.pk, names=wanted, reason=WHY, actor=lawyer)


def facts_of(action: str) -> dict[str, Any]:
    return json.loads(bytes(Entry.objects.get(action=action).body))["facts"]


def test_one_asks_another_approves_and_the_words_are_gone(
    event: CustodyEvent, lawyer: User, auditor: User, case: Case
) -> None:
    asked = ask(event, lawyer)
    salt = bytes(asked.salt)
    assert CustodyEvent.objects.get(pk=event.pk).received_by == NAME
    receipt = approve_erasure(asked, actor=auditor)
    assert (receipt.erased.count, receipt.reason_salt) == (2, salt.hex())
    again = CustodyEvent.objects.get(pk=event.pk)
    assert isinstance(again.received_by, ErasedText)
    assert text_in_tables(NAME) == text_in_tables(WHY) == text_in_tables(salt.hex()) == []
    asked.refresh_from_db()
    assert (asked.outcome, asked.decided_by) == ("erased", auditor)
    assert bytes(asked.salt) != salt
    sealed = commit(WHY, salt=salt)
    assert facts_of("evidence.erasure_requested")["reason"] == sealed
    erased = Entry.objects.get(action="log.values_erased")
    assert (facts_of("log.values_erased")["reason"], erased.actor) == (sealed, lawyer.audit_name)
    assert facts_of("log.values_erased")["approved_by"] == auditor.audit_name
    assert Entry.objects.get(action="evidence.erasure_approved").actor == auditor.audit_name
    assert verify_evidence(EvidenceItem.objects.all(), whole=True).ok
    assert verify_log().ok


def test_it_is_decided_once(event: CustodyEvent, lawyer: User, auditor: User) -> None:
    asked = ask(event, lawyer)
    with pytest.raises(NotErasable, match="asked for already"):
        ask(event, lawyer, "purpose")
    refuse_erasure(asked, reason="The trial needs it still", actor=auditor)
    for late in (
        lambda: approve_erasure(asked, actor=auditor),
        lambda: refuse_erasure(asked, reason="The trial needs it still", actor=auditor),
        lambda: withdraw_erasure(asked, reason="I was mistaken in it", actor=lawyer),
    ):
        with pytest.raises(NotErasable, match="Somebody else was first"):
            late()
    assert CustodyEvent.objects.get(pk=event.pk).received_by == NAME
    again = ask(event, lawyer)
    withdraw_erasure(again, reason="I was mistaken in it", actor=lawyer)
    assert list(waiting()) == []


def test_who_may_ask_and_who_may_decide(
    event: CustodyEvent, case: Case, lawyer: User, paralegal: User, outsider: User, auditor: User
) -> None:
    with pytest.raises(NotPermitted):
        ask(event, paralegal)
    with pytest.raises(UnknownEvidence):
        ask(event, outsider)
    asked = ask(event, lawyer)
    for act in (approve_erasure, lambda one, actor: refuse_erasure(one, reason="It is needed", actor=actor)):
        with pytest.raises(NotPermitted):
            act(asked, actor=lawyer)
    add_member(case, user=outsider, actor=lawyer)
    with pytest.raises(NotErasable, match="Only the person who asked"):
        withdraw_erasure(asked, reason="I was mistaken in it", actor=outsider)


@pytest.mark.parametrize("how", ["closed", "removed"])
def test_nothing_goes_for_somebody_who_may_not_ask_any_more(
    event: CustodyEvent,
    case: Case,
    lawyer: User,
    outsider: User,
    administrator: User,
    auditor: User,
    how: str,
) -> None:
    add_member(case, user=outsider, actor=lawyer)
    asked = ask(event, outsider)
    if how == "closed":
        close_account(outsider, actor=administrator)
    else:
        remove_member(case, user=outsider, actor=lawyer)
    with pytest.raises(NotErasable, match="may not have this erased any more"):
        approve_erasure(ErasureRequest.objects.get(pk=asked.pk), actor=auditor)
    assert CustodyEvent.objects.get(pk=event.pk).received_by == NAME


def test_a_hold_blocks_the_asking_and_the_deciding(
    item: EvidenceItem, event: CustodyEvent, lawyer: User, auditor: User
) -> None:
    asked = ask(event, lawyer)
    hold = place_hold(item, reason="The trial goes on", actor=lawyer)
    with pytest.raises(NotErasable, match="legal hold"):
        approve_erasure(asked, actor=auditor)
    with pytest.raises(NotErasable, match="legal hold"):
        ask_for_erasure(item, "evidenceitem", item.pk, names=["source"], reason=WHY, actor=lawyer)
    release_hold(hold, reason="The trial is over now", actor=lawyer)
    approve_erasure(asked, actor=auditor)


def test_what_cannot_be_asked_for(item: EvidenceItem, event: CustodyEvent, lawyer: User) -> None:
    for names in ((), ("note",), ("purpose", "shoe_size")):
        with pytest.raises(BadInput, match="Choose the words"):
            ask_for_erasure(item, "custodyevent", event.pk, names=names, reason=WHY, actor=lawyer)
    with pytest.raises(BadInput, match="10 characters"):
        ask_for_erasure(item, "custodyevent", event.pk, names=["purpose"], reason="short", actor=lawyer)
    with pytest.raises(UnknownRecord):
        ask_for_erasure(item, "user", lawyer.pk, names=["purpose"], reason=WHY, actor=lawyer)


def test_an_item_of_no_case_is_put_into_one_first(take_in: TakeIn, lawyer: User) -> None:  # noqa: F811
    item = take_in(actor=lawyer, case=None)
    with pytest.raises(NotErasable, match="in no case yet"):
        ask_for_erasure(item, "evidenceitem", item.pk, names=["source"], reason=WHY, actor=lawyer)


def test_the_table_takes_no_decision_by_whoever_asked(event: CustodyEvent, lawyer: User) -> None:
    asked = ask(event, lawyer)
    rows = ErasureRequest.objects.filter(pk=asked.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(outcome="erased", decided_by=lawyer, decided_at=asked.asked_at)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(outcome="refused")


def test_the_pages_ask_and_decide_and_the_auditor_sees_no_word(
    client_for: ClientFor,
    item: EvidenceItem,
    event: CustodyEvent,
    lawyer: User,
    auditor: User,
    paralegal: User,
) -> None:
    asking, deciding = client_for(lawyer), client_for(auditor)
    records = reverse("erase_records", args=[item.pk])
    where = reverse("erase_ask", args=[item.pk, "custodyevent", event.pk])
    assert records in asking.get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert records not in client_for(paralegal).get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert where in asking.get(records).content.decode()
    shown = asking.get(where).content.decode()
    assert NAME in shown
    assert "cannot be undone" in shown
    form = {"names": ["received_by", "purpose"], "reason": WHY, "confirmation": item.reference}
    for wrong in ({"names": []}, {"reason": "short"}, {"confirmation": "E-0"}, {"names": ["salt"]}):
        answer = asking.post(where, form | wrong)
        assert answer.status_code == 422, wrong
    assert asking.post(where, form).status_code == 302
    [asked] = waiting()
    assert reverse("erasure", args=[item.pk, asked.pk]) in asking.get(records).content.decode()
    decide = reverse("erase_decide", args=[asked.pk])
    for page in (deciding.get("/"), deciding.get(reverse("erasures"))):
        assert decide in page.content.decode()
    seen = deciding.get(decide).content.decode()
    assert WHY in seen
    assert "Custody event 2: Transfer offered" in seen
    assert "Taken by" in seen
    assert NAME not in seen
    decision = {"decision": "erase", "confirmation": item.reference}
    assert deciding.post(decide, decision | {"confirmation": ""}).status_code == 422
    assert deciding.post(decide, {"decision": "keep", "confirmation": item.reference}).status_code == 422
    done = deciding.post(decide, decision)
    assert done.status_code == 200
    assert bytes(asked.salt).hex() in done.content.decode()
    assert "decided; nothing is left" in deciding.get(decide).content.decode()
    assert deciding.post(decide, decision).status_code == 422
    page = asking.get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert "erased on 20" in page
    assert NAME not in page


def test_whoever_asked_takes_it_back_on_its_page(
    client_for: ClientFor, item: EvidenceItem, event: CustodyEvent, lawyer: User
) -> None:
    asked, client = ask(event, lawyer), client_for(lawyer)
    where = reverse("erasure", args=[item.pk, asked.pk])
    assert bytes(asked.salt).hex() in client.get(where).content.decode()
    assert client.post(where, {"reason": "short"}).status_code == 422
    assert client.post(where, {"reason": "I was mistaken in it"}).status_code == 302
    assert "nothing is left to do" in client.get(where).content.decode()


def test_a_hold_is_said_on_every_page_and_nothing_is_asked(
    client_for: ClientFor, item: EvidenceItem, event: CustodyEvent, lawyer: User, auditor: User
) -> None:
    asked = ask(event, lawyer)
    place_hold(item, reason="The trial goes on", actor=lawyer)
    for address in ("erase_records", "erase_ask"):
        args = [item.pk] if address == "erase_records" else [item.pk, "custodyevent", event.pk]
        assert (
            "legal hold keeps this item"
            in client_for(lawyer).get(reverse(address, args=args)).content.decode()
        )
    answer = client_for(auditor).post(
        reverse("erase_decide", args=[asked.pk]), {"decision": "erase", "confirmation": item.reference}
    )
    assert answer.status_code == 422
    assert "legal hold" in answer.content.decode()


def test_the_number_of_events_costs_no_queries(
    client_for: ClientFor, item: EvidenceItem, lawyer: User, hire: Hire
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client_for(lawyer).get(reverse("erase_records", args=[item.pk]))
        return len(asked)

    one = queries()
    for number in range(4):
        place = place_hold(item, reason=f"The trial number {number}", actor=lawyer)
        release_hold(place, reason="The trial is over now", actor=lawyer)
    assert queries() == one
