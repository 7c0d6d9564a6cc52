"""Being the witness of another house's log: what is consistent is cosigned, everything else refused and named."""

import base64
import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.cosignatures import TreeHead
from audit.cosigning import add_cosignatures
from audit.errors import (
    BadInput,
    BadNote,
    Broken,
    FirstSight,
    LogKeyExists,
    LogKeyWrong,
    NothingSigned,
    PublishedLogUnreadable,
    WitnessKeyMissing,
    WitnessRefused,
)
from audit.faults import FaultKind
from audit.keys import PUBLIC_FILE, lines_of, load_verifiers
from audit.merkle import leaf_hash, nodes_over, root
from audit.models import Checkpoint, CheckpointSignature, Entry, WitnessedLog
from audit.notes import Signer, Verifier, open_note, sign_note, split_note
from audit.published_files import FolderSource, WebSource, open_source
from audit.publishing import publish_log
from audit.rotations import Rotation
from audit.signature_kinds import ED25519_COSIGNATURE, MLDSA44
from audit.tile_paths import tiles_of
from audit.verification import verify_log
from audit.witness_keys import PRIVATE_FILE, WITNESSES_FILE, create_witness_keys, load_witness_signers
from audit.witnessing import Witnessed, witness_log
from tests.audit.conftest import CLERK
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]
ORIGIN = "prague.example/log"


@dataclass
class OtherHouse:
    """Another house's log as it publishes it, made without any of our code that publishes."""

    folder: Path
    signers: list[Signer]

    @property
    def keys(self) -> list[Verifier]:
        return [signer.verifier for signer in self.signers]

    def publish(
        self, leaves: list[bytes], *, signers: list[Signer] | None = None, origin: str = ORIGIN
    ) -> TreeHead:
        hashes = [leaf_hash(leaf) for leaf in leaves]
        nodes = nodes_over(hashes)
        for name in tiles_of(len(hashes)):
            path = self.folder / name.path
            path.parent.mkdir(parents=True, exist_ok=True)
            first = name.index * 256
            path.write_bytes(b"".join(nodes(8 * name.level, at) for at in range(first, first + name.width)))
        head = TreeHead(origin, len(hashes), root(len(hashes), nodes))
        (self.folder / "checkpoint").write_text(sign_note(head.text, signers or self.signers))
        return head

    def rotate(self, head: TreeHead) -> None:
        old, self.signers = self.signers, house_keys()
        path = self.folder / "log.v1.rotations.json"
        notes = json.loads(path.read_text()) if path.exists() else []
        notes.append(sign_note(Rotation(head, tuple(self.keys)).text, old))
        path.write_text(json.dumps(notes))


def house_keys() -> list[Signer]:
    return [Signer.generate(ORIGIN), Signer.generate(ORIGIN, MLDSA44)]


@pytest.fixture
def other(tmp_path: Path) -> OtherHouse:
    (tmp_path / "prague").mkdir()
    return OtherHouse(tmp_path / "prague", house_keys())


@pytest.fixture
def own_keys(db: None) -> list[Verifier]:
    return create_witness_keys("berlin.example/witness")


def leaves(count: int, *, fork_at: int | None = None) -> list[bytes]:
    return [b"other" if at == fork_at else f"entry {at}".encode() for at in range(count)]


def witness(other: OtherHouse, *, keys: list[Verifier] | None = None, first: bool = False) -> Witnessed:
    return witness_log(
        FolderSource(other.folder), origin=ORIGIN, keys=keys or other.keys, first=first, actor=CLERK
    )


def refused() -> list[dict[str, Any]]:
    rows = Entry.objects.filter(action=Action.WITNESSING_REFUSED.value).order_by("recorded_at")
    return [json.loads(bytes(row.body))["facts"] for row in rows]


def test_a_log_is_cosigned_at_first_sight_only_when_somebody_says_so(
    other: OtherHouse, own_keys: list[Verifier]
) -> None:
    other.publish(leaves(5))
    with pytest.raises(FirstSight, match="--first"):
        witness(other)
    assert not WitnessedLog.objects.exists()
    seen = witness(other, first=True)
    assert (seen.before, seen.shown.size) == (None, 5)
    assert [fact["kind"] for fact in refused()] == ["FirstSight"]


