"""The same bytes come again while the last record of them is disposed of: the receipt that is acknowledged has them."""

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import User
from accounts.roles import Role
from cases.membership import add_member
from cases.models import Case
from evidence import intake
from evidence.disposal import dispose, request_disposal
from evidence.errors import RecordsUnavailable
from evidence.models import EvidenceItem, StoredObject
from evidence.removal import remove_asked
from evidence.store import vault
from evidence.vault.facts import StoredFacts
from tests.conftest import Hire
from tests.evidence.conftest import LETTER, TakeIn
from tests.evidence.test_disposal import HOW, WHY

pytestmark = pytest.mark.django_db(transaction=True)


def beside(act: Callable[[], object]) -> threading.Thread:
    """Start it on a connection of its own, and give it time to come as far as it is let."""

    def run() -> None:
        try:
            act()
        except (OperationalError, RecordsUnavailable):
            # SQLite in memory waits for nobody; it was turned away, which harms nothing.
            if connection.vendor != "sqlite":
                raise
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(1.0)
    return thread


def test_bytes_disposed_of_between_a_receipts_look_and_its_row_are_kept(
    take_in: TakeIn, lawyer: User, case: Case, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = hire("soraya", Role.LAWYER)
    add_member(case, user=second, actor=lawyer)
    asked = request_disposal(take_in(), **WHY, actor=lawyer)
    real, started = intake.stored_object, []

    def looked(stored: StoredFacts) -> StoredObject:
        found = real(stored)
        started.append(beside(lambda: dispose(asked, **HOW, actor=second)))
        return found

    monkeypatch.setattr(intake, "stored_object", looked)
    again = take_in(source="another family")
    started[0].join(30)
    remove_asked()
    assert vault().open(again.stored.name).read() == LETTER
    assert not StoredObject.objects.get().is_going


def test_two_who_bring_bytes_that_are_to_go_do_not_wait_for_each_other(
    take_in: TakeIn, lawyer: User, case: Case, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = hire("soraya", Role.LAWYER)
    add_member(case, user=second, actor=lawyer)
    monkeypatch.setattr("evidence.disposal.remove_asked", lambda: 0)
    dispose(request_disposal(take_in(), **WHY, actor=lawyer), **HOW, actor=second)
    with transaction.atomic():
        take_in(source="another family")
        thread = beside(lambda: take_in(source="a third family"))
    thread.join(30)
    assert not thread.is_alive()
    assert EvidenceItem.objects.filter(disposed_at=None).count() == (
        2 if connection.vendor == "postgresql" else 1
    )
    assert not StoredObject.objects.get().is_going
