"""An upload in a process that is killed, or whose disk is full, at any call: what was acknowledged is an item in the end."""

import hashlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from audit.models import Entry
from cases.models import Case
from evidence.models import EvidenceItem, StoredObject, Upload
from evidence.resumable import receiving
from evidence.resumable.ending import sweep_uploads
from evidence.resumable.taking_in import take_in_arrived
from evidence.store import vault
from evidence.verification import verify_evidence
from tests.evidence.faulty_process import count_calls, run_until_killed, run_with_failing
from tests.evidence.sending import Sender, repr_digest, the_upload

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.program("strace"),
    pytest.mark.usefixtures("on_disk"),
]

ClientFor = Callable[[User | None], Client]
# All of those that make something durable are met at every turn; of the others some, the first and the last among them.
DURABLE = ["fsync", "fdatasync", "rename", "mkdir", "unlinkat"]
OTHERS = ["write", "pwrite64", "fallocate", "ftruncate", "fchmod", "unlink", "sendto"]
SOME = 6
SECRET = b"a very plain secret, "
PARTS = (0, 1500, 3500)


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "SEGMENT_BYTES", 1000)


@pytest.fixture
def sender(paralegal: User, case: Case, client_for: ClientFor, on_disk: Callable[[], None]) -> Sender:
    client = client_for(paralegal)
    # What nobody foresaw is answered as the site answers it.
    client.raise_request_exception = False
    made = Sender(client, case)
    # The vault is there already, and so is all that the first request of a process looks up.
    made.begin(1, b"x")
    on_disk()
    return made


def content_of(name: str) -> bytes:
    return (SECRET * 200 + name.encode())[-PARTS[-1] :]


def sending(sender: Sender, where: str, content: bytes) -> Callable[[Callable[[Any], None]], None]:
    """Sends the parts one after the other, and tells of each answer."""

    def act(tell: Callable[[Any], None]) -> None:
        for start, end in pairwise(PARTS):
            last = repr_digest(content) if end == PARTS[-1] else {}
            answer = sender.patch(where, start, content[start:end], **last)
            tell([answer.status_code, answer.get("Upload-Offset", ""), answer.content.decode()])
            if answer.status_code != 204:
                return

    return act


def go_on(sender: Sender, where: str, content: bytes) -> None:
    """What a browser does when the line is there again, and the reconciler beside it."""
    while sender.told(where)["state"] == "arriving":
        here = int(sender.head(where)["Upload-Offset"])
        answer = sender.patch(where, here, content[here:], **repr_digest(content))
        assert answer.status_code == 204, answer.content
    # What failed is tried again after a pause; this test does not wait for it.
    Upload.objects.update(tried_at=None)
    take_in_arrived()


def require_whole(sender: Sender, where: str, content: bytes, house: Path) -> None:
    told = sender.told(where)
    assert told["ok"], told
    item = EvidenceItem.objects.get(reference=told["reference"])
    assert item.stored.sha256.hex == hashlib.sha256(content).hexdigest()
    assert EvidenceItem.objects.filter(object=item.object).count() == 1
    assert item.custody.filter(kind="received").count() == 1
    assert Entry.objects.filter(action="evidence.received", subject_id=str(item.pk)).count() == 1
    assert verify_evidence([item]).ok
    sweep_uploads()
    vault().sweep_temporary(older_than=-1)
    left = [path for path in (house / "data" / "vault").rglob("*") if path.is_file()]
    objects = {path.name for path in left if path.parent.parent.name == "objects"}
    assert objects == set(StoredObject.objects.values_list("name", flat=True))
    assert {path.name for path in left} - objects == {"vault.json"}
    for path in (path for path in house.rglob("*") if path.is_file()):
        assert SECRET not in path.read_bytes(), f"in the clear in {path}"


def turns(calls: int, *, all_of_them: bool) -> list[int]:
    every = list(range(1, calls + 1))
    if all_of_them or calls <= SOME:
        return every
    return sorted({1, calls, *every[:: -(-calls // (SOME - 1))]})


@pytest.mark.parametrize("call", [*DURABLE, *OTHERS])
def test_killed_at_any_call_an_upload_goes_on_and_loses_nothing(
    sender: Sender, house: Path, tmp_path: Path, call: str
) -> None:
    calls = count_calls(
        sending(sender, sender.begun(PARTS[-1]), content_of("counted")), of=[call], scratch=tmp_path
    )[call]
    for at in turns(calls, all_of_them=call in DURABLE):
        content = content_of(f"{call} {at}")
        where = sender.begun(len(content))
        ended = run_until_killed(sending(sender, where, content), call=call, at=at)
        # How often SQLite writes differs a little from run to run, and of 256 folders in the vault the one that the
        # object comes into may be there already, from an object before.
        assert ended.killed or at == calls, f"{call} {at} was let pass"
        acknowledged = max([int(offset) for _status, offset, _said in ended.told], default=0)
        assert the_upload(where).offset >= acknowledged, f"{call} {at}"
        go_on(sender, where, content)
        require_whole(sender, where, content, house)


def test_the_calls_that_are_killed_at_are_those_that_are_made(sender: Sender, tmp_path: Path) -> None:
    act = sending(sender, sender.begun(PARTS[-1]), content_of("counted"))
    made = count_calls(act, of=[*DURABLE, *OTHERS], scratch=tmp_path)
    assert made["fsync"] >= 8
    assert made["rename"] == 5
    assert made["fdatasync" if connection.vendor == "sqlite" else "sendto"] >= 5


@pytest.mark.parametrize("error", ["ENOSPC", "EROFS"])
@pytest.mark.parametrize("call", ["fallocate", "write", "pwrite64", "fsync", "rename"])
def test_while_the_disk_takes_nothing_a_sentence_says_so_and_afterwards_the_upload_goes_on(
    sender: Sender, house: Path, tmp_path: Path, call: str, error: str
) -> None:
    content = content_of("counted")
    calls = count_calls(sending(sender, sender.begun(PARTS[-1]), content), of=[call], scratch=tmp_path)[call]
    for at in sorted({1, calls // 2, calls} - {0}):
        content = content_of(f"{call} {error} {at}")
        where = sender.begun(len(content))
        ended = run_with_failing(sending(sender, where, content), calls=[call], error=error, at=at)
        assert not ended.killed
        status, _offset, said = ended.told[-1]
        assert status in (204, 503, 507), f"{call} {at}: {status} {said}"
        if status != 204:
            assert "full" in said or "disk" in said or "database" in said, said
        go_on(sender, where, content)
        require_whole(sender, where, content, house)
