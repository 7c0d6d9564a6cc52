"""Fifty people send at once: every file is an item in the end, none is lost, and nobody sees the server break."""

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from cases.models import Case
from evidence.models import CustodyEvent, EvidenceItem, StoredObject, Upload
from evidence.resumable import receiving
from evidence.resumable.taking_in import take_in_arrived
from evidence.verification import verify_evidence
from tests.evidence.sending import Sender, repr_digest

pytestmark = pytest.mark.django_db(transaction=True)

ClientFor = Callable[[User | None], Client]
PEOPLE = 50
# What a client waits and tries again for: somebody else's turn, a database that is busy.
AGAIN = (423, 503)


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "SEGMENT_BYTES", 1000)


def insistently(ask: Callable[[], object]):
    for wait in range(1, 60):
        answer = ask()
        if answer.status_code not in AGAIN:
            return answer
        time.sleep(min(wait, 10) / 10)
    raise AssertionError("turned away for ever")


def send(sender: Sender, content: bytes) -> str:
    """As the page does it: announce, then send part by part until all of it is here. Gives its address."""
    begun = insistently(lambda: sender.begin(len(content)))
    assert begun.status_code == 201, begun.content
    where, here = begun["Location"], 0
    while here < len(content):
        part = content[here : here + 1300]
        last = repr_digest(content) if here + len(part) == len(content) else {}
        answer = insistently(lambda here=here, part=part, last=last: sender.patch(where, here, part, **last))
        assert answer.status_code in (204, 409), answer.content
        here = int(insistently(lambda: sender.head(where))["Upload-Offset"])
    return where


def all_at_once(senders: list[Sender], contents: list[bytes]) -> list[str]:
    barrier = Barrier(len(senders))

    def one(sender: Sender, content: bytes) -> str:
        try:
            barrier.wait(timeout=60)
            return send(sender, content)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(senders)) as pool:
        return list(pool.map(one, senders, contents))


@pytest.mark.parametrize("same", [False, True], ids=["fifty files", "one file by all"])
def test_fifty_uploads_at_once_are_fifty_items_with_their_digests(
    paralegal: User, case: Case, client_for: ClientFor, on_disk: Callable[[], None], same: bool
) -> None:
    contents = [(b"" if same else b"%d " % number) + b"a letter " * 300 for number in range(PEOPLE)]
    senders = [Sender(client_for(paralegal), case) for _number in range(PEOPLE)]
    for sender in senders:
        # What nobody foresaw is answered as the site answers it.
        sender.client.raise_request_exception = False
    on_disk()
    where = all_at_once(senders, contents)
    # What the database was too busy to take in at once is left to the reconciler, as the page says.
    take_in_arrived()
    told = [sender.told(at) for sender, at in zip(senders, where, strict=True)]
    assert all(one["ok"] for one in told), [one for one in told if not one["ok"]]
    assert len({one["reference"] for one in told}) == PEOPLE
    for one, content in zip(told, contents, strict=True):
        item = EvidenceItem.objects.get(reference=one["reference"])
        assert item.stored.sha256.hex == hashlib.sha256(content).hexdigest()
    assert EvidenceItem.objects.count() == PEOPLE
    assert StoredObject.objects.count() == (1 if same else PEOPLE)
    assert CustodyEvent.objects.filter(kind="received").count() == PEOPLE
    assert set(Upload.objects.values_list("state", flat=True)) == {"taken_in"}
    assert verify_evidence(EvidenceItem.objects.all()).ok
