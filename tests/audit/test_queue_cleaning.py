"""What stands falsely in the queue is taken out with an entry that says so, and what waits honestly stays."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from audit.actions import Action
from audit.faults import FaultKind
from audit.log import Subject, append
from audit.models import Entry, Unsequenced
from audit.queue_cleaning import clean_queue
from audit.resolving import facts_of
from audit.sequencing import sequence_pending
from audit.verification import verify_log
from config import reconciling
from tests.audit.conftest import CLERK

pytestmark = pytest.mark.django_db
NOBODY = uuid.UUID(int=7)


def put_in(entry_id: Any) -> None:
    value = entry_id.hex if connection.vendor == "sqlite" and isinstance(entry_id, uuid.UUID) else entry_id
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_unsequenced (entry_id) VALUES (%s)", [value])


def test_rows_that_wait_for_nothing_are_named_and_then_taken_out_with_an_entry(
    write: Callable[[int], list[Entry]],
) -> None:
    placed = write(3)[1]
    put_in(placed.pk)
    put_in(NOBODY)
    kinds = [fault.kind for fault in verify_log().faults]
    assert kinds == [FaultKind.QUEUE_CHANGED, FaultKind.QUEUE_CHANGED]

    assert clean_queue() == 2
    told = Entry.objects.get(action=Action.LOG_QUEUE_CLEANED.value)
    entries = facts_of(told)["entries"]
    assert {uuid.UUID(one) for one in entries} == {placed.pk, NOBODY}
    assert facts_of(told)["rows"] == 2
    sequence_pending(wait=True)
    assert not Unsequenced.objects.exists()
    assert verify_log().ok
    assert clean_queue() == 0


@pytest.mark.postgres
def test_what_waits_honestly_stays() -> None:
    append(Action.SIGNED_IN, subject=Subject("test.thing", "1"), actor=CLERK)
    assert clean_queue() == 0
    assert Unsequenced.objects.count() == 1


@pytest.mark.sqlite
def test_what_is_no_id_is_counted_and_not_repeated(db: None) -> None:
    put_in("a name of somebody")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_unsequenced (entry_id) VALUES (CAST(x'fffe' AS TEXT))")
    assert clean_queue() == 2
    assert facts_of(Entry.objects.get()) == {"rows": 2, "entries": []}


def test_reconciling_does_it() -> None:
    assert clean_queue in reconciling._STEPS
