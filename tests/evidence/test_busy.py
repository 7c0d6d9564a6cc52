"""A database that is locked for long by somebody else puts work off; it is done later, and no try is counted."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction

from evidence import tasks
from evidence.busy import is_busy
from evidence.derivative_words import DerivativeKind, DerivativeState
from evidence.inspecting.work import make_derivative
from evidence.inspection import inspect
from evidence.models import Derivative, EvidenceItem
from evidence.pending import requeue_pending, uninspected
from evidence.unpacking import work
from evidence.unpacking.asking import ask_for_contents
from evidence.unpacking.words import UnpackingState
from tests.evidence.conftest import TakeIn
from tests.evidence.containers.makers import zip_of


class _Busy(Exception):
    sqlite_errorname = "SQLITE_BUSY"


def busy(*_given: object, **_named: object) -> None:
    raise OperationalError("database is locked") from _Busy()


@contextmanager
def locked() -> Iterator[None]:
    """Another connection holds what every write waits for, and we do not wait long."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("LOCK TABLE evidence_evidenceitem IN EXCLUSIVE MODE")
            held.set()
            done.wait(30)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(30)
    with connection.cursor() as cursor:
        short = "SET lock_timeout = 200" if connection.vendor == "postgresql" else "SELECT 1"
        cursor.execute(short)
    try:
        yield
    finally:
        done.set()
        thread.join()
        if connection.vendor == "postgresql":
            # The connection goes on to the next test.
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")


@pytest.mark.django_db(transaction=True)
def test_an_inspection_that_met_a_lock_raises_nothing_and_is_done_later(
    take_in: TakeIn, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = take_in(b"some text")
    EvidenceItem.objects.filter(pk=item.pk).update(inspected_at=None)
    with locked():
        tasks.inspect_item(str(item.pk))
    assert "the database was busy" in caplog.text
    item.refresh_from_db()
    assert (item.inspected_at, item.inspection_tries) == (None, 0)
    assert uninspected().filter(pk=item.pk).exists()
    monkeypatch.setattr("evidence.pending._PATIENCE_SECONDS", 0)
    assert requeue_pending() == 1
    item.refresh_from_db()
    assert item.media_type == "text/plain"


def test_a_making_that_met_a_lock_is_given_back_uncounted(
    take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = take_in(b"some text")
    inspect(item.pk)
    lead = Derivative.objects.filter(item=item, kind=DerivativeKind.METADATA).first()
    assert lead is not None
    Derivative.objects.filter(pk=lead.pk).update(state=DerivativeState.WAITING, object=None, made_at=None)
    with monkeypatch.context() as patch:
        patch.setattr("evidence.inspecting.work._make", busy)
        for _time in range(9):
            make_derivative(lead.pk)
    lead.refresh_from_db()
    assert (lead.state, lead.claim) == (DerivativeState.WAITING, None)
    assert lead.tries == 0


def test_an_unpacking_that_met_a_lock_is_given_back_uncounted(
    take_in: TakeIn, monkeypatch: pytest.MonkeyPatch, lawyer: object
) -> None:
    item = take_in(zip_of(("a", b"a")))
    unpacking = ask_for_contents(item, actor=item.received_by)
    with monkeypatch.context() as patch:
        patch.setattr("evidence.unpacking.work.list_contents", busy)
        for _time in range(9):
            work.carry_out(unpacking.pk)
    unpacking.refresh_from_db()
    assert (unpacking.state, unpacking.claim, unpacking.tries) == (UnpackingState.ASKED, None, 0)
    work.carry_out(unpacking.pk)
    unpacking.refresh_from_db()
    assert unpacking.state == UnpackingState.LISTED


def test_another_fault_of_the_database_is_no_lock() -> None:
    assert not is_busy(OperationalError("disk I/O error"))