@pytest.mark.parametrize(("old", "new"), [(1, 2), (5, 5), (255, 257), (256, 512), (300, 70_000)])
def test_a_log_that_goes_on_is_cosigned_with_both_kinds(
    other: OtherHouse, own_keys: list[Verifier], old: int, new: int
) -> None:
    other.publish(leaves(old))
    witness(other, first=True)
    shown = other.publish(leaves(new))
    seen = witness(other)
    assert (seen.before and seen.before.size, seen.shown) == (old, shown)
    assert [key.kind for key in own_keys] == [ED25519_COSIGNATURE, MLDSA44]
    for key in [*other.keys, *own_keys]:
        assert open_note(seen.note, [key]) == shown.text
    assert TreeHead.parse(split_note(WitnessedLog.objects.get(size=new).note)[0]) == shown
    assert Entry.objects.filter(action=Action.LOG_WITNESSED.value).count() == 2


def test_a_log_that_carries_our_earlier_signatures_is_not_signed_twice(
    other: OtherHouse, own_keys: list[Verifier]
) -> None:
    other.publish(leaves(5))
    seen = witness(other, first=True)
    (other.folder / "checkpoint").write_text(seen.note)
    assert len(split_note(witness(other).note)[1]) == 4


def test_a_rollback_is_refused_named_and_kept_as_proof(other: OtherHouse, own_keys: list[Verifier]) -> None:
    other.publish(leaves(300))
    witness(other, first=True)
    other.publish(leaves(299))
    with pytest.raises(WitnessRefused, match=r"rolled back.*299 entries.*300 entries") as raised:
        witness(other)
    assert isinstance(raised.value, Broken)
    [facts] = refused()
    assert open_note(facts["signed"], other.keys[:1]).split("\n")[1] == "299"


def test_two_checkpoints_of_one_size_with_different_roots_are_refused(
    other: OtherHouse, own_keys: list[Verifier]
) -> None:
    other.publish(leaves(300))
    witness(other, first=True)
    other.publish(leaves(300, fork_at=7))
    with pytest.raises(WitnessRefused, match="another root"):
        witness(other)
    assert WitnessedLog.objects.count() == 1


@pytest.mark.parametrize("fork_at", [0, 127, 298])
def test_a_larger_log_that_does_not_begin_with_what_was_seen_is_refused(
    other: OtherHouse, own_keys: list[Verifier], fork_at: int
) -> None:
    other.publish(leaves(299))
    witness(other, first=True)
    other.publish(leaves(600, fork_at=fork_at))
    with pytest.raises(WitnessRefused, match="does not begin"):
        witness(other)
    assert len(refused()) == 1


def test_a_fork_is_refused_although_the_table_of_what_was_seen_was_emptied(
    other: OtherHouse, own_keys: list[Verifier]
) -> None:
    """Our own log remembers what was seen, and under which key."""
    other.publish(leaves(600))
    witness(other, first=True)
    stolen = other.signers
    other.rotate(other.publish(leaves(610)))
    honest = other.publish(leaves(620))
    pinned = [key.verifier for key in stolen]
    witness(other, keys=pinned)
    for statement in ("WHERE size > 600", ""):
        tamper(f"DELETE FROM audit_witnessedlog {statement}")
        other.publish(leaves(620, fork_at=605))
        with pytest.raises(WitnessRefused, match=r"another root.*620 entries"):
            witness(other, keys=pinned, first=True)
        other.publish(leaves(700, fork_at=605))
        with pytest.raises(WitnessRefused, match="does not begin"):
            witness(other, keys=pinned, first=True)
    rotations = other.folder / "log.v1.rotations.json"
    kept = rotations.read_text()
    rotations.write_text("[]")
    other.publish(leaves(700), signers=stolen)
    with pytest.raises(WitnessRefused, match="a change of keys is hidden"):
        witness(other, keys=pinned, first=True)
    rotations.write_text(kept)
    other.publish(leaves(700))
    assert witness(other, keys=pinned).before == honest


@pytest.mark.parametrize("change", ["INSERT", "UPDATE"])
def test_a_view_that_our_own_log_does_not_know_is_not_believed(
    other: OtherHouse, own_keys: list[Verifier], change: str
) -> None:
    other.publish(leaves(600))
    witness(other, first=True)
    forked = other.publish(leaves(700, fork_at=5))
    if change == "INSERT":
        [row] = WitnessedLog.objects.all()
        WitnessedLog.objects.create(
            origin=ORIGIN, size=700, root=forked.root, note=row.note, seen_at=row.seen_at
        )
    else:
        tamper("UPDATE audit_witnessedlog SET root = %s, size = 600", (forked.root,))
    with pytest.raises(WitnessRefused, match="somebody changed the database of this house"):
        witness(other)
    assert [facts["kind"] for facts in refused()] == ["WitnessRefused"]


