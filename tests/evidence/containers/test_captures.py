"""Web captures say what they are; what they state of their files is compared; hostile ones end in a word."""

import base64
import gzip
import hashlib
import io
import json
from collections.abc import Callable

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from audit.models import Entry
from evidence.containers.capture_facts import CaptureFacts, Stated
from evidence.containers.captures import read_capture, read_statement
from evidence.containers.words import Why
from evidence.errors import NoCapture, UnknownEvidence
from tests.evidence.conftest import TakeIn
from tests.evidence.containers.makers import zip_of

DATE = "2026-01-02T03:04:05Z"


def record(kind: str, body: bytes, **headers: str) -> bytes:
    lines = {"WARC-Type": kind, "WARC-Date": DATE, "Content-Length": str(len(body))} | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return b"WARC/1.1\r\n" + head.encode() + b"\r\n" + body + b"\r\n\r\n"


INFO = record("warcinfo", b"software: Browsertrix-Crawler/1.5\r\nformat: WARC\r\n")
PAGE = record(
    "response", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000, **{"WARC-Target-URI": "https://example.org/"}
)
WARC = INFO + PAGE + record("metadata", b"")


def paths_of_broken(found: CaptureFacts) -> list[str]:
    return [one.path for one in found.digests if one.holds is False]


@pytest.mark.parametrize("algorithm", ["md5", "sha-1", "sha256", "sha-512"])
@pytest.mark.parametrize(
    "write", [base64.b16encode, base64.b32encode, base64.b64encode, base64.urlsafe_b64encode]
)
@pytest.mark.parametrize("padded", [True, False])
def test_a_digest_is_understood_however_it_is_written(algorithm: str, write: Callable, padded: bool) -> None:
    for content in map(str.encode, "abcdefgh"):
        found = write(hashlib.new(algorithm.replace("-", ""), content).digest()).decode()
        for bytes_given, holds in ((content, True), (content + b"!", False)):
            stated = Stated(f"{algorithm}:{found if padded else found.rstrip('=')}")
            stated.update(bytes_given)
            assert stated.holds() is holds


def package(*, wrong: bool = False, **changed: object) -> bytes:
    archive = gzip.compress(WARC)
    stated = {
        "name": "data.warc.gz",
        "path": "archive/data.warc.gz",
        "hash": digest(archive),
        "bytes": len(archive),
    }
    listed = json.dumps(
        {
            "wacz_version": "1.1.1",
            "software": "ArchiveWeb.page 0.12",
            "mainPageURL": "https://example.org/",
            "mainPageDate": DATE,
            "resources": [stated],
        }
        | changed
    ).encode()
    own = json.dumps({"path": "datapackage.json", "hash": digest(listed)}).encode()
    return zip_of(
        ("datapackage.json", listed),
        ("datapackage-digest.json", own),
        ("archive/data.warc.gz", archive + b"changed" * wrong),
    )


def digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def read(content: bytes) -> CaptureFacts | None:
    return read_capture(io.BytesIO(content))


@pytest.mark.parametrize(
    "content", [WARC, gzip.compress(WARC), gzip.compress(INFO) + gzip.compress(PAGE) * 2]
)
def test_a_warc_says_address_time_and_tool(content: bytes) -> None:
    found = read(content)
    assert (found.format, found.url, found.captured, found.records, found.why) == (
        "WARC",
        "https://example.org/",
        DATE,
        3,
        None,
    )
    assert (found.tool, found.tool_version) == ("Browsertrix-Crawler", "1.5")


def test_a_wacz_has_the_digests_that_it_states_or_is_named() -> None:
    found = read(package())
    assert (found.format, found.url, found.captured, found.tool) == (
        "WACZ",
        "https://example.org/",
        DATE,
        "ArchiveWeb.page",
    )
    assert [(one.path, one.holds) for one in found.digests] == [
        ("archive/data.warc.gz", True),
        ("datapackage.json", True),
    ]
    assert paths_of_broken(read(package(wrong=True))) == ["archive/data.warc.gz"]


@pytest.mark.parametrize(
    "resources",
    [
        [{"path": "archive/data.warc.gz", "hash": "md5:00"}],
        [{"path": "../../missing", "hash": "sha256:00"}],
    ],
)
def test_a_digest_of_another_length_or_of_nothing_does_not_hold(resources: list) -> None:
    assert read(package(resources=resources)).failing == 1


@pytest.mark.parametrize("stated", [{}, {"hash": "whirlpool:00"}])
def test_a_digest_that_cannot_be_compared_is_said(stated: dict) -> None:
    found = read(package(resources=[{"path": "archive/data.warc.gz"} | stated]))
    assert (found.stated, found.failing, found.unchecked) == (2, 0, 1)
    assert [one.path for one in found.digests if one.holds is None] == ["archive/data.warc.gz"]


BODY = b"<p>as it was</p>"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
HTTP = {"Content-Type": "application/http; msgtype=response", "WARC-Target-URI": "https://example.org/"}


