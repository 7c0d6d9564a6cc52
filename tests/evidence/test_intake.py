"""From bytes to an item with custody and an entry."""

import hashlib
import io
import json
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError, connection

from accounts.errors import NotPermitted
from accounts.models import User
from audit.actions import Action
from audit.models import Entry
from cases.dating import read_date
from cases.errors import NotAMember
from cases.models import Case
from evidence.errors import BadIntake, DigestMismatch, EvidenceRefused, RecordsUnavailable, SourceUnreadable
from evidence.intake import IntakeFacts, ingest_evidence, start_intake
from evidence.models import CustodyEvent, EvidenceItem, Intake, StoredObject
from evidence.store import vault
from tests.evidence.conftest import LETTER, TakeIn


def stored_files(house: Path) -> list[Path]:
    return [
        path for path in (house / "data" / "vault").rglob("*") if path.is_file() and path.name != "vault.json"
    ]


def facts_of(item: EvidenceItem, action: Action) -> list[dict]:
    entries = Entry.objects.filter(subject_id=str(item.pk), action=action.value)
    return [json.loads(bytes(entry.body)) for entry in entries]


def test_a_file_becomes_an_item_with_its_bytes_its_custody_and_its_entry(
    take_in: TakeIn, paralegal: User, case: Case
) -> None:
    item = take_in(collected=read_date("late Mordad 1367"), title="Letter from Evin")
    assert item.object.sha256.value == hashlib.sha256(LETTER).digest()
    with vault().open(item.object.name) as stored:
        assert stored.read() == LETTER
    event = item.custody.get()
    assert (event.seq, event.kind, event.actor, event.agent) == (
        1,
        "received",
        paralegal,
        paralegal.audit_name,
    )
    assert event.digest_found == item.object.sha256
    (entry,) = facts_of(item, Action.EVIDENCE_RECEIVED)
    assert entry["facts"]["fingerprint"] == event.fingerprint()
    assert entry["case_id"] == str(case.pk)
    assert item.date == read_date("late Mordad 1367")


def test_nothing_that_could_name_a_person_is_in_the_log(take_in: TakeIn) -> None:
    take_in(
        source="Shirin Rahimi",
        title="Letter of Shirin Rahimi",
        original_name="shirin-rahimi.txt",
        how_obtained="Shirin",
    )
    for entry in Entry.objects.all():
        assert b"hirin" not in bytes(entry.body)


def test_the_same_bytes_again_are_a_second_receipt_on_the_same_object(take_in: TakeIn) -> None:
    first = take_in(source="the family")
    second = take_in(source="a lawyer in exile")
    assert first.pk != second.pk
    assert first.object_id == second.object_id
    assert StoredObject.objects.count() == 1
    assert [event.seq for event in second.custody.all()] == [1]


def test_an_empty_file_is_taken_in(take_in: TakeIn) -> None:
    assert take_in(b"").object.size == 0


def test_another_digest_than_announced_is_refused_and_nothing_is_kept(take_in: TakeIn, house: Path) -> None:
    with pytest.raises(DigestMismatch, match="Nothing was kept"):
        take_in(declared_sha256="0" * 64)
    assert not EvidenceItem.objects.exists()
    assert not Intake.objects.exists()
    assert stored_files(house) == []


def test_the_announced_digest_is_kept_when_it_is_right(take_in: TakeIn) -> None:
    announced = hashlib.sha256(LETTER).hexdigest()
    item = take_in(declared_sha256=announced.upper())
    assert item.declared_sha256.hex == announced
    assert item.custody.get().digest_expected.hex == announced


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"source": "  "}, "Say who"),
        ({"original_name": ""}, "no name"),
        ({"title": "x" * 301}, "300"),
        ({"declared_sha256": "12"}, "64 hexadecimal"),
    ],
)
def test_facts_that_cannot_be_kept_are_refused_before_a_byte_is_read(
    take_in: TakeIn, house: Path, facts: dict, sentence: str
) -> None:
    with pytest.raises(BadIntake, match=sentence):
        take_in(**facts)
    assert not EvidenceItem.objects.exists()
    assert stored_files(house) == []


def test_a_missing_file_and_a_folder_get_one_sentence(case: Case, paralegal: User, tmp_path: Path) -> None:
    facts = IntakeFacts(source="x", original_name="x", case=case)
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(SourceUnreadable):
            ingest_evidence(path, facts=facts, actor=paralegal)
    assert not EvidenceItem.objects.exists()


def test_who_may_not_receive_or_is_no_member_takes_nothing_in(
    take_in: TakeIn, auditor: User, administrator: User, outsider: User
) -> None:
    for user in (auditor, administrator):
        with pytest.raises(NotPermitted):
            take_in(actor=user)
    with pytest.raises(NotAMember):
        take_in(actor=outsider)
    assert not EvidenceItem.objects.exists()


def test_another_persons_delivery_cannot_be_added_to(take_in: TakeIn, lawyer: User) -> None:
    intake = start_intake(source="an office", actor=lawyer)
    with pytest.raises(EvidenceRefused):
        take_in(intake=intake)


def test_a_name_is_kept_verbatim_whatever_is_in_it(take_in: TakeIn) -> None:
    name = "سند\u200cها\n\u202etxt.exe" + "ش" * 100
    assert EvidenceItem.objects.get(pk=take_in(original_name=name).pk).original_name == name


def test_a_name_that_no_database_can_hold_is_kept_escaped(take_in: TakeIn) -> None:
    assert take_in(original_name="a\x00b\udcff").original_name == "a\\x00b\\xff"


@pytest.mark.django_db(transaction=True)
def test_a_failed_transaction_leaves_no_row_and_the_next_try_works(take_in: TakeIn) -> None:
    def refuse(execute, sql, params, many, context):
        if "evidence_custodyevent" in sql and sql.startswith("INSERT"):
            raise DatabaseError("no")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse), pytest.raises(DatabaseError):
        take_in()
    assert not EvidenceItem.objects.exists()
    assert not StoredObject.objects.exists()
    assert not Intake.objects.exists()
    item = take_in()
    assert item.custody.filter(kind="received").count() == 1


def test_a_database_that_cannot_be_written_is_said_in_one_sentence(take_in: TakeIn) -> None:
    def full(execute, sql, params, many, context):
        if "evidence_storedobject" in sql and sql.startswith("INSERT"):
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(full), pytest.raises(RecordsUnavailable, match="nothing was recorded"):
        take_in()
    assert not Intake.objects.exists()


def test_a_vanished_object_is_restored_by_the_same_bytes(take_in: TakeIn, house: Path) -> None:
    first = take_in()
    (path,) = stored_files(house)
    path.unlink()
    second = take_in(source="another")
    assert second.object_id == first.object_id
    with vault().open(second.object.name) as stored:
        assert stored.read() == LETTER


def test_a_delivery_can_be_begun_once_for_many_files(case: Case, paralegal: User) -> None:
    intake = start_intake(source="an archive", actor=paralegal)
    for content in (b"one", b"two"):
        facts = IntakeFacts(source="an archive", original_name="x", case=case, intake=intake)
        ingest_evidence(io.BytesIO(content), facts=facts, actor=paralegal)
    assert intake.items.count() == 2
    assert CustodyEvent.objects.filter(kind="received").count() == 2
