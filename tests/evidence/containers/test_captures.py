"""Web captures say what they are; what they state of their files is compared; hostile ones end in a word."""

import gzip
import hashlib
import io
import json

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from audit.models import Entry
from evidence.containers.captures import CaptureFacts, read_capture
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
    assert [one.path for one in read(package(wrong=True)).broken] == ["archive/data.warc.gz"]


@pytest.mark.parametrize(
    "resources",
    [
        [{"path": "archive/data.warc.gz", "hash": "md5:00"}],
        [{"path": "archive/data.warc.gz"}],
        [{"path": "../../missing", "hash": "sha256:00"}],
    ],
)
def test_a_digest_that_cannot_be_compared_does_not_hold(resources: list) -> None:
    assert len(read(package(resources=resources)).broken) == 1


@pytest.mark.parametrize("resources", [None, 7, "x", {}, [None, 1, []], [{"path": 1}]])
def test_odd_lists_are_survived(resources: object) -> None:
    assert read(package(resources=resources)).broken == []


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
    entries = Entry.objects.filter(action="evidence.capture_checked")
    assert entries.count() == 2
    assert all(b"example.org" not in bytes(entry.body) for entry in entries)
    with pytest.raises(NoCapture):
        call_command("check_capture", take_in(b"text").reference, actor="parvin")
    with pytest.raises(UnknownEvidence):
        call_command("check_capture", good.reference, actor="omid")
