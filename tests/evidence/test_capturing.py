"""How an item was captured online: versions, what the file states, and who captured it, for few eyes and logged."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotPermitted
from accounts.models import User
from audit.models import Entry
from audit.resolving import resolve
from cases.errors import BadDate, BadText
from cases.membership import open_case
from cases.models import Case
from evidence.capture_checking import last_capture_check
from evidence.capturing.collector import read_traces, record_trace
from evidence.capturing.recording import CaptureFacts, current_capture, parts_seen, record_capture
from evidence.capturing.stated import stated_by_file
from evidence.capturing.times import read_captured
from evidence.errors import BadCapture, UnknownEvidence
from evidence.linking import add_to_case
from evidence.models import CapturePart, CollectorTrace, EvidenceItem, OnlineCapture
from evidence.verification import verify_evidence
from tests.evidence.conftest import TakeIn
from tests.evidence.containers.test_captures import BODY, DATE, INFO, PAGE, WARC, answer, package, record
from tests.evidence.test_intake import stored_files
from tests.tampering import tamper

ClientFor = Callable[[User | None], Client]
KNOWN = {
    "url": "https://invented.example/thread?id=7",
    "final_url": "https://www.invented.example/thread/7",
    "collector": "Invented Collector",
    "tool": "Invented Grabber",
    "tool_version": "2.1",
    "context": "The third answer in an invented thread",
}
TRACE = {"collector_ip": "198.51.100.7", "persona_used": "Invented Persona"}


def facts(**changed: object) -> CaptureFacts:
    return CaptureFacts(**KNOWN | {"captured": read_captured("2024-05-01T16:00+03:30")} | changed)


def kinds() -> list[str]:
    return [fault.kind for fault in verify_evidence(EvidenceItem.objects.all()).faults]


def test_a_later_version_stands_above_the_earlier_one(take_in: TakeIn, paralegal: User, lawyer: User) -> None:
    item, picture = take_in(), take_in(b"a screenshot")
    first = record_capture(item, facts=facts(parts=[picture]), actor=paralegal)
    second = record_capture(item, facts=facts(tool="Another"), actor=lawyer)
    assert (first.version, second.version) == (1, 2)
    assert current_capture(item) == second
    assert list(parts_seen(first, user=lawyer)) == [picture]
    assert not parts_seen(second, user=lawyer).exists()
    assert OnlineCapture.objects.get(pk=first.pk).date_as_written == "2024-05-01T16:00+03:30"


def test_the_log_knows_each_version_and_no_word_of_it(take_in: TakeIn, lawyer: User, case: Case) -> None:
    item = take_in(source="a channel")
    recorded = record_capture(item, facts=facts(), actor=lawyer)
    traced = record_trace(item, **TRACE, actor=lawyer)
    for action, row in (
        ("evidence.online_capture_recorded", recorded),
        ("evidence.collector_trace_recorded", traced),
    ):
        logged = json.loads(bytes(Entry.objects.get(action=action).body))
        assert logged["facts"] == row.facts()
        assert (logged["subject_id"], logged["case_id"]) == (str(item.pk), str(case.pk))
    for one in Entry.objects.all():
        for word in (b"nvented", b"198.51", b"2024-05", b"thread"):
            assert word not in bytes(one.body)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"url": "invented.example"}, "no address of a page"),
        ({"url": "javascript:alert(1)"}, "no address of a page"),
        ({"url": "https://["}, "no address of a page"),
        ({"url": "https://a b/"}, "no address of a page"),
        ({"url": "https://a:99999999/"}, "no address of a page"),
        ({"final_url": "file:///etc/passwd"}, "no address of a page"),
    ],
)
def test_what_is_no_address_is_refused(
    take_in: TakeIn, paralegal: User, changed: dict, sentence: str
) -> None:
    with pytest.raises(BadCapture, match=sentence):
        record_capture(take_in(), facts=facts(**changed), actor=paralegal)
    assert not OnlineCapture.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"url": ""},
        {"url": "https://a.example/\u202e"},
        {"url": "https://a/" + "x" * 4000},
        {"tool": "x" * 301},
    ],
)
def test_text_that_hides_something_or_is_too_long_is_refused(
    take_in: TakeIn, paralegal: User, changed: dict
) -> None:
    with pytest.raises(BadText):
        record_capture(take_in(), facts=facts(**changed), actor=paralegal)


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("2024-05-01T12:30:00Z", "2024-05-01"),
        ("2024-05-01t12:30:00.123456789z", "2024-05-01"),
        ("2024-05-01 16:00 +03:30", "2024-05-01"),
        ("۱۴۰۳-۰۲-۱۲T۱۶:۰۰+۰۳:۳۰", "2024-05-01"),
        ("2024-05", "2024-05"),
    ],
)
def test_a_moment_keeps_its_time_and_is_dated_by_its_day(text: str, edtf: str) -> None:
    read = read_captured(text)
    assert read.as_written == text
    assert read.edtf == edtf


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2024-05-01T12:30", "time zone"),
        ("2024-05-01T25:30Z", "no such time"),
        ("2024-05-01T12:30+99:00", "no such time"),
        ("2024-13-01T12:30Z", "month"),
        ("yesterday", "date"),
        ("2024-05-01T12:30Z\u202e", "hidden character"),
        ("2024-05-01T12:30Z\x00", "hidden character"),
        ("", "empty"),
    ],
)
def test_a_time_that_cannot_be_read_is_refused_with_what_to_write(text: str, sentence: str) -> None:
    with pytest.raises((BadDate, BadText), match=sentence):
        read_captured(text)


def test_the_same_again_is_no_new_version(take_in: TakeIn, lawyer: User) -> None:
    item = take_in()
    record_capture(item, facts=facts(), actor=lawyer)
    with pytest.raises(BadCapture, match="Nothing is different"):
        record_capture(item, facts=facts(tool=" Invented Grabber "), actor=lawyer)
    record_trace(item, **TRACE, actor=lawyer)
    with pytest.raises(BadCapture, match="Nothing is different"):
        record_trace(item, **TRACE, actor=lawyer)
    record_trace(item, collector_ip="", persona_used="", actor=lawyer)
    assert (item.captures.count(), item.collector_traces.count()) == (1, 2)


def test_only_those_who_work_on_the_case_record_it(
    take_in: TakeIn, auditor: User, outsider: User, paralegal: User
) -> None:
    item = take_in()
    with pytest.raises(NotPermitted):
        record_capture(item, facts=facts(), actor=auditor)
    with pytest.raises(UnknownEvidence):
        record_capture(item, facts=facts(), actor=outsider)
    for refused, error in ((paralegal, NotPermitted), (outsider, UnknownEvidence)):
        with pytest.raises(error):
            record_trace(item, **TRACE, actor=refused)
        with pytest.raises(error):
            read_traces(item, actor=refused)
    assert not CollectorTrace.objects.exists()


def test_only_items_of_the_same_case_belong_to_it(take_in: TakeIn, lawyer: User) -> None:
    elsewhere = open_case(reference="DK-ELSE-1", title="Another", actor=lawyer)
    item, foreign = take_in(), take_in(b"another", case=elsewhere, actor=lawyer)
    for wrong in (foreign, item):
        with pytest.raises(BadCapture, match="same case"):
            record_capture(item, facts=facts(parts=[wrong]), actor=lawyer)
    assert not CapturePart.objects.exists()


def test_a_part_that_somebody_does_not_see_stays_when_they_correct_the_rest(
    take_in: TakeIn, lawyer: User, paralegal: User
) -> None:
    elsewhere = open_case(reference="DK-ELSE-1", title="Another", actor=lawyer)
    item, hidden, seen = take_in(), take_in(b"hidden", case=elsewhere, actor=lawyer), take_in(b"seen")
    add_to_case(item, elsewhere, actor=lawyer)
    record_capture(item, facts=facts(parts=[hidden, seen]), actor=lawyer)
    assert list(parts_seen(current_capture(item), user=paralegal)) == [seen]
    record_capture(item, facts=facts(tool="Another"), actor=paralegal)
    assert list(parts_seen(current_capture(item), user=lawyer)) == [hidden]


def test_the_database_refuses_to_change_or_remove_a_version(take_in: TakeIn, lawyer: User) -> None:
    item = take_in()
    record_capture(item, facts=facts(parts=[take_in(b"a part")]), actor=lawyer)
    record_trace(item, **TRACE, actor=lawyer)
    for act in (
        lambda: OnlineCapture.objects.update(tool="Another"),
        lambda: CapturePart.objects.all().delete(),
        lambda: CollectorTrace.objects.update(persona_used=""),
        lambda: CollectorTrace.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE evidence_onlinecapture SET context = ''", "capture_altered"),
        ("DELETE FROM evidence_capturepart", "capture_altered"),
        ("UPDATE evidence_onlinecapture SET stated = 'url'", "capture_altered"),
        ("UPDATE evidence_collectortrace SET collector_ip = '192.0.2.1'", "trace_altered"),
        ("DELETE FROM evidence_collectortrace", "trace_removed"),
    ],
)
def test_a_version_changed_or_removed_past_the_log_is_named(
    take_in: TakeIn, lawyer: User, statement: str, fault: str
) -> None:
    item = take_in()
    record_capture(item, facts=facts(parts=[take_in(b"a part")]), actor=lawyer)
    record_trace(item, **TRACE, actor=lawyer)
    assert kinds() == []
    tamper(statement)
    assert kinds() == [fault]


def test_a_version_that_was_never_logged_is_named(take_in: TakeIn, lawyer: User) -> None:
    item = take_in()
    OnlineCapture.objects.create(item=item, version=1, recorded_by=lawyer, url="https://a.example/")
    CollectorTrace.objects.create(item=item, version=1, recorded_by=lawyer, persona_used="x")
    assert kinds() == ["capture_unlogged", "trace_unlogged"]


@pytest.mark.parametrize(
    ("content", "tool"),
    [
        (WARC, ("Browsertrix-Crawler", "1.5")),
        (gzip.compress(INFO) + gzip.compress(PAGE), ("Browsertrix-Crawler", "1.5")),
        (package(wrong=True), ("ArchiveWeb.page", "0.12")),
    ],
)
def test_what_the_file_states_is_offered(take_in: TakeIn, content: bytes, tool: tuple[str, str]) -> None:
    stated = stated_by_file(take_in(content))
    assert stated.usable == {
        "url": "https://example.org/",
        "captured": DATE,
        "tool": tool[0],
        "tool_version": tool[1],
    }
    assert stated.failure == ""


def test_the_first_page_is_taken_and_no_look_up_of_a_name(take_in: TakeIn) -> None:
    lookup = record("response", b"", **{"WARC-Target-URI": "dns:example.org"})
    bracketed = record("resource", b"", **{"WARC-Target-URI": "<http://example.org/a>"})
    assert stated_by_file(take_in(INFO + lookup + bracketed)).usable["url"] == "http://example.org/a"


@pytest.mark.parametrize(
    "content",
    [
        b"text",
        b"PK\3\4",
        b"WARC",
        gzip.compress(b"text"),
        gzip.compress(WARC)[:40],
        record("metadata", b"\0" * (40 * 1024**2)) + PAGE,
        gzip.compress(record("metadata", b"\0" * (40 * 1024**2)) + PAGE),
    ],
    ids=["text", "zip", "bare", "gzip", "cut", "large", "bomb"],
)
def test_a_file_that_states_nothing_soon_offers_nothing(take_in: TakeIn, content: bytes) -> None:
    assert stated_by_file(take_in(content)).usable == {}


def test_what_a_hostile_file_states_is_shown_with_nothing_hidden_and_not_offered(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    hostile = package(mainPageURL="https://example.org/\u202egro", software="<script>\u202e 1")
    item = take_in(hostile)
    stated = stated_by_file(item)
    assert set(stated.usable) == {"captured", "tool_version"}
    page = client_for(lawyer).get(reverse("evidence:capture", args=[item.pk])).content.decode()
    assert "The file states" in page
    assert "&lt;U+202E&gt;gro" in page
    assert "\u202e" not in page
    assert "<script>\u202e" not in page


def test_a_file_that_cannot_be_read_leaves_the_form_and_says_so(
    house: Path, take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in(WARC)
    stored_files(house)[0].unlink()
    page = client_for(lawyer).get(reverse("evidence:capture", args=[item.pk]))
    assert page.status_code == 200
    assert "could not be read" in page.content.decode()
    recorded = record_capture(item, facts=facts(), actor=lawyer)
    assert recorded.stated == ""


def sent(**changed: object) -> dict:
    return KNOWN | {"captured": "2024-05-01T16:00+03:30"} | changed


def test_it_is_recorded_by_page_from_what_the_file_states(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item, picture, client = take_in(package()), take_in(b"a screenshot"), client_for(lawyer)
    address = reverse("evidence:capture", args=[item.pk])
    begun = client.get(address).content.decode()
    assert 'value="https://example.org/"' in begun
    assert begun.count("Stated by the file itself.") == 4
    form = sent(url="https://example.org/", captured=DATE, parts=f"{picture.reference.lower()}, ")
    assert client.post(address, form).status_code == 302
    recorded = current_capture(item)
    assert recorded.stated == "url captured"
    page = client.get(reverse("evidence:item", args=[item.pk])).content.decode()
    assert page.count("stated by the file") == 2
    assert picture.reference in page
    assert "javascript:" not in page
    again = client.get(address).content.decode()
    assert picture.reference in again
    assert "The file states: “\u2068ArchiveWeb.page\u2069”." in again
    assert client.post(address, form).status_code == 422


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"url": ""}, "required"),
        ({"url": "not an address"}, "no address of a page"),
        ({"final_url": "ftp://a.example/"}, "no address of a page"),
        ({"captured": "2024-05-01T12:30"}, "time zone"),
        ({"captured": "a while ago"}, "date"),
        ({"tool": "x\u202ey"}, "hidden character"),
        ({"tool": "x\x00y"}, "hidden character"),
        ({"context": "x\x07y"}, "hidden character"),
        ({"collector": "x" * 301}, "shorten it to 300"),
        ({"parts": "E-0000-0000"}, "is no other item of this case"),
        ({"parts": "<b>"}, "is no other item of this case"),
        ({"parts": " ".join(f"E-0000-{number:04}" for number in range(51))}, "at most 50"),
    ],
)
def test_a_form_that_cannot_be_used_keeps_what_was_typed(
    take_in: TakeIn, lawyer: User, client_for: ClientFor, changed: dict, sentence: str
) -> None:
    typed = {"tool_version": "What I typed"} | changed
    answer = client_for(lawyer).post(reverse("evidence:capture", args=[take_in().pk]), sent(**typed))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "What I typed" in page
    assert sentence in page
    assert not OnlineCapture.objects.exists()


def test_who_captured_it_is_on_a_page_of_its_own_and_nowhere_else(
    take_in: TakeIn, lawyer: User, paralegal: User, client_for: ClientFor, case: Case
) -> None:
    item, client = take_in(), client_for(lawyer)
    record_capture(item, facts=facts(), actor=lawyer)
    address = reverse("evidence:capture_collector", args=[item.pk])
    assert client.post(address, TRACE | {"collector_ip": "198.51.100"}).status_code == 422
    assert client.post(address, TRACE).status_code == 302
    before = Entry.objects.filter(action="evidence.collector_trace_read").count()
    shown = client.get(address).content.decode()
    assert "198.51.100.7" in shown
    assert "Invented Persona" in shown
    assert Entry.objects.filter(action="evidence.collector_trace_read").count() == before + 1
    assert client_for(paralegal).get(address).status_code == 403
    elsewhere = [
        *(reverse(f"evidence:{name}", args=[item.pk]) for name in ("item", "capture", "acquisition")),
        reverse("evidence:list"),
        reverse("cases:history", args=[case.pk]),
    ]
    for other in elsewhere:
        page = client.get(other).content.decode()
        assert "198.51.100.7" not in page
        assert "Invented Persona" not in page
    resolved = resolve(list(Entry.objects.all()), case_id=case.pk, user=lawyer)
    assert KNOWN["url"] in resolved.texts.values()
    assert TRACE["persona_used"] not in resolved.texts.values()


def test_the_outcome_of_the_check_stands_on_the_page(
    take_in: TakeIn, paralegal: User, lawyer: User, client_for: ClientFor
) -> None:
    client = client_for(paralegal)
    good = take_in(package(), original_name="a.wacz")
    bad = take_in(package(wrong=True), original_name="b.wacz")
    page = reverse("evidence:item", args=[good.pk])
    assert "never held against" in client.get(page).content.decode()
    for item in (good, bad):
        assert client.post(reverse("evidence:capture_check", args=[item.pk])).status_code == 302
    assert "All 2 digests that the file states hold." in client.get(page).content.decode()
    wrong = client.get(reverse("evidence:item", args=[bad.pk])).content.decode()
    assert "1 of 2 digests that the file states does not hold." in wrong
    partly = take_in(INFO + answer(BODY), original_name="e.warc")
    said = client.post(reverse("evidence:capture_check", args=[partly.pk]), follow=True).content.decode()
    assert "All 2 digests that the file states hold." in said
    assert "Of 1 of its files and records it states no digest" in said
    assert "Of some of its files or records it states nothing." in said
    none = take_in(b"text", original_name="c.warc")
    assert client.post(reverse("evidence:capture_check", args=[none.pk])).status_code == 302
    assert "This is no web capture" in client.get(page).content.decode()
    cut = take_in(gzip.compress(WARC)[:-30], original_name="d.warc.gz")
    with pytest.raises(SystemExit):
        call_command("check_capture", cut.reference, actor="parvin")
    assert "Damaged or cut off" in client.get(reverse("evidence:item", args=[cut.pk])).content.decode()


def test_what_was_disposed_of_is_neither_read_nor_checked(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item, client = take_in(WARC, original_name="a.warc"), client_for(lawyer)
    EvidenceItem.objects.filter(pk=item.pk).update(disposed_at=timezone.now())
    assert stated_by_file(EvidenceItem.objects.get(pk=item.pk)).usable == {}
    answer = client.post(reverse("evidence:capture_check", args=[item.pk]), follow=True)
    assert "was disposed of" in answer.content.decode()
    assert not Entry.objects.filter(action="evidence.capture_checked").exists()


def test_an_entry_of_the_check_that_was_tampered_with_does_not_shut_the_page(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in(WARC, original_name="a.warc")
    call_command("check_capture", item.reference, actor=lawyer.username)
    assert last_capture_check(item).records == 3
    tamper("UPDATE audit_entry SET body = %s WHERE action = 'evidence.capture_checked'", (b"{}",))
    assert client_for(lawyer).get(reverse("evidence:item", args=[item.pk])).status_code == 200


def test_more_versions_and_parts_ask_no_more_of_the_database(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item, client = take_in(), client_for(lawyer)
    routes = ("item", "capture", "capture_collector")

    def queries(route: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(f"evidence:{route}", args=[item.pk])).status_code == 200
        return len(captured)

    record_capture(item, facts=facts(parts=[take_in(b"0")]), actor=lawyer)
    record_trace(item, **TRACE, actor=lawyer)
    queries("item")
    few = [queries(route) for route in routes]
    parts = [take_in(f"part {number}".encode()) for number in range(5)]
    for number in range(5):
        record_capture(item, facts=facts(tool=f"Tool {number}", parts=parts), actor=lawyer)
        record_trace(item, collector_ip="", persona_used=f"Persona {number}", actor=lawyer)
    assert [queries(route) for route in routes] == few
