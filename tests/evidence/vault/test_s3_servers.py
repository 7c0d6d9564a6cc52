"""Buckets that cannot hold a vault, and servers that answer wrongly, late or not at all."""

import dataclasses
import io
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

from evidence.errors import VaultFull, VaultRefuses, VaultUnavailable
from evidence.vault import s3_bucket, s3_writing
from evidence.vault.objects import Vault
from evidence.vault.s3_address import Lock, StoreAccess, read_address
from evidence.vault.s3_bucket import Bucket
from evidence.vault.s3_store import S3Store
from evidence.vault.stores import Spooled
from evidence.vault.vault_keys import VaultKeys
from tests.evidence.vault.conftest import REAL_SERVER
from tests.evidence.vault.places import BucketPlace

NAME = "ab" * 32


def letter(vault: Vault) -> Any:
    return vault.commit(vault.receive(io.BytesIO(b"letter")))


# The bucket


def test_a_bucket_without_object_lock_is_refused_where_a_lock_is_required(s3_url: str):
    place = BucketPlace(s3_url, with_locks=False)
    with pytest.raises(VaultUnavailable, match="keeps no versions"):
        place.store.prepare()
    place.client.put_bucket_versioning(Bucket=place.bucket, VersioningConfiguration={"Status": "Enabled"})
    with pytest.raises(VaultUnavailable, match="without object lock"):
        place.store.prepare()
    assert "Contents" not in place.client.list_objects_v2(Bucket=place.bucket)


def test_a_bucket_without_object_lock_will_do_where_none_is_required(s3_url: str, keys: VaultKeys):
    place = BucketPlace(s3_url, with_locks=False, lock="none")
    vault = Vault.create(place.store, keys)
    facts = letter(vault)
    assert vault.check(facts).ok
    assert letter(vault) == facts
    assert vault.remove_old(facts.name)
    assert place.names() == []


def test_a_bucket_that_is_not_there_is_named(s3_url: str, keys: VaultKeys, tmp_path: Path):
    there = BucketPlace(s3_url)
    address = dataclasses.replace(there.address, bucket="no-such-bucket-at-all")
    store = S3Store(Bucket(address, there.access), tmp_path)
    for act in (store.prepare, store.read_marker, lambda: Vault.create(store, keys)):
        with pytest.raises(VaultUnavailable, match="no such bucket"):
            act()


@pytest.mark.s3
def test_a_wrong_secret_is_refused_in_one_sentence_that_does_not_tell_it(tmp_path: Path):
    # Moto lets everybody in, whatever the secret.
    there = BucketPlace(os.environ[REAL_SERVER])
    wrong = StoreAccess(there.access.key_id, "not-the-secret")
    with pytest.raises(VaultUnavailable, match=r"store_access\.key") as refused:
        S3Store(Bucket(there.address, wrong), tmp_path).prepare()
    assert "not-the-secret" not in str(refused.value)


