"""Appending: only inside a transaction, only what is canonical, and durable with the act it records."""

import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from audit.actions import Action
from audit.actors import Channel, SystemActor, Visitor
from audit.canonical import canonical_json
from audit.errors import BadFacts, LogUnavailable, NotInTransaction
from audit.log import Subject, append, append_refusal
from audit.merkle import leaf_hash
from audit.models import Entry, Leaf, Unsequenced
from audit.sequencing import sequence_pending
from audit.verification import verify_log
from tests.audit.conftest import CLERK
from tests.tampering import as_owner

THING = Subject("test.thing", "1")


@pytest.mark.django_db(transaction=True)
def test_it_refuses_to_append_outside_a_transaction() -> None:
    with pytest.raises(NotInTransaction):
        append(Action.SIGNED_IN, subject=THING, actor=CLERK)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_the_body_is_canonical_and_holds_everything() -> None:
    case = uuid.uuid4()
    entry = append(Action.CASE_OPENED, subject=THING, actor=CLERK, facts={"b": 1, "a": "متن"}, case_id=case)
    stored = Entry.objects.get(pk=entry.pk)
    body = bytes(stored.body)
    content = json.loads(body)
    assert canonical_json(content) == body
    assert content == {
        "action": "case.opened",
        "actor": "system:clerk",
        "case_id": str(case),
        "channel": "task",
        "facts": {"a": "متن", "b": 1},
        "id": str(entry.pk),
        "recorded_at": stored.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "subject_id": "1",
        "subject_kind": "test.thing",
        "v": 1,
    }
    assert bytes(stored.leaf_hash) == leaf_hash(body)
    assert stored.recorded_at == entry.recorded_at


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts",
    [
        {"نام": 1},
        {"a": 1.5},
        {"a": 2**53},
        {"a": b"bytes"},
        {"a": {"b": {1: 2}}},
        {"a": "\ud800"},
        {"a": uuid.uuid4()},
    ],
)
def test_it_refuses_facts_without_a_canonical_form(facts: dict[str, Any]) -> None:
    with pytest.raises(BadFacts):
        append(Action.SIGNED_IN, subject=THING, actor=CLERK, facts=facts)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_it_refuses_a_body_over_65535_bytes_and_takes_one_just_below() -> None:
    with pytest.raises(BadFacts):
        append(Action.SIGNED_IN, subject=THING, actor=CLERK, facts={"a": "x" * 65_535})
    entry = append(Action.SIGNED_IN, subject=THING, actor=CLERK, facts={"a": ""})
    room = 65_535 - len(entry.body)
    assert len(append(Action.SIGNED_IN, subject=THING, actor=CLERK, facts={"a": "x" * room}).body) == 65_535


@pytest.mark.django_db
def test_it_refuses_an_action_or_channel_outside_the_vocabulary() -> None:
    with pytest.raises(ValueError, match="is not a valid Action"):
        append("no.such_action", subject=THING, actor=CLERK)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="telepathy"):
        append(Action.SIGNED_IN, subject=THING, actor=SystemActor("clerk", "telepathy"))  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize("identifier", ["", "نام", "line\nbreak", "x" * 201])
def test_it_refuses_a_subject_that_could_carry_a_name(identifier: str) -> None:
    with pytest.raises(BadFacts):
        append(Action.SIGNED_IN, subject=Subject("test.thing", identifier), actor=CLERK)


@pytest.mark.django_db
def test_a_model_instance_is_named_by_its_label_and_key() -> None:
    first = append(Action.SIGNED_IN, subject=THING, actor=CLERK)
    second = append(Action.SIGNED_IN, subject=first, actor=CLERK)
    assert (second.subject_kind, second.subject_id) == ("audit.entry", str(first.pk))


@pytest.mark.django_db(transaction=True)
def test_an_undone_act_takes_its_entry_with_it() -> None:
    with transaction.atomic():
        append(Action.SIGNED_IN, subject=THING, actor=CLERK)
        transaction.set_rollback(True)
    assert not Entry.objects.exists()
    assert not Leaf.objects.exists()
    assert verify_log().ok


@pytest.mark.django_db(transaction=True)
def test_a_refusal_stays_and_cannot_be_written_where_it_could_be_undone() -> None:
    entry = append_refusal(subject=THING, actor=Visitor(), facts={"page": "log"})
    assert entry.action == Action.ACCESS_REFUSED
    assert entry.channel == Channel.PAGE
    with transaction.atomic(), pytest.raises(RuntimeError):
        append_refusal(subject=THING, actor=Visitor())