def test_a_view_in_our_own_log_that_cannot_be_read_is_not_believed(
    other: OtherHouse, own_keys: list[Verifier]
) -> None:
    other.publish(leaves(600))
    witness(other, first=True)
    entry = Entry.objects.get(action=Action.LOG_WITNESSED.value)
    key = json.loads(bytes(entry.body))["facts"]["key"]
    spoilt = bytes(entry.body).replace(key.encode(), f"{key[:-1]}z".encode())
    tamper("UPDATE audit_entry SET body = %s WHERE action = 'log.witnessed'", (spoilt,))
    with pytest.raises(WitnessRefused, match="somebody changed the database of this house"):
        witness(other)


def test_a_fork_is_logged_with_its_proof_however_many_lines_its_note_has(
    other: OtherHouse, own_keys: list[Verifier]
) -> None:
    other.publish(leaves(300))
    witness(other, first=True)
    other.publish(leaves(400, fork_at=7))
    path = other.folder / "checkpoint"
    junk = [f"— {ORIGIN} {base64.b64encode(os.urandom(204)).decode()}\n" for _ in range(400)]
    own = path.read_text().rsplit("\n\n", 1)[1]
    path.write_text(path.read_text() + "".join(junk) + own * 40)
    with pytest.raises(WitnessRefused, match="does not begin"):
        witness(other)
    [facts] = refused()
    assert len(split_note(facts["signed"])[1]) == 1
    assert open_note(facts["signed"], other.keys[:1]).split("\n")[1] == "400"


def test_a_refusal_whose_proof_no_entry_can_hold_is_logged_without_it(
    tmp_path: Path, own_keys: list[Verifier]
) -> None:
    """A key's name is the log's own to choose, and stands in its line."""
    huge = [Signer("x" * 70_000, bytes(32))]  # no house of ours makes such a key
    (tmp_path / "huge").mkdir()
    other = OtherHouse(tmp_path / "huge", huge)
    other.publish(leaves(5))
    with pytest.raises(FirstSight):
        witness(other)
    [facts] = refused()
    assert (facts["kind"], facts["size"], "signed" in facts) == ("FirstSight", 5, False)


@pytest.mark.parametrize("size", [2**53 - 1, 2**53, 10**17])
def test_a_size_that_no_log_has_is_refused_and_logged(
    other: OtherHouse, own_keys: list[Verifier], size: int
) -> None:
    other.publish(leaves(5))
    witness(other, first=True)
    head = TreeHead(ORIGIN, size, bytes(32))
    (other.folder / "checkpoint").write_text(sign_note(head.text, other.signers))
    with pytest.raises(PublishedLogUnreadable, match="tile"):
        witness(other)
    [facts] = refused()
    assert int(facts["size"]) == size
    assert isinstance(facts["size"], str) is (size >= 2**53)


def test_a_log_under_another_name_is_refused(other: OtherHouse, own_keys: list[Verifier]) -> None:
    other.publish(leaves(5), origin="vienna.example/log")
    with pytest.raises(WitnessRefused, match=r"vienna\.example"):
        witness(other, first=True)


def test_a_checkpoint_by_another_key_is_refused(other: OtherHouse, own_keys: list[Verifier]) -> None:
    other.publish(leaves(5), signers=house_keys())
    with pytest.raises(WitnessRefused, match="not signed by the log's key"):
        witness(other, first=True)
    other.publish(leaves(5), signers=other.signers[1:])  # the second signature alone is not enough
    with pytest.raises(WitnessRefused):
        witness(other, first=True)
    assert [facts["signed"] for facts in refused()] == [None, None]


def test_a_wrong_signature_beside_a_good_one_is_refused(other: OtherHouse, own_keys: list[Verifier]) -> None:
    other.publish(leaves(5))
    path = other.folder / "checkpoint"
    wrong = other.signers[1].signature_line(TreeHead(ORIGIN, 4, bytes(32)).text)
    path.write_text(sign_note(split_note(path.read_text())[0], other.signers[:1]) + wrong)
    with pytest.raises(WitnessRefused, match="does not belong"):
        witness(other, first=True)


