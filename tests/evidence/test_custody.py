"""The ledger: gapless, never changed, and its facts name nobody."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from audit.actors import SystemActor
from audit.errors import NotInTransaction
from cases.dating import read_date
from evidence import custody
from evidence.errors import BadCustody
from evidence.models import CustodyEvent
from evidence.vocabulary import CustodyKind
from tests.evidence.conftest import TakeIn


def test_events_are_numbered_without_gaps_even_after_a_failed_one(take_in: TakeIn, paralegal: User) -> None:
    item = take_in()
    with pytest.raises(RuntimeError), transaction.atomic():
        custody.record(item, CustodyKind.MOVED, actor=paralegal)
        raise RuntimeError
    with transaction.atomic():
        custody.record(item, CustodyKind.MOVED, actor=paralegal)
        custody.record(item, CustodyKind.SEALED, actor=SystemActor("x"))
    assert list(item.custody.values_list("seq", flat=True)) == [1, 2, 3]
    assert item.custody.get(seq=3).actor is None


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused(take_in: TakeIn, paralegal: User) -> None:
    item = take_in()
    with pytest.raises(NotInTransaction):
        custody.record(item, CustodyKind.MOVED, actor=paralegal)


def test_handing_over_needs_a_reason(take_in: TakeIn, paralegal: User) -> None:
    item = take_in()
    with pytest.raises(BadCustody, match="10 characters"):
        custody.record(item, CustodyKind.TRANSFER_OFFERED, actor=paralegal, purpose="  short  ")
    with pytest.raises(DatabaseError), transaction.atomic():
        CustodyEvent.objects.create(item=item, seq=9, kind="disclosed", agent="x", purpose="short")


def test_a_correction_refers_to_the_same_item(take_in: TakeIn, paralegal: User) -> None:
    first, second = take_in(), take_in()
    with pytest.raises(BadCustody):
        custody.record(first, CustodyKind.CORRECTED, actor=paralegal, refers_to=second.custody.get())
    event = custody.record(first, CustodyKind.CORRECTED, actor=paralegal, refers_to=first.custody.get())
    assert event.facts()["refers_to"] == str(first.custody.get(seq=1).pk)


def test_when_it_happened_and_when_it_was_recorded_are_two_things(take_in: TakeIn, paralegal: User) -> None:
    event = custody.record(
        take_in(),
        CustodyKind.COLLECTED,
        actor=paralegal,
        happened=read_date("1367"),
        released_by="a cellmate",
    )
    event.refresh_from_db()
    assert event.date == read_date("1367")
    assert event.recorded_at.year > 2000
    assert "cellmate" not in str(event.facts())


def test_the_fingerprint_survives_the_database_and_shows_any_change(take_in: TakeIn) -> None:
    event = take_in().custody.get()
    loaded = CustodyEvent.objects.get(pk=event.pk)
    assert loaded.fingerprint() == event.fingerprint()
    loaded.note = "changed"
    assert loaded.fingerprint() != event.fingerprint()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence_custodyevent SET note = 'x'",
        "DELETE FROM evidence_custodyevent",
        "INSERT OR REPLACE INTO evidence_custodyevent SELECT * FROM evidence_custodyevent",
        "TRUNCATE evidence_custodyevent CASCADE",
    ],
)
def test_the_database_refuses_to_change_custody(take_in: TakeIn, statement: str) -> None:
    take_in()
    on_postgres = connection.vendor == "postgresql"
    if statement.startswith("TRUNCATE") != on_postgres and (
        "TRUNCATE" in statement or "REPLACE" in statement
    ):
        return
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        if on_postgres:
            # Checks that wait for the commit would stop TRUNCATE before the guard does.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)
    assert CustodyEvent.objects.count() == 1