def stated_of(content: bytes, algorithm: str = "sha1") -> str:
    return f"{algorithm}:{base64.b32encode(hashlib.new(algorithm, content).digest()).decode()}"


def answer(body: bytes, *, of: bytes = BODY, head: bytes = ANSWER, **more: str) -> bytes:
    stated = {"WARC-Payload-Digest": stated_of(of), "WARC-Block-Digest": stated_of(head + body, "sha256")}
    return record("response", head + body, **HTTP | stated | more)


def test_the_payload_digest_of_a_record_holds_or_is_named() -> None:
    good = read(INFO + answer(BODY))
    assert (good.stated, good.held, good.failing) == (2, 2, 0)
    bad = read(INFO + answer(b"<p>altered</p>"))
    assert paths_of_broken(bad) == ["record 2, response, https://example.org/: payload"]
    assert read(INFO + answer(BODY).replace(b"it was", b"it is.")).failing == 2


@pytest.mark.parametrize(
    "stated", [hashlib.sha256(BODY).hexdigest(), hashlib.sha256(BODY).hexdigest().upper()]
)
def test_a_digest_in_hexadecimal_is_read_as_well(stated: str) -> None:
    assert read(answer(BODY, **{"WARC-Payload-Digest": f"sha256:{stated}"})).held == 2


@pytest.mark.parametrize("of", [BODY, b"8\r\n<p>as it\r\n8\r\n was</p>\r\n0\r\n\r\n"])
def test_a_body_in_chunks_is_held_against_its_digest_with_them_and_without(of: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked = b"8\r\n<p>as it\r\n8\r\n was</p>\r\n0\r\n\r\n"
    assert read(answer(chunked, of=of, head=head)).held == 2
    assert read(answer(chunked, of=b"other", head=head)).failing == 1


def test_a_long_body_is_read_to_its_end() -> None:
    body = b"x" * 3_000_000
    assert read(gzip.compress(INFO + answer(body, of=body))).held == 2
    assert read(gzip.compress(INFO + answer(body, of=body[1:]))).failing == 1


def test_of_a_repeated_or_cut_answer_the_digest_cannot_be_checked() -> None:
    revisit = record("revisit", ANSWER, **HTTP, **{"WARC-Payload-Digest": stated_of(BODY)})
    cut = answer(b"half", **{"WARC-Truncated": "length"})
    found = read(revisit + cut + record("resource", BODY, **{"WARC-Payload-Digest": "tiger:ABC"}))
    assert (found.stated, found.held, found.failing, found.unchecked) == (4, 1, 0, 3)


def test_the_records_inside_a_package_are_counted_and_checked_as_the_file_alone() -> None:
    warc = INFO + answer(BODY) + answer(b"<p>altered</p>")
    for packed in (warc, gzip.compress(warc), gzip.compress(INFO) + gzip.compress(warc[len(INFO) :])):
        files = [("datapackage.json", b"{}"), ("archive/a.warc.gz", packed)]
        alone, inside = read(packed), read(zip_of(*files))
        assert inside.records == alone.records == 3
        assert (inside.stated, inside.held, inside.failing) == (alone.stated, alone.held, alone.failing)
        assert paths_of_broken(inside)[0].startswith("archive/a.warc.gz, record 3")
        assert (inside.url, inside.tool) == ("https://example.org/", "Browsertrix-Crawler")


def test_what_no_digest_speaks_for_is_counted() -> None:
    assert read(INFO + answer(BODY)).bare == 1
    assert read(answer(BODY) + answer(BODY)).bare == 0
    archive = gzip.compress(WARC)
    listed = json.dumps({"resources": [{"path": "archive/a.warc.gz", "hash": digest(archive)}]}).encode()
    own = json.dumps({"path": "datapackage.json", "hash": digest(listed)}).encode()
    files = [("datapackage.json", listed), ("datapackage-digest.json", own), ("archive/a.warc.gz", archive)]
    assert read(zip_of(*files)).bare == 0
    # One more file with three records, which somebody put there afterwards.
    added = read(zip_of(*files, ("archive/b.warc.gz", archive), ("pages/pages.jsonl", b"{}")))
    assert (added.stated, added.failing, added.bare) == (2, 0, 2 + 3)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_second_file_under_the_same_name_does_not_hide_behind_the_first() -> None:
    good, evil = gzip.compress(WARC), gzip.compress(INFO + answer(b"<p>altered</p>", of=b"<p>altered</p>"))
    listed = json.dumps({"resources": [{"path": "archive/a.warc.gz", "hash": digest(good)}]}).encode()
    for twice in ((good, evil), (evil, good)):
        archives = [("archive/a.warc.gz", content) for content in twice]
        assert read(zip_of(("datapackage.json", listed), *archives)).failing == 1
    lists = zip_of(("datapackage.json", b"{}"), ("datapackage.json", listed), ("archive/a.warc.gz", good))
    assert read(lists).why == Why.DAMAGED


def test_a_package_of_many_files_is_compared_to_its_last() -> None:
    files = [(f"files/{number}", b"%d" % number) for number in range(1500)]
    stated = [{"path": path, "hash": digest(content)} for path, content in files]
    listed = json.dumps({"resources": stated}).encode()
    files[-1] = ("files/1499", b"altered")
    found = read(zip_of(("datapackage.json", listed), *files))
    assert (found.stated, found.failing, found.bare) == (1500, 1, 1)


def test_a_package_takes_address_and_time_from_its_list_of_pages() -> None:
    pages = b"\n".join(
        [
            b'{"format": "json-pages-1.0", "id": "pages"}',
            b"no json",
            b'{"url": "https://example.org/first", "ts": "2026-03-04T05:06:07Z", "title": "First"}',
            b'{"url": "https://example.org/second", "ts": "2026-03-04T05:06:09Z"}',
        ]
    )
    listed = {"software": "py-wacz 0.5.0", "created": "2026-09-09T00:00:00Z"}
    for more, url, time in [
        ({}, "https://example.org/first", "2026-03-04T05:06:07Z"),
        ({"mainPageUrl": "https://example.org/second"}, "https://example.org/second", "2026-03-04T05:06:09Z"),
        ({"mainPageUrl": "https://example.org/none"}, "https://example.org/none", "2026-09-09T00:00:00Z"),
    ]:
        content = zip_of(
            ("datapackage.json", json.dumps(listed | more).encode()), ("pages/pages.jsonl", pages)
        )
        for found in (read(content), read_statement(io.BytesIO(content))):
            assert (found.url, found.captured) == (url, time)
            assert (found.tool, found.tool_version) == ("py-wacz", "0.5.0")


@pytest.mark.parametrize("resources", [None, 7, "x", {}, [None, 1, []], [{"path": 1}]])
def test_odd_lists_are_survived(resources: object) -> None:
    assert read(package(resources=resources)).failing == 0


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (WARC[:-20_000], None),
        (WARC[: len(INFO) + 300], Why.DAMAGED),
        (INFO + b"garbage", Why.DAMAGED),
        (INFO + b"WARC/1.0\r\nContent-Length: 99999999999999999999\r\n\r\n", Why.DAMAGED),
        (INFO + b"WARC/1.0\r\nContent-Length: -1\r\n\r\n", Why.DAMAGED),
        (INFO + b"WARC/1.0\r\n" + b"a: b\r\n" * 500, Why.DAMAGED),
        (INFO + b"WARC/1.0\r\n" + b"a" * 100_000, Why.DAMAGED),
        (gzip.compress(WARC)[:-30], Why.DAMAGED),
        (zip_of(("datapackage.json", b"[" * 100_000)), Why.DAMAGED),
        (zip_of(("datapackage.json", b"[]")), Why.DAMAGED),
        (zip_of(("datapackage.json", b" " * 5_000_000)), Why.TOO_LARGE),
    ],
)
def test_what_is_damaged_is_said_with_what_is_before_it(content: bytes, why: Why | None) -> None:
    found = read(content)
    assert found is not None
    assert found.why in (why, Why.DAMAGED)