def test_rotations_are_followed_from_the_key_that_was_pinned(
    other: OtherHouse, own_keys: list[Verifier]
) -> None:
    pinned = other.keys
    other.rotate(other.publish(leaves(5)))
    shown = other.publish(leaves(9))
    assert witness(other, keys=pinned, first=True).shown == shown
    other.rotate(shown)
    other.publish(leaves(12))
    assert witness(other, keys=pinned).shown.size == 12


def test_a_key_that_was_replaced_is_refused_even_when_the_rotation_is_hidden(
    other: OtherHouse, own_keys: list[Verifier]
) -> None:
    """Whoever stole the old key shows a log in which the rotation never happened."""
    stolen = other.signers
    other.rotate(other.publish(leaves(5)))
    other.publish(leaves(9))
    witness(other, keys=[key.verifier for key in stolen], first=True)
    other.publish(leaves(12), signers=stolen)
    with pytest.raises(WitnessRefused, match="replaced before"):
        witness(other, keys=[key.verifier for key in stolen])
    (other.folder / "log.v1.rotations.json").write_text("[]")
    with pytest.raises(WitnessRefused, match="a change of keys is hidden"):
        witness(other, keys=[key.verifier for key in stolen])


def test_a_log_made_anew_under_other_keys_is_not_taken_for_one_signed_by_an_old_key(
    other: OtherHouse, own_keys: list[Verifier]
) -> None:
    """Whoever owns the other house hands out a new key with a new log; nothing was replaced there."""
    other.publish(leaves(5))
    witness(other, first=True)
    other.signers = house_keys()
    other.publish(leaves(9, fork_at=2))
    with pytest.raises(WitnessRefused, match="made anew under other keys"):
        witness(other)


def spoil(path: str, content: bytes) -> Callable[[Path], Any]:
    return lambda folder: (folder / path).write_bytes(content)


def pipe(path: str) -> Callable[[Path], Any]:
    return lambda folder: ((folder / path).unlink(), os.mkfifo(folder / path))


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (lambda folder: (folder / "checkpoint").unlink(), "no checkpoint"),
        (spoil("checkpoint", b"\xff"), "no text"),
        (spoil("checkpoint", b"x" * 300_000), "larger"),
        (pipe("checkpoint"), "regular file"),
        (lambda folder: (folder / "tile/0/001.p/44").unlink(), r"tile/0/001\.p/44"),
        (spoil("tile/0/001.p/44", b"x" * 31), "31 bytes"),
        (spoil("tile/0/001.p/44", b"x" * 9000), "larger"),
        (spoil("tile/0/001.p/44", b"x" * 44 * 32), "not the tree"),
        (spoil("log.v1.rotations.json", b"{}"), "rotations"),
        (spoil("log.v1.rotations.json", b"[" * 100_000), "rotations"),
    ],
)
def test_files_that_are_missing_short_or_not_the_signed_tree_are_refused(
    other: OtherHouse, own_keys: list[Verifier], harm: Callable[[Path], Any], named: str
) -> None:
    other.publish(leaves(300))
    harm(other.folder)
    with pytest.raises(PublishedLogUnreadable, match=named):
        witness(other, first=True)
    assert not WitnessedLog.objects.exists()
    assert [facts["kind"] for facts in refused()] == ["PublishedLogUnreadable"]


def test_a_house_without_witness_keys_cosigns_nothing(other: OtherHouse, db: None) -> None:
    other.publish(leaves(5))
    with pytest.raises(WitnessKeyMissing, match="make_witness_key"):
        witness(other, first=True)
    assert not WitnessedLog.objects.exists()


def test_witness_keys_are_made_once_and_are_private(own_keys: list[Verifier], settings: Any) -> None:
    assert [signer.verifier for signer in load_witness_signers()] == own_keys
    assert (settings.DADKHAH_KEYS_DIR / PRIVATE_FILE).stat().st_mode & 0o777 == 0o600
    with pytest.raises(LogKeyExists):
        create_witness_keys("again")


