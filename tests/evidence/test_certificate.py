"""The custody certificate: what it says in each language, and that its printing is in the log before it leaves."""

import hashlib
import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from audit.checkpoints import sign_checkpoint
from audit.models import Entry
from audit.paper.plain_text import as_text
from cases.dating import read_date
from cases.membership import open_case
from cases.models import Case
from evidence import custody, keeping
from evidence.certificate import Language, certificate_sheet, print_certificate
from evidence.circumstances import Circumstances
from evidence.errors import UnknownEvidence
from evidence.handing_over import accept, offer, refuse, withdraw
from evidence.linking import add_to_case
from evidence.models import EvidenceItem
from evidence.queries import custody_of
from evidence.vocabulary import CustodyKind
from tests.evidence.conftest import TakeIn
from tests.evidence.things import put_on_the_shelf

ClientFor = Callable[[User | None], Client]
WHY = Circumstances("For the reading of the handwriting", happened=read_date("5 Mordad 1405"))


def said(item: EvidenceItem, language: Language, actor: User) -> str:
    with translation.override(language):
        sheet = certificate_sheet(
            item, list(custody_of(item)), checkpoint=sign_checkpoint(actor=actor), language=language
        )
    return as_text(sheet).decode()


@pytest.fixture
def handed_over(take_in: TakeIn, paralegal: User, lawyer: User) -> EvidenceItem:
    item = take_in(title="نامهٔ خاوران")
    accept(offer(item, to=lawyer, facts=WHY, actor=paralegal), facts=Circumstances(), actor=lawyer)
    moved = keeping.move(item, facts=Circumstances(location="Box 4", seal="Z 9"), actor=lawyer)
    keeping.correct(moved, reason="It was box 5, not box 4", facts=Circumstances(), actor=paralegal)
    return EvidenceItem.objects.get(pk=item.pk)


def test_it_says_who_gave_who_took_when_and_what_is_missing(handed_over: EvidenceItem, lawyer: User) -> None:
    text = said(handed_over, "en", lawyer)
    for words in (
        "Custody certificate",
        "3. Transfer accepted",
        "Parvin",
        "Laleh",
        "5 Mordad 1405",
        "Corrected by event",
        "What is missing",
        "a seal was read that nobody",
        str(handed_over.stored.sha256.hex),
    ):
        assert words in text, words


def test_in_persian_it_says_the_same_in_persian(handed_over: EvidenceItem, lawyer: User) -> None:
    text = said(handed_over, "fa", lawyer)
    for words in ("گواهی زنجیرهٔ نگهداری", "۳. تحویل پذیرفته شد", "مرداد ۱۴۰۵", "چه چیزی کم است"):
        assert words in text, words
    assert "Transfer accepted" not in text


@pytest.mark.parametrize("language", ["en", "fa"])
def test_it_is_printed_as_pdf_and_logged_by_its_digest(
    handed_over: EvidenceItem, lawyer: User, client_for: ClientFor, language: str
) -> None:
    where = reverse("evidence:certificate", args=[handed_over.pk])
    answer = client_for(lawyer).post(where, {"language": language})
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"].endswith(f'{handed_over.reference}-{language}.pdf"')
    entry = Entry.objects.get(action="evidence.certificate_printed")
    facts = json.loads(bytes(entry.body))["facts"]
    assert facts["certificate_sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert (facts["language"], facts["events"]) == (language, 5)


@pytest.mark.parametrize("form", [{}, {"language": "de"}, {"language": "\x00"}])
def test_another_language_is_asked_for_in_words(
    handed_over: EvidenceItem, lawyer: User, client_for: ClientFor, form: dict[str, str]
) -> None:
    answer = client_for(lawyer).post(reverse("evidence:certificate", args=[handed_over.pk]), form)
    assert answer.status_code == 400
    assert "Choose the language" in answer.content.decode()
    assert not Entry.objects.filter(action="evidence.certificate_printed").exists()


def test_the_signed_state_on_it_covers_its_events(handed_over: EvidenceItem, lawyer: User) -> None:
    before = Entry.objects.count()
    print_certificate(handed_over, language="en", actor=lawyer)
    facts = json.loads(bytes(Entry.objects.get(action="evidence.certificate_printed").body))["facts"]
    assert facts["checkpoint"] >= before


def test_who_does_not_see_the_item_prints_nothing(handed_over: EvidenceItem, outsider: User) -> None:
    with pytest.raises(UnknownEvidence):
        print_certificate(handed_over, language="en", actor=outsider)


def test_what_left_for_another_case_is_withheld(handed_over: EvidenceItem, lawyer: User) -> None:
    packed = custody.record(handed_over, CustodyKind.PACKED, actor=lawyer, note="D-1")
    given = {"purpose": "For the court of Stockholm", "received_by": "Judge", "refers_to": packed}
    gone = custody.record(handed_over, CustodyKind.DISCLOSED, actor=lawyer, **given)
    wrong = "The court is that of Stockholm"
    custody.record(handed_over, CustodyKind.CORRECTED, actor=lawyer, purpose=wrong, refers_to=gone)
    assert "Stockholm" in said(handed_over, "en", lawyer)
    second = open_case(reference="DK-SECOND", title="Second", actor=lawyer)
    add_to_case(handed_over, second, actor=lawyer)
    text = said(handed_over, "en", lawyer)
    assert "Stockholm" not in text
    assert "withheld" in text


def test_a_thing_without_bytes_has_its_certificate_too(case: Case, lawyer: User) -> None:
    item = put_on_the_shelf(case, lawyer)
    assert "no bytes" in said(item, "en", lawyer)
    assert print_certificate(item, language="fa", actor=lawyer).content.startswith(b"%PDF-")


def test_it_says_why_an_offer_was_turned_down(take_in: TakeIn, paralegal: User, lawyer: User) -> None:
    item = take_in()
    refuse(offer(item, to=lawyer, facts=WHY, actor=paralegal), reason="The seal is broken", actor=lawyer)
    withdraw(
        offer(item, to=lawyer, facts=WHY, actor=paralegal), reason="It stays in the safe", actor=paralegal
    )
    for language in ("en", "fa"):
        text = said(item, language, lawyer)
        for words in ("The seal is broken", "It stays in the safe"):
            assert re.search(rf"Reason / \W*دلیل\W*: \W*{words}", text)
