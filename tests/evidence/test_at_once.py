"""Many at once: one object, exact custody, and nobody turned away."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import close_old_connections, connections

from accounts.models import User
from evidence.fixity import check_fixity
from evidence.models import CustodyEvent, EvidenceItem, StoredObject
from evidence.verification import verify_evidence
from tests.evidence.conftest import TakeIn

# SQLite's tests live in memory, where threads share one lock and no waiting; PostgreSQL shows the real race.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

AT_ONCE = 8


def all_at_once(act, times: int = 24) -> None:
    def once(_number: int) -> None:
        close_old_connections()
        try:
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(once, range(times)))


def test_the_same_bytes_taken_in_at_once_are_one_object_with_as_many_receipts(take_in: TakeIn) -> None:
    all_at_once(take_in)
    assert StoredObject.objects.count() == 1
    assert EvidenceItem.objects.count() == 24
    assert CustodyEvent.objects.filter(kind="received").count() == 24
    assert verify_evidence(EvidenceItem.objects.all()).ok


def test_custody_of_one_item_stays_gapless_when_many_write(take_in: TakeIn, paralegal: User) -> None:
    item = take_in()
    before = item.custody.count()
    all_at_once(lambda: check_fixity(item, actor=paralegal), times=16)
    numbers = list(item.custody.values_list("seq", flat=True))
    assert sorted(numbers) == list(range(1, before + 17))
