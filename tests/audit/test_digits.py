"""On a Persian page numbers are in Persian digits; what a machine made, such as a digest, stays as machines write it."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.checkpoints import sign_checkpoint
from audit.models import Entry, VerificationRun
from audit.runs import carry_out, request_run
from tests.audit.conftest import CLERK
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]
# Elements without an end, which would never leave the stack.
_VOID = {"meta", "link", "input", "br", "img", "hr", "option"}
# Names that bear a digit: of algorithms and of calendars' examples, which are typed as they stand.
_NAMES = re.compile(r"SHA-?256|Ed25519|ML-DSA-44|RFC \d+|sha256|python3|PDF/A-2b|UTF-8")


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
    reader = Words()
    reader.feed(page)
    return [words for words in reader.words if re.search("[0-9]", _NAMES.sub("", words))]


@pytest.fixture
def persian(client_for: Callable[[User | None], Client], auditor: User) -> Client:
    desk = client_for(auditor)
    desk.cookies["django_language"] = "fa"
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


def test_the_page_of_a_verification_does_too(persian: Client, write: Write, log_key: object) -> None:
    write(12)
    tamper("DELETE FROM audit_leaf WHERE leaf_index > 7")
    run = request_run(actor=CLERK)
    carry_out(str(run.pk))
    assert VerificationRun.objects.get().outcome
    assert latin_digits(persian.get(reverse("audit:run", args=[run.pk])).content.decode()) == []
