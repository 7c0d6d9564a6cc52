"""The sums that say whether any entry stands outside the tree."""

import uuid
from collections.abc import Callable

import pytest

from audit.actions import Action
from audit.balance import weigh
from audit.log import Subject, append
from audit.models import Entry
from tests.audit.conftest import CLERK
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]

# SQLite merges the keys themselves.
pytestmark = pytest.mark.postgres


def _entries() -> int | None:
    balance = weigh()
    assert balance is not None
    return balance.entries


def test_entries_that_have_or_await_their_place_are_in_balance(write: Write) -> None:
    write(5)
    append(Action.SIGNED_IN, subject=Subject("test.thing", "6"), actor=CLERK, facts={})
    assert _entries() == 6


@pytest.mark.django_db
def test_an_empty_log_is_in_balance() -> None:
    assert _entries() == Entry.objects.count()


def test_an_entry_without_its_place_upsets_the_balance(write: Write) -> None:
    write(5)
    tamper("DELETE FROM audit_leaf WHERE leaf_index = 4")
    assert _entries() is None


def test_as_many_places_of_another_entry_do_not_restore_it(write: Write) -> None:
    write(5)
    tamper("UPDATE audit_leaf SET entry_id = %s WHERE leaf_index = 4", (uuid.UUID(int=1),))
    assert _entries() is None