@pytest.mark.django_db(transaction=True)
def test_where_the_log_cannot_be_written_the_act_is_refused() -> None:
    postgres = connection.vendor == "postgresql"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY" if postgres else "PRAGMA query_only = ON")
        with pytest.raises(LogUnavailable, match="nothing was done"):
            append(Action.SIGNED_IN, subject=THING, actor=CLERK)
        transaction.set_rollback(True)
    if not postgres:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF")
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_every_entry_is_in_the_tree_after_its_commit() -> None:
    for _number in range(3):
        with transaction.atomic():
            append(Action.SIGNED_IN, subject=THING, actor=CLERK)
            append(Action.SIGNED_OUT, subject=THING, actor=CLERK)
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == [0, 1, 2, 3, 4, 5]
    assert not Unsequenced.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_leave_a_gapless_log() -> None:
    def work() -> None:
        try:
            for _number in range(10):
                with transaction.atomic():
                    append(Action.SIGNED_IN, subject=THING, actor=CLERK)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sequence_pending(wait=True)
    report = verify_log()
    assert report.ok
    assert report.size == report.entries == 40


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_server_plans_an_append_once_in_a_session() -> None:
    for number in range(10):
        with transaction.atomic():
            append(Action.SIGNED_IN, subject=THING, actor=CLERK, facts={"n": number})
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement, generic_plans FROM pg_prepared_statements")
        [(statement, reused)] = cursor.fetchall()
    assert "INSERT INTO audit_entry" in statement
    assert reused > 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_appends_go_on_after_transactions_that_were_undone_and_tables_that_were_altered() -> None:
    for _round in range(8):
        with transaction.atomic():
            append(Action.SIGNED_IN, subject=THING, actor=CLERK)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            append(Action.SIGNED_IN, subject=THING, actor=CLERK)
            raise ZeroDivisionError
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_entry ALTER COLUMN actor SET STATISTICS 100")
    assert Entry.objects.count() == 8


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_table_that_somebody_holds_refuses_the_act_in_time_and_does_not_hang_the_site() -> None:
    held, enough = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("LOCK TABLE audit_entry IN ACCESS EXCLUSIVE MODE")
                held.set()
                enough.wait(20)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("5s",)
            cursor.execute("SET lock_timeout = 300")
        with pytest.raises(LogUnavailable):
            append_refusal(subject=THING, actor=CLERK)
    finally:
        enough.set()
        holder.join()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    assert append_refusal(subject=THING, actor=CLERK).pk


@pytest.mark.django_db
def test_a_waiting_entry_is_no_fault_and_gets_its_place_once(write: Callable) -> None:
    append(Action.SIGNED_IN, subject=THING, actor=CLERK)
    report = verify_log()
    assert report.ok
    assert report.waiting == (1 if connection.vendor == "postgresql" else 0)
    assert sequence_pending() == report.waiting
    assert sequence_pending() == 0
    assert verify_log().size == 1


def test_every_action_has_a_sentence_and_a_name_of_its_own() -> None:
    assert len({action.value for action in Action}) == len(Action)
    for action in Action:
        assert str(action.sentence).endswith(".")
        assert action.value.replace(".", "").replace("_", "").isalpha()


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["audit_entry", "audit_unsequenced"])
def test_an_act_whose_entry_something_in_the_database_swallows_is_refused(table: str) -> None:
    if connection.vendor == "postgresql":
        swallow = f"CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING"
    elif table == "audit_entry":
        swallow = f"CREATE TRIGGER mine BEFORE INSERT ON {table} BEGIN SELECT RAISE(IGNORE); END"
    else:
        return  # nothing waits in SQLite's queue
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(swallow)
    with pytest.raises(LogUnavailable), transaction.atomic():
        append(Action.SIGNED_IN, subject=THING, actor=CLERK)


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("table", ["audit_entry", "audit_unsequenced"])
def test_an_act_whose_entry_a_trigger_swallows_is_refused(table: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"
            f"CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION mine()"
        )
    with pytest.raises(LogUnavailable), transaction.atomic():
        append(Action.SIGNED_IN, subject=THING, actor=CLERK)