@pytest.mark.parametrize(
    "content", [b"", b"text", b"PK\3\4", zip_of(("a", b"a")), gzip.compress(b"text"), b"WARC"]
)
def test_what_is_no_capture_is_none(content: bytes) -> None:
    assert read(content) is None


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([WARC[:2000], gzip.compress(WARC), package()]), st.data())
def test_whatever_is_changed_it_is_read_to_an_end(seed: bytes, data) -> None:
    content = bytearray(seed)
    for _change in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    found = read(bytes(content))
    # Changed beyond knowing, or a capture of which no more is said than stands in so few bytes.
    assert found is None or (found.format in {"WARC", "WACZ"} and found.records <= len(content))


def test_the_command_names_what_does_not_hold_and_the_log_tells_no_address(
    take_in: TakeIn, paralegal: User, outsider: User, capsys: pytest.CaptureFixture
) -> None:
    good, bad = take_in(package()), take_in(package(wrong=True))
    call_command("check_capture", good.reference, actor="parvin", json=True)
    (told,) = json.loads(capsys.readouterr().out)["captures"]
    assert (told["format"], [one["holds"] for one in told["digests"]]) == ("WACZ", [True, True])
    with pytest.raises(SystemExit):
        call_command("check_capture", bad.reference, actor="parvin")
    assert "does not hold: archive/data.warc.gz" in capsys.readouterr().out
    call_command("check_capture", take_in(WARC).reference, actor="parvin")
    assert "no digest is stated, so none could be compared" in capsys.readouterr().out
    entries = Entry.objects.filter(action="evidence.capture_checked")
    assert entries.count() == 3
    assert all(b"example.org" not in bytes(entry.body) for entry in entries)
    with pytest.raises(NoCapture):
        call_command("check_capture", take_in(b"text").reference, actor="parvin")
    with pytest.raises(UnknownEvidence):
        call_command("check_capture", good.reference, actor="omid")
