"""A fault at every request to the storage server: nothing acknowledged is lost, nothing half-made is visible."""

import io
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from evidence.errors import VaultUnavailable
from evidence.vault import s3_writing
from evidence.vault.facts import StoredFacts
from evidence.vault.objects import Vault
from evidence.vault.vault_keys import VaultKeys
from tests.evidence.vault.places import BucketPlace

KEPT = b"acknowledged before"
PART = 64 * 1024

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.fixture
def place(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> BucketPlace:
    """Moto with small parts, so that an upload in parts is quick."""
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1024)
    monkeypatch.setattr(s3_writing, "_PART_BYTES", PART)
    return BucketPlace(moto_url)


@pytest.fixture
def vault(place: BucketPlace, keys: VaultKeys) -> Vault:
    return Vault.create(place.store, keys)


class Killed(BaseException):
    """The process ends here."""


class Empty:
    """The body of an answer that has none."""

    def stream(self, *_arguments: Any, **_options: Any) -> Iterator[bytes]:
        yield b""

    def read(self, *_arguments: Any) -> bytes:
        return b""


def refuse(request: Any, _send: Callable[[Any], Any]) -> Any:
    raise EndpointConnectionError(endpoint_url=request.url)


def lose_the_answer(request: Any, send: Callable[[Any], Any]) -> Any:
    send(request)
    raise ReadTimeoutError(endpoint_url=request.url)


def answer_500(request: Any, _send: Callable[[Any], Any]) -> Any:
    return AWSResponse(request.url, 500, {}, Empty())


def kill_before(_request: Any, _send: Callable[[Any], Any]) -> Any:
    raise Killed


def kill_after(request: Any, send: Callable[[Any], Any]) -> Any:
    send(request)
    raise Killed


@contextmanager
def faults(place: BucketPlace, fault: Callable[..., Any], *, at: int, for_good: bool) -> Iterator[list[str]]:
    """The request numbered `at` (from 0), and with `for_good` every later one, meets `fault`."""
    client = place.door._client
    made: list[str] = []

    def before_send(request: Any, event_name: str, **_more: Any) -> Any:
        made.append(event_name.rsplit(".", 1)[1])
        number = len(made) - 1
        if number == at or (for_good and number > at):
            return fault(request, client._endpoint.http_session.send)
        return None

    client.meta.events.register_first("before-send.s3", before_send)
    try:
        yield made
    finally:
        client.meta.events.unregister("before-send.s3", before_send)


def take_in(vault: Vault, data: bytes) -> StoredFacts:
    return vault.commit(vault.receive(io.BytesIO(data)))


def require_whole(vault: Vault, place: BucketPlace, kept: StoredFacts, data: bytes, where: str) -> None:
    """What was acknowledged is there and locked, what is visible is whole, and the same bytes go in again."""
    assert vault.check(kept).ok, where
    for name in place.names():
        assert vault.open(name).read() in (KEPT, data), where
    facts = take_in(vault, data)
    assert vault.check(facts).ok, where
    head = place.door.head(place.key(facts.name))
    assert head.lock_mode == "COMPLIANCE", where
    vault.sweep_temporary(older_than=-1)
    assert sorted(place.names()) == sorted([kept.name, facts.name]), where
    assert place.uploads() == [], where
    assert place.spooled() == [], where


@pytest.mark.parametrize("size", [10, 2 * PART + 7])
@pytest.mark.parametrize(
    ("fault", "for_good"),
    [
        (refuse, False),
        (refuse, True),
        (lose_the_answer, False),
        (lose_the_answer, True),
        (answer_500, False),
        # Nothing runs after a kill, so no request that would tidy up may pass.
        (kill_before, True),
        (kill_after, True),
    ],
)
def test_a_fault_at_any_request_loses_nothing_and_shows_nothing_half_made(
    vault: Vault, place: BucketPlace, fault: Callable[..., Any], size: int, for_good: bool
):
    kept = take_in(vault, KEPT)
    at = 0
    while True:
        data = random.Random(f"{size} {at}").randbytes(size)
        with faults(place, fault, at=at, for_good=for_good) as made:
            try:
                facts = take_in(vault, data)
            except (VaultUnavailable, Killed):
                facts = None
        if at >= len(made):
            # The whole run passed untouched: every request has had its fault.
            assert facts is not None
            break
        where = f"{made[at]} ({at}), {fault.__name__}"
        if facts is not None:
            assert vault.check(facts).ok, where
        require_whole(vault, place, kept, data, where)
        place.client.delete_object(Bucket=place.bucket, Key=place.key(take_in(vault, data).name))
        at += 1
        # A run may need other requests than the last one; none needs this many.
        assert at < 60
    assert at >= 7


def test_what_may_be_asked_again_is_and_what_could_double_is_not(vault: Vault, place: BucketPlace):
    data = random.Random(1).randbytes(2 * PART + 7)
    with faults(place, answer_500, at=0, for_good=True) as made, pytest.raises(VaultUnavailable):
        take_in(vault, data)
    assert made == ["GetObject"] * 4
    with faults(place, refuse, at=10**9, for_good=True) as made:
        take_in(vault, data)
    for name in ("CreateMultipartUpload", "CompleteMultipartUpload"):
        other = random.Random(name).randbytes(2 * PART + 7)
        with (
            faults(place, answer_500, at=made.index(name), for_good=False) as tried,
            pytest.raises(VaultUnavailable),
        ):
            take_in(vault, other)
        assert tried.count(name) == 1
    assert place.uploads() == []


def test_a_fault_while_an_object_is_read_is_not_called_an_alteration(vault: Vault, place: BucketPlace):
    facts = take_in(vault, random.Random(3).randbytes(500_000))
    for at in range(3):
        with faults(place, refuse, at=at, for_good=True):
            assert vault.check(facts).state.value == "unreadable"
            assert vault.scrub(facts).state.value == "unreadable"
            with pytest.raises(VaultUnavailable):
                vault.open(facts.name).read()
    with faults(place, refuse, at=1, for_good=False):
        assert vault.check(facts).ok