@pytest.mark.parametrize("mode", ["compliance", "governance"])
@pytest.mark.parametrize("size", [10, 5 * 1024 * 1024])
def test_every_object_is_locked_and_the_server_holds_to_it(
    s3_url: str, keys: VaultKeys, mode: str, size: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(s3_writing, "_PART_BYTES", 5 * 1024 * 1024)
    place = BucketPlace(s3_url, lock=f"{mode}:2")
    vault = Vault.create(place.store, keys)
    facts = vault.commit(vault.receive(io.BytesIO(random.Random(size).randbytes(size))))
    head = place.door.head(place.key(facts.name))
    assert head.lock_mode == mode.upper()
    assert head.locked_until is not None
    (version,) = place.versions(facts.name)
    with pytest.raises(place.client.exceptions.ClientError, match="AccessDenied"):
        place.client.delete_object(Bucket=place.bucket, Key=place.key(facts.name), VersionId=version)
    assert not vault.remove_old(facts.name)
    assert vault.check(facts).ok


def test_an_object_whose_lock_was_never_put_is_locked_by_its_next_arrival(s3_url: str, keys: VaultKeys):
    place = BucketPlace(s3_url)
    unlocked = S3Store(Bucket(dataclasses.replace(place.address, lock=None), place.access), place.store.spool)
    facts = letter(Vault.create(unlocked, keys))
    assert place.door.head(place.key(facts.name)).lock_mode == ""
    assert letter(Vault(place.store, keys)) == facts
    assert place.door.head(place.key(facts.name)).lock_mode == "COMPLIANCE"


@pytest.mark.usefixtures("no_waiting")
def test_a_removal_that_is_refused_is_no_lock(moto_url: str, keys: VaultKeys):
    """A key that lost its right to delete must not be told as a lock that will end one day."""
    place = BucketPlace(moto_url, with_locks=False, lock="none")
    place.client.put_bucket_versioning(Bucket=place.bucket, VersioningConfiguration={"Status": "Enabled"})
    vault = Vault.create(place.store, keys)
    facts = letter(vault)

    def refuse(request: Any, **_more: Any) -> AWSResponse:
        body = io.BytesIO(b"<Error><Code>AccessDenied</Code></Error>")
        return AWSResponse(request.url, 403, {}, HTTPResponse(body, preload_content=False))

    for address in (place.address, dataclasses.replace(place.address, lock=Lock("COMPLIANCE", 2))):
        door = Bucket(address, place.access)
        door._client.meta.events.register("before-send.s3.DeleteObject", refuse)
        with pytest.raises(VaultRefuses, match=r"store_access\.key"):
            S3Store(door, place.store.spool).remove(facts.name)
    assert vault.check(facts).ok


# The settings


@pytest.mark.parametrize(
    ("store", "endpoint", "lock", "words"),
    [
        ("bucket", "", "none", "s3://bucket/folder"),
        ("s3://", "", "none", "s3://bucket/folder"),
        ("s3://Bucket", "", "none", "s3://bucket/folder"),
        ("s3://bucket/a b", "", "none", "s3://bucket/folder"),
        ("s3://bucket", "ftp://host", "none", "https://host:port"),
        ("s3://bucket", "https://key:secret@host", "none", "https://host:port"),
        ("s3://bucket", "http://storage.example", "none", "no TLS"),
        ("s3://bucket", "", "", "DADKHAH_STORE_LOCK"),
        ("s3://bucket", "", "compliance", "DADKHAH_STORE_LOCK"),
        ("s3://bucket", "", "compliance:0", "DADKHAH_STORE_LOCK"),
        ("s3://bucket", "", "whatever:10", "DADKHAH_STORE_LOCK"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(store: str, endpoint: str, lock: str, words: str):
    with pytest.raises(VaultUnavailable, match=words):
        read_address(store, endpoint=endpoint, region="", lock=lock)


def test_the_access_shows_nothing_of_itself():
    assert repr(StoreAccess("key id", "secret")) == "StoreAccess(<sealed>)"


# Servers that are not well

Answer = Callable[[BaseHTTPRequestHandler], None]


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), "ETag": '"tag"', **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def hang(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def garbage(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 200, b"<<<this is no XML")


def refusal_in_garbage(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 403, b"\0\1\2 not XML")


def gone_mad(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 500, b"<html>it is broken</html>")


def cut_short(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 206, b"age-enc", Content_Length="5000", Content_Range="bytes 0-4999/5000")


def cut_marker(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 200, b'{"format": "dadkh', Content_Length="200")


def page_of_a_proxy(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 200, b"<html><p>Please sign in to this network</p></html>", Content_Type="text/html")


def whole_for_a_range(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 200, b"x" * 5000)


def another_range(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 206, b"x" * 100, Content_Range="bytes 7-106/5000")


def wrong_length(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 206, b"x" * 100, Content_Range="bytes 0-99/5000")


def full(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 507, b"<Error><Code>XMinioStorageFull</Code><Message>full</Message></Error>")


def clock_is_off(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 403, b"<Error><Code>RequestTimeTooSkewed</Code><Message>skewed</Message></Error>")


@contextmanager
def server_that(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.close_connection = True
            answer(self)

        def log_message(self, *_arguments: Any) -> None:
            return

    for verb in ("GET", "PUT", "POST", "HEAD", "DELETE"):
        setattr(Handler, f"do_{verb}", Handler.handle_any)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def store_at(endpoint: str, spool: Path) -> S3Store:
    address = read_address("s3://bucket/evidence", endpoint=endpoint, region="", lock="none")
    return S3Store(Bucket(address, StoreAccess("id", "secret")), spool)


def read_all(store: S3Store) -> bytes:
    return store.open(NAME).file.read()


def acts_of(store: S3Store, spooled: Spooled) -> list[Callable[[], Any]]:
    return [
        store.prepare,
        lambda: store.write_marker(b"{}"),
        lambda: store.place(spooled, NAME),
        lambda: read_all(store),
        lambda: store.remove(NAME),
        lambda: store.sweep(older_than=0),
    ]


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    "answer", [hang, hang_up, refusal_in_garbage, gone_mad, full], ids=lambda a: a.__name__
)
def test_a_server_that_is_not_well_is_told_in_one_sentence_and_keeps_nobody_waiting(
    answer: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(s3_bucket, "_READ_SECONDS", 0.2)
    spooled = tmp_path / "spooled"
    spooled.write_bytes(b"sealed")
    with server_that(answer) as endpoint:
        for act in acts_of(store_at(endpoint, tmp_path), Spooled(spooled, 6, bytes(32))):
            began = time.monotonic()
            with pytest.raises(VaultUnavailable) as fault:
                act()
            assert time.monotonic() - began < 5
            assert "s3://bucket/evidence" in str(fault.value)
            assert (type(fault.value) is VaultFull) == (answer is full)


def test_a_server_that_hangs_is_not_asked_four_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(s3_bucket, "_READ_SECONDS", 0.3)
    asked: list[str] = []

    def hang_and_count(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.command)
        hang(handler)

    with server_that(hang_and_count) as endpoint, pytest.raises(VaultUnavailable, match="does not answer"):
        store_at(endpoint, tmp_path).open(NAME)
    assert len(asked) == 1


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("answer", [cut_marker, page_of_a_proxy], ids=lambda a: a.__name__)
def test_half_an_answer_and_a_page_of_a_proxy_accuse_neither_marker_nor_bucket(
    answer: Answer, tmp_path: Path
):
    with server_that(answer) as endpoint:
        store = store_at(endpoint, tmp_path)
        with pytest.raises(VaultUnavailable, match=r"The storage server"):
            store.read_marker()
        if answer is page_of_a_proxy:
            for act in (store.prepare, lambda: store.write_marker(b"{}"), lambda: store.held_until(NAME)):
                with pytest.raises(VaultUnavailable, match=r"The storage server"):
                    act()


@pytest.mark.usefixtures("no_waiting")
def test_a_server_that_is_not_there_is_told_in_one_sentence(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(VaultUnavailable, match="does not answer"):
        store_at(f"http://127.0.0.1:{port}", tmp_path).prepare()


def test_a_clock_that_is_wrong_is_not_told_as_a_wrong_key(tmp_path: Path):
    with server_that(clock_is_off) as endpoint, pytest.raises(VaultRefuses, match="Set the clocks") as fault:
        store_at(endpoint, tmp_path).prepare()
    assert "store_access.key" not in str(fault.value)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    "answer",
    [garbage, cut_short, whole_for_a_range, another_range, wrong_length],
    ids=lambda answer: answer.__name__,
)
def test_an_answer_to_another_question_is_never_taken_for_an_object(answer: Answer, tmp_path: Path):
    with server_that(answer) as endpoint, pytest.raises(VaultUnavailable):
        store_at(endpoint, tmp_path).open(NAME)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("form", ["other bytes", "shorter", "no lock"])
def test_a_server_that_acknowledges_what_it_did_not_do_is_not_believed(
    moto_url: str, keys: VaultKeys, form: str
):
    """The bytes are changed, or the lock is forgotten, between the server's answer and its store."""
    place = BucketPlace(moto_url)
    vault = Vault.create(place.store, keys)

    def spoil(request: Any, **_more: Any) -> None:
        sent = request.body if isinstance(request.body, bytes) else request.body.read()
        request.body = b"X" * len(sent) if form == "other bytes" else sent[:-1]
        request.headers["Content-Length"] = str(len(request.body))
        for name in ("Content-MD5", "x-amz-checksum-sha256", "x-amz-content-sha256"):
            del request.headers[name]

    def forget(model: Any, params: Any, **_more: Any) -> None:
        params["headers"]["x-amz-bypass-governance-retention"] = "true"
        params["body"] = params["body"].replace(b"COMPLIANCE", b"GOVERNANCE")
        params["headers"].pop("Content-MD5", None)

    events = place.door._client.meta.events
    if form == "no lock":
        events.register("before-call.s3.PutObjectRetention", forget)
    else:
        events.register("before-send.s3.PutObject", spoil)
    with pytest.raises(VaultUnavailable, match="did not lock" if form == "no lock" else "other bytes"):
        letter(vault)
    assert form == "no lock" or place.names() == []
