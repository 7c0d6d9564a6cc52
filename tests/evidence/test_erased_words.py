"""Words of custody, acquisition and capture are erased by two people: the row stays, and the log still verifies."""

import json
import re
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.erased import ErasedText
from audit.errors import NotErasable
from audit.guards import missing_guards
from audit.models import Entry
from audit.unlogged import unlogged_rows
from audit.verification import verify_log
from cases.dating import read_date
from cases.models import Case
from config.erasing import Receipt, erase_private_values
from evidence.acquiring import AcquisitionFacts, record_acquisition
from evidence.capturing.collector import record_trace
from evidence.capturing.recording import CaptureFacts, record_capture
from evidence.circumstances import Circumstances
from evidence.custody_record import event_record
from evidence.gap_report import gaps_of
from evidence.handing_over import offer
from evidence.keeping import record_collection
from evidence.models import Acquisition, CollectorTrace, CustodyEvent, Erasure, EvidenceItem, OnlineCapture
from evidence.verification import verify_evidence
from tests.config.test_erasing import text_in_tables
from tests.evidence.conftest import TakeIn
from tests.tampering import as_owner, tamper

WHY = "The source asked for it in writing"
NAME = "Shahrzad Inventedova"


@pytest.fixture
def item(take_in: TakeIn, lawyer: User) -> EvidenceItem:
    """An item with an event, a version of its acquisition, of its capture and of what leads to its collector."""
    item = take_in(actor=lawyer)
    offer(item, to=NAME, facts=Circumstances(f"For {NAME} to read", location="Inventedtown"), actor=lawyer)
    return item


def erase(row: models.Model, *names: str, actor: User, approver: User) -> Receipt:
    kind = str(row._meta.model_name)
    return erase_private_values(kind, row.pk, names=names, reason=WHY, actor=actor, approver=approver)


@pytest.fixture
def event(item: EvidenceItem) -> CustodyEvent:
    return item.custody.get(kind="transfer_offered")


def faults() -> list[str]:
    return [fault.kind for fault in verify_evidence(EvidenceItem.objects.all(), whole=True).faults]


def test_the_words_of_an_event_go_and_everything_still_verifies(
    event: CustodyEvent, lawyer: User, auditor: User
) -> None:
    facts = event.facts()
    told = erase(event, "received_by", "purpose", actor=lawyer, approver=auditor)
    assert told.erased.count == 2
    again = CustodyEvent.objects.get(pk=event.pk)
    assert isinstance(again.received_by, ErasedText)
    assert isinstance(again.purpose, ErasedText)
    assert again.location == "Inventedtown"
    assert bytes(again.salt) != bytes(event.salt)
    assert again.facts() == facts
    assert text_in_tables(NAME) == []
    assert faults() == []
    assert verify_log().ok
    assert list(unlogged_rows(connection)) == []


def test_it_can_be_done_again_for_what_was_left(event: CustodyEvent, lawyer: User, auditor: User) -> None:
    facts = event.facts()
    erase(event, "received_by", actor=lawyer, approver=auditor)
    erase(event, actor=lawyer, approver=auditor)
    again = CustodyEvent.objects.get(pk=event.pk)
    assert (again.erasures, str(again.location).startswith("erased on")) == (2, True)
    assert again.facts() == facts
    assert faults() == []
    with pytest.raises(NotErasable, match="nothing to erase"):
        erase(event, actor=lawyer, approver=auditor)
    assert Erasure.objects.count() == 2


def test_the_entry_and_the_row_say_who_and_when(
    event: CustodyEvent, case: Case, lawyer: User, auditor: User
) -> None:
    erase(event, "received_by", actor=lawyer, approver=auditor)
    row = Erasure.objects.get()
    assert (row.erased_by, row.approved_by, row.value_names) == (lawyer, auditor, ["received_by"])
    entry = Entry.objects.get(action="log.values_erased")
    facts = json.loads(bytes(entry.body))["facts"]
    assert (facts["erasure"], facts["reason"]) == (str(row.pk), row.reason)
    assert (entry.subject_id, entry.case_id) == (str(event.item_id), case.pk)


def set_columns(row: models.Model, **columns: Any) -> None:
    """Past our program, as whoever owns the database."""
    with as_owner(), transaction.atomic():
        type(row)._default_manager.filter(pk=row.pk).update(**columns)


@pytest.mark.parametrize("how", ["no row", "another event", "again", "other words", "a fact", "the old salt"])
def test_the_database_lets_words_go_by_their_own_erasure_alone(
    item: EvidenceItem, event: CustodyEvent, lawyer: User, auditor: User, how: str
) -> None:
    today = timezone.now().date()
    facts = {
        "kind": "evidence_custodyevent",
        "names": "note",
        "day": today,
        "erased_by": lawyer,
        "item": item,
    }
    other = item.custody.get(seq=1)
    named = {"no row": None, "another event": other}.get(how, event)
    if named is not None:
        Erasure.objects.create(**facts, record=named.pk, number=1, approved_by=auditor, reason="sha256:0")
    columns: dict[str, Any] = {"location": ErasedText(today), "salt": bytes(16), "erasures": 1}
    if how == "again":
        set_columns(event, **columns)
        columns |= {"purpose": ErasedText(today), "salt": bytes(15) + b"1"}
    columns |= {"location": "Elsewhere"} if how == "other words" else {}
    columns |= {"agent": "somebody"} if how == "a fact" else {}
    if how == "the old salt":
        del columns["salt"]
    with pytest.raises(DatabaseError, match=r"append-only"):
        set_columns(event, **columns)
    assert missing_guards(connection) == []


