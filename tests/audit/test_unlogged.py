"""A log that was emptied, or whose end was cut with every checkpoint of it, beside a record that is still whole."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from accounts.models import User
from audit.fault_words import in_words
from audit.faults import FaultKind
from audit.models import Entry, Leaf
from audit.sequencing import sequence_pending
from audit.verification import verify_log
from cases.models import Case
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import EvidenceItem
from tests.tampering import tamper

TakeIn = Callable[[bytes], EvidenceItem]
LOG = (
    "audit_checkpointsignature",
    "audit_checkpoint",
    "audit_tile",
    "audit_leaf",
    "audit_unsequenced",
    "audit_entry",
)


@pytest.fixture
def take_in(case: Case, paralegal: User) -> TakeIn:
    def make(content: bytes) -> EvidenceItem:
        facts = IntakeFacts(source="a family", original_name="letter.txt", case=case)
        item = ingest_evidence(io.BytesIO(content), facts=facts, actor=paralegal)
        sequence_pending()
        return item

    return make


def cut_from(size: int) -> None:
    """Take every entry from this place on, so that what is left is a whole and smaller log."""
    ids = [leaf.entry_id for leaf in Leaf.objects.filter(index__gte=size)]
    for key in ids:
        tamper("DELETE FROM audit_entry WHERE id = %s", (key.hex if connection.vendor == "sqlite" else key,))
    tamper("DELETE FROM audit_leaf WHERE leaf_index >= %s", (size,))


def unlogged() -> dict[str, str]:
    report = verify_log()
    assert {fault.kind for fault in report.faults} <= {FaultKind.UNLOGGED}
    return {fault.place: fault.detail for fault in report.faults}


def test_a_record_that_is_all_in_the_log_gives_no_alarm(take_in: TakeIn) -> None:
    take_in(b"a letter")
    assert unlogged() == {}


@pytest.mark.django_db
def test_a_house_without_people_may_have_an_empty_log() -> None:
    assert unlogged() == {}


def test_an_emptied_log_is_named_beside_every_table_that_holds_rows(take_in: TakeIn) -> None:
    take_in(b"a letter")
    for table in LOG:
        tamper(f"DELETE FROM {table}")
    assert verify_log().entries == 0
    found = unlogged()
    assert found["table evidence_custodyevent"] == "1 rows, and no entry at all"
    assert "table accounts_user" in found


def test_an_emptied_log_of_a_house_that_has_only_people_is_named(paralegal: User) -> None:
    for table in LOG:
        tamper(f"DELETE FROM {table}")
    assert set(unlogged()) == {"table accounts_user"}


def test_a_tail_that_was_cut_without_a_trace_is_named_by_the_rows_whose_entries_went_with_it(
    take_in: TakeIn,
) -> None:
    take_in(b"a letter")
    size = Leaf.objects.count()
    take_in(b"another letter")
    take_in(b"a third letter")
    assert unlogged() == {}
    cut_from(size)
    found = unlogged()
    assert set(found) == {"table evidence_custodyevent"}
    assert found["table evidence_custodyevent"].startswith("2 rows, written from 2")


@pytest.mark.parametrize("minutes", [-11, 11])
def test_an_entry_of_another_hour_does_not_stand_for_a_row(take_in: TakeIn, minutes: int) -> None:
    item = take_in(b"a letter")
    event = item.custody.get()
    moved = event.recorded_at + timedelta(minutes=minutes)
    tamper(
        "UPDATE evidence_custodyevent SET recorded_at = %s",
        (moved.replace(tzinfo=None).isoformat(" ") if connection.vendor == "sqlite" else moved,),
    )
    assert set(unlogged()) == {"table evidence_custodyevent"}


def test_a_time_of_no_calendar_is_no_excuse(take_in: TakeIn) -> None:
    take_in(b"a letter")
    value = "9999-99-99 99:99:99" if connection.vendor == "sqlite" else "infinity"
    tamper("UPDATE evidence_custodyevent SET recorded_at = %s", (value,))
    assert set(unlogged()) == {"table evidence_custodyevent"}


def test_both_languages_have_words_for_it() -> None:
    for text in (
        "12 rows, and no entry at all",
        "2 rows, written from 2026-11-26 10:00:00 to 2026-11-26 11:00:00",
    ):
        assert in_words(text) != text
        with translation.override("fa"):
            assert "ردیف" in in_words(text)


def test_nothing_is_written_by_looking(take_in: TakeIn) -> None:
    take_in(b"a letter")
    before = Entry.objects.count()
    verify_log()
    assert Entry.objects.count() == before
