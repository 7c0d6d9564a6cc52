"""The auditor's queue: items whose custody waits, by reason."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from evidence import queries
from evidence.fixity import check_fixity
from evidence.queries import Attention, custody_waiting
from tests.evidence.conftest import TakeIn
from tests.evidence.test_intake import stored_files

ClientFor = Callable[[User | None], Client]


def test_an_item_waits_until_it_was_checked_and_again_when_the_check_is_old(
    take_in: TakeIn, auditor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = take_in()
    assert list(custody_waiting(auditor, Attention.UNCHECKED)) == [item]
    check_fixity(item, actor=auditor)
    assert not any(custody_waiting(auditor, reason) for reason in Attention)
    later = timezone.now() + timedelta(days=91)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert list(custody_waiting(auditor, Attention.OVERDUE)) == [item]
    assert timedelta(days=90) == queries.CHECKED_WITHIN


def test_only_the_last_check_decides_whether_an_item_is_broken(
    take_in: TakeIn, auditor: User, house: Path
) -> None:
    item = take_in()
    [stored] = stored_files(house)
    content = stored.read_bytes()
    stored.unlink()
    check_fixity(item, actor=auditor)
    assert list(custody_waiting(auditor, Attention.BROKEN)) == [item]
    stored.write_bytes(content)
    check_fixity(item, actor=auditor)
    assert list(custody_waiting(auditor, Attention.BROKEN)) == []


def test_the_queue_is_chosen_by_a_chip_that_counts(
    client_for: ClientFor, take_in: TakeIn, auditor: User
) -> None:
    item = take_in()
    desk = client_for(auditor)
    with CaptureQueriesContext(connection) as asked:
        page = desk.get(reverse("evidence:custody_review"), {"wait": "unchecked"})
    assert len(asked) < 20
    assert list(page.context["page"].object_list) == [item]
    assert {chip["label"]: chip.get("count") for chip in page.context["filters"]} == {
        "Every item": None,
        "Open alarm": 0,
        "Never checked since it was received": 1,
        "Last check failed": 0,
        "Not checked for 90 days": 0,
    }
    empty = desk.get(reverse("evidence:custody_review"), {"wait": "broken"}).content.decode()
    assert "No item waits for this reason" in empty
    assert desk.get(reverse("evidence:custody_review"), {"wait": "\x00"}).status_code == 200