def test_nobody_erases_alone_and_no_erasure_is_taken_back(
    event: CustodyEvent, lawyer: User, auditor: User
) -> None:
    erase(event, "purpose", actor=lawyer, approver=auditor)
    row = Erasure.objects.get()
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"):
        set_columns(row, erased_by=auditor)
    row.pk, row.number, row.approved_by = None, 9, lawyer
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(force_insert=True)


def test_what_is_altered_after_an_erasure_is_found(event: CustodyEvent, lawyer: User, auditor: User) -> None:
    erase(event, "received_by", actor=lawyer, approver=auditor)
    tamper(f"UPDATE evidence_custodyevent SET received_by = 'Somebody else' WHERE seq = {event.seq}")
    assert faults() == ["custody_altered"]


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ("DELETE FROM evidence_erasure", ["custody_altered", "erasure_removed", "erasure_miscounted"]),
        ("UPDATE evidence_erasure SET names = 'note'", ["erasure_altered"]),
        ("UPDATE evidence_custodyevent SET erasures = NULL WHERE erasures = 1", ["custody_altered", "erasure_miscounted"]),
        ("UPDATE evidence_custodyevent SET location = 'Elsewhere' WHERE erasures = 1", ["custody_altered"]),
    ],
)  # fmt: skip
def test_an_erasure_that_was_tampered_with_is_named(
    event: CustodyEvent, lawyer: User, auditor: User, sql: str, kinds: list[str]
) -> None:
    erase(event, "received_by", actor=lawyer, approver=auditor)
    tamper(sql)
    assert faults() == kinds


def test_a_word_that_went_without_an_erasure_is_found(event: CustodyEvent) -> None:
    marker = ErasedText(timezone.now().date()).marker
    tamper(f"UPDATE evidence_custodyevent SET location = '{marker}' WHERE seq = {event.seq}")
    assert faults() == ["custody_altered"]


@pytest.fixture
def versions(item: EvidenceItem, lawyer: User) -> list[Any]:
    """One version of each record that stands in versions."""
    facts = AcquisitionFacts(
        source_kind="person", source_name=NAME, place="Inventedtown", acquired=read_date("1988")
    )
    page = CaptureFacts("https://invented.example/page", captured=read_date("1999"), collector=NAME)
    return [
        record_acquisition(item, facts=facts, actor=lawyer),
        record_capture(item, facts=page, actor=lawyer),
        record_trace(item, collector_ip="192.0.2.7", persona_used=NAME, actor=lawyer),
    ]


def test_acquisition_capture_and_trace_lose_their_words_too(
    item: EvidenceItem, versions: list[Any], lawyer: User, auditor: User
) -> None:
    for row in versions:
        erase(row, actor=lawyer, approver=auditor)
        row.refresh_from_db()
        assert row.erasures == 1
    assert (versions[0].date, versions[0].date_earliest, versions[1].date_edtf) == (None, None, "")
    for model in (Acquisition, CollectorTrace, OnlineCapture):
        held = " ".join(str(value) for row in model.objects.values_list() for value in row)
        for word in (NAME, "1988", "1999", "invented.example", "192.0.2.7"):
            assert word not in held
    assert faults() == []
    tamper("UPDATE evidence_acquisition SET place = 'Elsewhere'")
    tamper("UPDATE evidence_collectortrace SET persona_used = 'Elsewhere'")
    assert faults() == ["acquisition_altered", "trace_altered"]


def test_a_new_version_does_not_begin_with_the_mark_of_an_erasure(
    client_for: Any, item: EvidenceItem, versions: list[Any], lawyer: User, auditor: User
) -> None:
    for row in versions:
        erase(row, actor=lawyer, approver=auditor)
    for name in ("acquisition", "capture", "capture_collector"):
        page = client_for(lawyer).get(reverse(f"evidence:{name}", args=[item.pk])).content.decode()
        typed = re.findall(r"<(?:input|textarea)[^>]*>[^<]*", page)
        assert not [one for one in typed if "erased on" in one], name


def test_the_certificate_says_when_by_whom_and_with_whose_approval(
    event: CustodyEvent, lawyer: User, auditor: User
) -> None:
    erase(event, "received_by", actor=lawyer, approver=auditor)
    record = event_record(CustodyEvent.objects.get(pk=event.pk), withheld=False)
    assert record["texts"] == {}
    assert record["texts_left"]["texts"]["location"] == "Inventedtown"
    assert "received_by" not in record["texts_left"]["texts"]
    [said] = record["erased"]
    assert (said["by"], said["approved_by"]) == (lawyer.full_name, auditor.full_name)
    assert gaps_of(list(event.item.custody.order_by("seq")), event.item) == []


@pytest.mark.parametrize("name", ["collector", "source", "both"])
def test_a_name_that_was_erased_accuses_nobody_of_a_gap(
    take_in: TakeIn, lawyer: User, auditor: User, name: str
) -> None:
    item = take_in(actor=lawyer, source=NAME)
    when = Circumstances(happened=read_date("1367"))
    collected = record_collection(item, collected_by=NAME, facts=when, actor=lawyer)
    assert gaps_of(list(item.custody.order_by("seq")), item) == []
    if name != "source":
        erase(collected, "received_by", actor=lawyer, approver=auditor)
    if name != "collector":
        erase(item.custody.get(seq=1), "released_by", actor=lawyer, approver=auditor)
    assert gaps_of(list(item.custody.order_by("seq")), item) == []


def test_the_page_says_that_it_was_erased(
    client_for: Any, event: CustodyEvent, lawyer: User, auditor: User
) -> None:
    erase(event, actor=lawyer, approver=auditor)
    page = client_for(lawyer).get(reverse("evidence:item", args=[event.item_id])).content.decode()
    assert "erased on 20" in page
    assert "\ufdd0" not in page
    assert NAME not in page
