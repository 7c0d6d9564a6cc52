"""An item's page: its sections in their order, at a price that does not grow with what they hold."""

import re
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from cases.membership import add_member, open_case
from cases.models import Case, Person
from evidence.fixity import check_fixity
from evidence.history import ROWS
from evidence.linking import add_to_case, link_evidence
from evidence.models import EvidenceItem
from evidence.sections.page import all_sections
from tests.evidence.conftest import TakeIn

ClientFor = Callable[[User | None], Client]


def page_of(item: EvidenceItem, client: Client, **query: str) -> str:
    return client.get(reverse("evidence:item", args=[item.pk]), query).content.decode()


def test_it_reads_from_what_the_item_is_to_its_history(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    page = page_of(take_in(), client_for(lawyer))
    shown = re.findall(r'<section id="(\w+)"', page)
    assert [name for name in (section.name for section in all_sections()) if name in shown] == shown
    assert (shown[0], shown[-1]) == ("what", "history")
    assert re.findall(r'<li><a href="#(\w+)"', page) == shown


def test_more_links_events_receipts_and_history_ask_no_more_of_the_database(
    take_in: TakeIn, case: Case, person: Person, lawyer: User, paralegal: User, client_for: ClientFor
) -> None:
    client, item = client_for(lawyer), take_in()

    def grow(times: int) -> None:
        for _turn in range(times):
            take_in(source="another family")
            link_evidence(item, case=case, to=person, actor=paralegal)
            check_fixity(item, actor=paralegal)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("evidence:item", args=[item.pk])).status_code == 200
        return len(captured)

    grow(1)
    client.get(reverse("evidence:item", args=[item.pk]))
    few = queries()
    grow(12)
    assert queries() == few


def test_its_history_says_who_did_what_in_words(
    take_in: TakeIn, lawyer: User, paralegal: User, client_for: ClientFor
) -> None:
    page = page_of(take_in(), client_for(lawyer))
    history = page[page.index('id="history"') :]
    assert "An exhibit was received and stored." in history
    assert "A person opened the page of an exhibit." in history
    assert paralegal.full_name in history
    assert "evidence.received" not in history


def test_its_history_comes_in_pages_and_any_number_is_answered(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item, client = take_in(), client_for(lawyer)
    for _turn in range(ROWS):
        page_of(item, client)
    assert "An exhibit was received and stored." not in page_of(item, client)
    assert "An exhibit was received and stored." in page_of(item, client, history="2")
    for odd in ("0", "999", "-1", "x", "\x00"):
        assert 'id="history"' in page_of(item, client, history=odd)


def test_what_was_done_for_another_case_is_not_told_to_who_is_no_member_of_it(
    take_in: TakeIn, case: Case, lawyer: User, outsider: User, client_for: ClientFor
) -> None:
    item = take_in()
    second = open_case(reference="DK-SECOND", title="Second", actor=lawyer)
    add_member(second, user=outsider, actor=lawyer)
    page_of(item, client_for(lawyer))
    add_to_case(item, second, actor=lawyer)
    assert "An exhibit was received and stored." in page_of(item, client_for(lawyer))
    page = page_of(item, client_for(outsider))
    history = page[page.index('id="history"') :]
    assert "An exhibit was linked to a case" in history
    assert "An exhibit was received and stored." not in history
