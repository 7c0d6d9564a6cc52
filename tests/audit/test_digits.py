"""On a Persian page numbers are in Persian digits; what a machine made, such as a digest, stays as machines write it."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.checkpoints import sign_checkpoint
from audit.models import Entry, VerificationRun
from audit.runs import carry_out, request_run
from cases.models import Case
from evidence.circumstances import Circumstances
from evidence.handing_over import offer
from evidence.intake import IntakeFacts, ingest_evidence
from tests.audit.conftest import CLERK
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]
# Elements without an end, which would never leave the stack.
_VOID = {"meta", "link", "input", "br", "img", "hr", "option"}
# Names that bear a digit: of algorithms and of calendars' examples, which are typed as they stand.
_NAMES = re.compile(
    r"SHA-?256|Ed25519|ML-DSA-44|RFC \d+|sha256|python3|PDF/A-2b|UTF-8|[0-9a-f]{8}…[0-9a-f]{8}"
)
# An identifier within a sentence keeps a direction, and the script, of its own.
_ISOLATED = re.compile("[\u2066\u2068][^\u2069]*\u2069")


class Words(HTMLParser):
    """The text of a page that is read as prose: outside code, scripts and what is marked as written left to right."""

    def __init__(self) -> None:
        super().__init__()
        self.left_out: list[bool] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            given = dict(attrs)
            code = tag in {"pre", "code", "script", "style", "svg"} or given.get("dir") == "ltr"
            self.left_out.append(code or bool(self.left_out and self.left_out[-1]))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and self.left_out:
            self.left_out.pop()

    def handle_data(self, data: str) -> None:
        if not (self.left_out and self.left_out[-1]) and data.strip():
            self.words.append(" ".join(data.split()))


def latin_digits(page: str) -> list[str]:
    assert '<html lang="fa" dir="rtl"' in page
    reader = Words()
    reader.feed(page)
    return [words for words in reader.words if re.search("[0-9]", _NAMES.sub("", _ISOLATED.sub("", words)))]


@pytest.fixture
def persian(client_for: Callable[[User | None], Client], auditor: User) -> Client:
    desk = client_for(auditor)
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "fa"
    return desk


@pytest.mark.parametrize(
    "name", ["desk", "audit:state", "audit:entries", "audit:sensitive", "audit:vocabulary"]
)
def test_a_page_of_the_auditor_has_one_script_of_digits(
    persian: Client, write: Write, log_key: object, name: str
) -> None:
    write(12)
    sign_checkpoint(actor=CLERK)
    assert latin_digits(persian.get(reverse(name)).content.decode()) == []


def test_the_pages_of_a_report_a_comparison_and_an_entry_do_too(
    persian: Client, write: Write, log_key: object
) -> None:
    entry = write(12)[3]
    sign_checkpoint(actor=CLERK)
    for address in (
        reverse("audit:report"),
        reverse("audit:compare"),
        reverse("audit:entry", args=[entry.pk]),
    ):
        assert latin_digits(persian.get(address).content.decode()) == [], address


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2026-01-02"},
        {"since": "1405-01-02", "until": "2126-03-04"},
        {"since": "2026-01-02 10:00", "channel": "page"},
        {"action": "account.signed_in"},
        {"until": "no date 7"},
        {"case": "DK-77"},
    ],
)
def test_the_filters_of_the_entries_do_too(persian: Client, write: Write, query: dict[str, str]) -> None:
    write(2)
    assert latin_digits(persian.get(reverse("audit:entries"), query).content.decode()) == []


def test_a_page_with_acts_at_night_and_refusals_does_too(
    persian: Client, write: Write, lawyer: User, client_for: Callable[[User | None], Client]
) -> None:
    other = client_for(lawyer)
    for _again in range(25):
        other.get(reverse("audit:state"))
    for name in ("audit:sensitive", "desk", "audit:entries"):
        assert latin_digits(persian.get(reverse(name)).content.decode()) == [], name


def test_the_custody_queue_and_the_desk_with_work_on_them_do_too(
    persian: Client, case: Case, paralegal: User, lawyer: User
) -> None:
    facts = IntakeFacts(source="a family", original_name="letter.txt", case=case)
    item = ingest_evidence(io.BytesIO(b"letter"), facts=facts, actor=paralegal)
    offer(item, to=lawyer, facts=Circumstances(purpose="to be looked at by a court"), actor=paralegal)
    for name in (
        "desk",
        "evidence:custody_review",
        "evidence:rounds",
        "evidence:alarms",
        "evidence:custody_gaps",
    ):
        assert latin_digits(persian.get(reverse(name)).content.decode()) == [], name


def test_notices_and_breaks_of_every_kind_do_too(
    persian: Client, write: Write, log_key: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(270)
    sign_checkpoint(actor=CLERK)
    with monkeypatch.context() as patch:
        patch.setattr("audit.log.timezone.now", lambda: datetime(2130, 1, 1, 10, tzinfo=UTC))
        write(1)
    write(1)
    tamper("UPDATE audit_tile SET root = hashes WHERE tile_index > 5")
    tamper("DELETE FROM audit_leaf WHERE leaf_index BETWEEN 5 AND 7")
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '12'")
    run = request_run(actor=CLERK)
    carry_out(str(run.pk))
    assert latin_digits(persian.get(reverse("audit:run", args=[run.pk])).content.decode()) == []


def test_the_page_of_a_verification_does_too(persian: Client, write: Write, log_key: object) -> None:
    write(12)
    tamper("DELETE FROM audit_leaf WHERE leaf_index > 7")
    run = request_run(actor=CLERK)
    carry_out(str(run.pk))
    assert VerificationRun.objects.get().outcome
    assert latin_digits(persian.get(reverse("audit:run", args=[run.pk])).content.decode()) == []