class Web:
    """A web server whose answers a test chooses: path to (status, headers, body)."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers, body = web.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: object) -> None:
                """Silence: nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def serve(self, folder: Path) -> None:
        for path in folder.rglob("*"):
            if path.is_file():
                self.answers[f"/log/{path.relative_to(folder)}"] = (200, {}, path.read_bytes())


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def test_a_log_is_witnessed_over_http_without_any_proxy(
    other: OtherHouse, own_keys: list[Verifier], web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    other.publish(leaves(300))
    web.serve(other.folder)
    source = open_source(f"{web.address}/log/")
    assert witness_log(source, origin=ORIGIN, keys=other.keys, first=True, actor=CLERK).shown.size == 300


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        ((302, {"Location": "/elsewhere"}, b""), "HTTP 302"),
        ((301, {"Location": "file:///etc/passwd"}, b""), "HTTP 301"),
        ((500, {}, b""), "HTTP 500"),
        ((200, {"Content-Encoding": "gzip"}, b"x"), "compressed"),
        ((200, {}, b"x" * 300_000), "larger"),
    ],
)
def test_an_answer_that_leads_elsewhere_or_is_too_large_is_refused(
    web: Web, answer: tuple[int, dict[str, str], bytes], named: str
) -> None:
    web.answers["/log/checkpoint"] = answer
    web.answers["/elsewhere"] = (200, {}, b"here")
    with pytest.raises(PublishedLogUnreadable, match=named):
        WebSource(f"{web.address}/log").read("checkpoint", most=256 * 1024)


@pytest.mark.parametrize(
    ("status", "sent_to", "said"),
    [
        (301, "https://new.example/log/checkpoint", "Name https://new.example/log instead"),
        (308, "/other/log/checkpoint", "/other/log instead"),
        (302, "/sign-in?next=x", "Ask the house of that log for the address"),
        (302, "https://new.example/elsewhere", "Ask the house of that log for the address"),
        (301, "file:///log/checkpoint", "Ask the house of that log for the address"),
        (301, "https://user:word@new.example/log/checkpoint", "Ask the house of that log for the address"),
        (301, "https://[/log/checkpoint", "Ask the house of that log for the address"),
        (307, None, "Ask the house of that log for the address"),
        (403, None, "Ask the house of that log"),
        (503, None, "Try again later"),
    ],
)
def test_an_answer_that_is_no_file_says_what_to_do(
    web: Web, status: int, sent_to: str | None, said: str
) -> None:
    web.answers["/log/checkpoint"] = (status, {"Location": sent_to} if sent_to else {}, b"")
    with pytest.raises(PublishedLogUnreadable, match=f"HTTP {status}") as raised:
        WebSource(f"{web.address}/log").read("checkpoint", most=256 * 1024)
    assert said in str(raised.value)
    assert "word" not in str(raised.value)
    assert "file:" not in str(raised.value)


def test_a_server_that_does_not_answer_is_named_in_a_sentence() -> None:
    with pytest.raises(PublishedLogUnreadable, match=r"server at 127\.0\.0\.1:9 does not answer") as raised:
        WebSource("http://127.0.0.1:9").read("checkpoint", most=10)
    assert "Errno" not in str(raised.value)


@pytest.mark.parametrize(
    ("begins", "drips"),
    [
        (b"HTTP/1.1 200 OK\r\nX: ", b"a"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"a"),
        (b"", b""),
    ],
)
def test_a_server_that_drips_is_left_in_time(begins: bytes, drips: bytes) -> None:
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connected, _address = server.accept()
            with connected, contextlib.suppress(OSError):
                connected.recv(4096)
                connected.sendall(begins)
                while not ended.wait(0.05):
                    connected.sendall(drips)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        began = time.monotonic()
        with pytest.raises(PublishedLogUnreadable, match="in time"):
            WebSource(f"http://127.0.0.1:{server.getsockname()[1]}", seconds=0.5).read(
                "checkpoint", most=10**6
            )
        assert time.monotonic() - began < 5
        ended.set()
        thread.join()


def test_an_answer_that_is_broken_off_is_refused(web: Web) -> None:
    web.answers["/log/checkpoint"] = (200, {"Content-Length": "100"}, b"half")
    with pytest.raises(PublishedLogUnreadable, match="no whole answer"):
        WebSource(f"{web.address}/log").read("checkpoint", most=1000)


@pytest.mark.parametrize(
    "place",
    [
        "file:///etc",
        "ftp://a.example/",
        "http://",
        "https://a.example/?q",
        "http://a.example:99999/",
        "http://[a/",
        "http://a.example/a b",
        "/no/such/folder",
        "",
    ],
)
def test_nothing_but_folders_and_web_addresses_is_opened(place: str) -> None:
    with pytest.raises(BadInput):
        open_source(place)


# On the side of the log


def known_witness(settings: Any) -> list[Signer]:
    signers = [Signer.generate("w.example", kind) for kind in (ED25519_COSIGNATURE, MLDSA44)]
    path = settings.DADKHAH_KEYS_DIR / WITNESSES_FILE
    path.write_text(lines_of([signer.verifier for signer in signers]))
    return signers


def test_a_cosignature_is_taken_in_once_published_and_verified(
    write: Write, log_key: Path, settings: Any, tmp_path: Path
) -> None:
    write(3)
    checkpoint = sign_checkpoint(actor=CLERK)
    publish_log(tmp_path / "log", actor=CLERK)
    signers = known_witness(settings)
    cosigned = checkpoint.note + "".join(signer.signature_line(checkpoint.text) for signer in signers)
    assert add_cosignatures(cosigned, actor=CLERK) == [signer.verifier for signer in signers]
    assert add_cosignatures(cosigned, actor=CLERK) == []
    assert Entry.objects.filter(action=Action.COSIGNATURE_ADDED.value).count() == 2
    assert publish_log(tmp_path / "log", actor=CLERK).written == 1
    published = (tmp_path / "log/checkpoint").read_text()
    for key in [*load_verifiers(), *(signer.verifier for signer in signers)]:
        assert open_note(published, [key]) == checkpoint.text
    assert verify_log().ok
    tamper(
        "UPDATE audit_checkpointsignature SET made_at = '2019-01-01 00:00:00' WHERE key_name = 'w.example'"
    )
    assert {fault.kind for fault in verify_log().faults} == {FaultKind.CHECKPOINT_CHANGED}


def test_where_the_witnesses_keys_cannot_be_read_no_cosignature_is_called_foreign(
    write: Write, log_key: Path, settings: Any
) -> None:
    write(3)
    checkpoint = sign_checkpoint(actor=CLERK)
    signers = known_witness(settings)
    cosigned = checkpoint.note + "".join(signer.signature_line(checkpoint.text) for signer in signers)
    add_cosignatures(cosigned, actor=CLERK)
    (settings.DADKHAH_KEYS_DIR / WITNESSES_FILE).write_text("garbage\n")
    assert [(fault.kind, fault.place) for fault in verify_log().faults] == [
        (FaultKind.KEY_MISSING, WITNESSES_FILE)
    ]


def test_a_strangers_or_a_wrong_cosignature_is_not_taken_in(
    write: Write, log_key: Path, settings: Any
) -> None:
    write(3)
    checkpoint = sign_checkpoint(actor=CLERK)
    stranger = Signer.generate("w.example", ED25519_COSIGNATURE)
    note = checkpoint.note + stranger.signature_line(checkpoint.text)
    with pytest.raises(BadNote, match=WITNESSES_FILE):
        add_cosignatures(note, actor=CLERK)
    [known, _mldsa] = known_witness(settings)
    with pytest.raises(BadNote, match="known keys"):
        add_cosignatures(note, actor=CLERK)
    wrong = known.signature_line(TreeHead(checkpoint.origin, 2, bytes(32)).text)
    with pytest.raises(BadNote, match="does not belong"):
        add_cosignatures(checkpoint.note + wrong, actor=CLERK)
    assert CheckpointSignature.objects.count() == 2


def test_a_cosigned_checkpoint_that_we_never_signed_is_refused(
    write: Write, log_key: Path, settings: Any
) -> None:
    write(3)
    checkpoint = sign_checkpoint(actor=CLERK)
    signers = known_witness(settings)
    for head in (
        TreeHead(checkpoint.origin, 3, bytes(32)),
        TreeHead(checkpoint.origin, 4, bytes(checkpoint.root)),
        TreeHead("other.example", 3, bytes(checkpoint.root)),
    ):
        with pytest.raises(NothingSigned, match="never signed"):
            add_cosignatures(sign_note(head.text, signers), actor=CLERK)
    assert Checkpoint.objects.get().signatures.count() == 2


def test_a_witness_cannot_pose_as_the_log(write: Write, log_key: Path, settings: Any) -> None:
    write(3)
    checkpoint = sign_checkpoint(actor=CLERK)
    (settings.DADKHAH_KEYS_DIR / WITNESSES_FILE).write_text(load_verifiers()[0].line + "\n")
    with pytest.raises(LogKeyWrong, match="as the log itself"):
        add_cosignatures(checkpoint.note, actor=CLERK)
    assert FaultKind.KEY_MISSING in {fault.kind for fault in verify_log().faults}
    assert PUBLIC_FILE != WITNESSES_FILE
