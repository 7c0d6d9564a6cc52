"""The register: found by filters, read page by page without a gap, the same however much its reader sees."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Entry
from cases.membership import open_case
from cases.models import Case
from evidence import register, register_rows
from evidence.fixity import check_fixity
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import EvidenceCase, EvidenceItem, RegisterView
from evidence.register import register_page
from evidence.register_filter import Order, RegisterFilter
from evidence.saved_views import views_of
from evidence.views import register_list
from tests.evidence.conftest import TakeIn
from tests.evidence.things import put_on_the_shelf

ClientFor = Callable[[User | None], Client]
LIST = "evidence:list"


@pytest.fixture(params=["few", "dense", "thin"])
def sight(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every way of finding what a reader sees: a few items, many that lie close together, many that lie apart."""
    if request.param != "few":
        monkeypatch.setattr(register_rows, "FEW", 0)
    if request.param == "dense":
        monkeypatch.setattr(register_rows, "DENSE", 0)
    if request.param == "thin":
        monkeypatch.setattr(register_rows, "LOOK", 0)
        monkeypatch.setattr(register_rows, "DENSE", 10**9)
    return str(request.param)


def received(item: EvidenceItem, at: datetime) -> None:
    """As if it had come at that moment; nothing of ours moves it."""
    EvidenceItem.objects.filter(pk=item.pk).update(received_at=at)
    EvidenceCase.objects.filter(item=item).update(received_at=at)


@pytest.fixture
def seven(take_in: TakeIn, monkeypatch: pytest.MonkeyPatch) -> list[EvidenceItem]:
    """Newest first; three of them were received in the same moment."""
    monkeypatch.setattr(register, "ROWS", 3)
    items = [take_in(f"letter {number}".encode(), title=f"Letter {number}") for number in range(7)]
    now = timezone.now()
    for number, item in enumerate(items):
        at = now - timedelta(days=2) if 2 <= number <= 4 else now - timedelta(days=number)
        received(item, at)
    return sorted(
        EvidenceItem.objects.all(), key=lambda item: (-item.received_at.timestamp(), item.reference)
    )


def references(items: list[EvidenceItem]) -> list[str]:
    return [item.reference for item in items]


def walk(user: User, wanted: RegisterFilter) -> tuple[list[str], list[str]]:
    """All pages forwards, then all of them backwards from the last."""
    page, there = register_page(user, wanted), []
    there += references(page.rows)
    while page.after:
        page = register_page(user, wanted, after=page.after)
        there += references(page.rows)
    back = references(page.rows)
    while page.before:
        page = register_page(user, wanted, before=page.before)
        back = references(page.rows) + back
    return there, back


@pytest.mark.parametrize("order", list(Order))
def test_every_row_is_met_once_forwards_and_backwards(
    sight: str, seven: list[EvidenceItem], lawyer: User, order: Order
) -> None:
    wanted = references(seven)
    if order is Order.OLDEST:
        wanted = wanted[::-1]
    if order is Order.REFERENCE:
        wanted = sorted(wanted)
    there, back = walk(lawyer, RegisterFilter(order=order))
    assert (there, back) == (wanted, wanted)


def test_it_is_scoped_to_who_asks(
    sight: str, take_in: TakeIn, case: Case, other_case: Case, lawyer: User, outsider: User, paralegal: User
) -> None:
    ours = take_in(b"ours")
    own = take_in(b"in no case", case=None, actor=paralegal)
    theirs = ingest_evidence(
        io.BytesIO(b"theirs"),
        facts=IntakeFacts(source="s", original_name="t.txt", case=other_case),
        actor=outsider,
    )

    def seen(user: User) -> set[str]:
        return set(references(register_page(user, RegisterFilter()).rows))

    assert seen(lawyer) == {ours.reference}
    assert seen(paralegal) == {ours.reference, own.reference}
    assert seen(outsider) == {theirs.reference}
    EvidenceCase.objects.create(item=ours, case=other_case, linked_by=outsider)
    assert seen(outsider) == {ours.reference, theirs.reference}


def test_each_filter_finds_what_it_says(
    sight: str, take_in: TakeIn, case: Case, lawyer: User, auditor: User, client_for: ClientFor
) -> None:
    checked, unchecked = take_in(b"checked", title="Checked"), take_in(b"unchecked")
    ring = put_on_the_shelf(case, lawyer)
    check_fixity(checked, actor=auditor)
    received(unchecked, timezone.now() - timedelta(days=40))
    client = client_for(lawyer)

    def found(**query: str) -> set[str]:
        return set(references(client.get(reverse(LIST), query).context["page"].rows))

    today = timezone.localdate()
    assert found(check="verified") == {checked.reference}
    assert found(check="unchecked") == {unchecked.reference}
    assert found(check="broken", alarm="on") == set()
    assert found(type="physical") == {ring.reference}
    assert found(since=str(today - timedelta(days=2))) == {checked.reference, ring.reference}
    assert found(until=str(today - timedelta(days=30))) == {unchecked.reference}
    assert found(q="chec") == {checked.reference}
    assert len(found(check="x", since="x", until="9999-12-31", order="x", after="x", before="\x00_x")) == 3


def test_dates_of_either_calendar_are_looked_for_and_what_cannot_be_read_is_said(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    early, late = take_in(b"early"), take_in(b"late")
    received(early, datetime(2024, 3, 19, 12, tzinfo=UTC))
    received(late, datetime(2024, 3, 21, 12, tzinfo=UTC))
    client = client_for(lawyer)

    def found(**query: str) -> set[str]:
        return set(references(client.get(reverse(LIST), query).context["page"].rows))

    # The first of Farvardin 1403 is 20 March 2024.
    for first_day in ("1403-01-01", "۱۴۰۳/۱/۱", "1 Farvardin 1403", "2024-03-20"):
        assert found(since=first_day) == {late.reference}, first_day
    assert found(until="1402") == found(until="2024-03-19") == {early.reference}
    assert found(since="1403", until="1403") == {late.reference}
    assert b"cannot be read" not in client.get(reverse(LIST), {"since": "1403"}).content
    page = client.get(reverse(LIST), {"since": "some day", "check": "x"})
    assert page.status_code == 200
    said = page.content.decode()
    assert "Not looked for, because it cannot be read:</strong> Check, Received since." in said
    assert 'value="some day"' in said


def test_a_filter_and_an_order_stay_in_the_address_of_the_next_page(
    seven: list[EvidenceItem], lawyer: User, client_for: ClientFor
) -> None:
    client = client_for(lawyer)
    page = client.get(reverse(LIST), {"q": "Letter", "order": "oldest"})
    assert page.context["query"] == "q=Letter&order=oldest"
    after = page.context["after"]
    second = client.get(reverse(LIST), {"q": "Letter", "order": "oldest", "after": after})
    assert references(second.context["page"].rows) == references(seven)[::-1][3:6]


def test_it_asks_no_more_of_the_database_for_more_rows_or_more_sight(
    take_in: TakeIn, lawyer: User, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(lawyer)
    take_in(b"one")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(LIST))
        return len(queries)

    asked()  # what any later page finds warm
    first = asked()
    for number in range(6):
        take_in(f"more {number}".encode())
    assert asked() == first
    monkeypatch.setattr(register_rows, "FEW", 0)
    assert asked() <= first + 3


def bulk(client: Client, **form: Any) -> Any:
    return client.post(reverse("evidence:bulk"), form, follow=True)


def test_many_items_go_into_a_case_after_one_more_question(
    seven: list[EvidenceItem], lawyer: User, client_for: ClientFor
) -> None:
    second = open_case(reference="DK-SECOND", title="Second", actor=lawyer)
    client = client_for(lawyer)
    ids = [item.pk for item in seven[:2]]
    asked = bulk(client, act="place", into=second.pk, item=ids)
    assert "2 items are chosen" in asked.content.decode()
    assert not second.placements.exists()
    done = bulk(client, act="place", into=second.pk, item=ids, agreed=2).content.decode()
    assert "2 items were put into DK-SECOND" in done
    assert second.placements.count() == 2
    again = bulk(client, act="place", into=second.pk, item=ids, agreed=2).content.decode()
    assert "2 were there already" in again
    assert Entry.objects.filter(action="evidence.linked", case_id=second.pk).count() == 2


def test_all_that_fit_are_found_on_the_server_and_counted_again(
    seven: list[EvidenceItem], lawyer: User, client_for: ClientFor
) -> None:
    second = open_case(reference="DK-SECOND", title="Second", actor=lawyer)
    client = client_for(lawyer)
    asked = bulk(client, act="place", into=second.pk, which="all", query="q=Letter")
    assert "7 items are chosen" in asked.content.decode()
    # One more came meanwhile: what was agreed to is not what there is now, so it is asked again.
    assert (
        "7 items are chosen"
        in bulk(client, act="place", into=second.pk, which="all", query="q=Letter", agreed=6).content.decode()
    )
    assert not second.placements.exists()


def test_one_item_that_is_not_the_readers_refuses_the_whole(
    take_in: TakeIn, other_case: Case, outsider: User, lawyer: User, client_for: ClientFor
) -> None:
    ours = take_in(b"ours")
    theirs = ingest_evidence(
        io.BytesIO(b"theirs"),
        facts=IntakeFacts(source="s", original_name="t.txt", case=other_case),
        actor=outsider,
    )
    for act in ("export", "place", "check"):
        form = {"act": act, "item": [ours.pk, theirs.pk], "into": ours.cases.get().pk, "agreed": 2}
        answer = client_for(lawyer).post(reverse("evidence:bulk"), form)
        assert answer.status_code == 404
        assert theirs.reference not in answer.content.decode()
    assert not ours.custody.filter(kind="fixity_checked").exists()


def test_too_many_and_none_are_answered_with_a_sentence(
    seven: list[EvidenceItem], lawyer: User, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(lawyer)
    monkeypatch.setitem(register_list._MOST, "check", 2)
    ids = [item.pk for item in seven]
    assert "2 items at a time" in bulk(client, act="check", item=ids).content.decode()
    assert "2 items at a time" in bulk(client, act="check", which="all").content.decode()
    assert "Tick at least one" in bulk(client, act="check", item=["x"]).content.decode()
    assert "what is to be done" in bulk(client, act="burn", item=ids).content.decode()
    assert "Choose the case" in bulk(client, act="place", item=ids).content.decode()


def test_many_items_are_checked(
    seven: list[EvidenceItem], case: Case, lawyer: User, client_for: ClientFor
) -> None:
    ring = put_on_the_shelf(case, lawyer)
    ids = [seven[0].pk, seven[1].pk, ring.pk]
    page = bulk(client_for(lawyer), act="check", item=ids, agreed=3).content.decode()
    assert "2 items were read in full" in page
    assert "1 physical item has no digest" in page
    assert seven[0].custody.filter(kind="fixity_checked").count() == 1


def test_the_list_that_is_taken_out_runs_no_formula_and_is_in_the_log(
    take_in: TakeIn, lawyer: User, client_for: ClientFor
) -> None:
    item = take_in(b"x", title="=HYPERLINK(1)")
    answer = client_for(lawyer).post(
        reverse("evidence:bulk"), {"act": "export", "shown": item.pk, "which": "page"}
    )
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0]["title"] == "'=HYPERLINK(1)"
    assert (rows[0]["reference"], rows[0]["sha256"]) == (item.reference, item.stored.sha256.hex)
    assert rows[0]["cases"] == "DK-1988-01"
    [entry] = Entry.objects.filter(action="evidence.register_exported")
    assert b'"items":1' in bytes(entry.body)


def test_a_view_is_saved_under_a_name_for_its_reader_alone(
    take_in: TakeIn, lawyer: User, paralegal: User, client_for: ClientFor
) -> None:
    client = client_for(lawyer)
    for query in ("type=image&page=3", "type=text&q=Evin"):
        client.post(reverse("evidence:view_save"), {"name": "Letters", "query": query})
    [view] = views_of(lawyer)
    assert view.query == "q=Evin&type=text"
    page = client.get(reverse(LIST)).content.decode()
    [href] = [part.split('"')[0] for part in page.split('class="chip" href="') if part.startswith("?q=Evin")]
    assert parse_qs(urlsplit(href.replace("&amp;", "&")).query) == {"q": ["Evin"], "type": ["text"]}
    other = client_for(paralegal)
    assert "Letters" not in other.get(reverse(LIST)).content.decode()
    assert other.post(reverse("evidence:view_remove", args=[view.pk])).status_code == 404
    client.post(reverse("evidence:view_remove", args=[view.pk]))
    assert not RegisterView.objects.exists()


@pytest.mark.parametrize(("name", "sentence"), [("", "at most 80"), ("x" * 81, "at most 80")])
def test_a_view_that_cannot_be_kept_is_said(
    lawyer: User, client_for: ClientFor, name: str, sentence: str
) -> None:
    page = client_for(lawyer).post(reverse("evidence:view_save"), {"name": name, "query": ""}, follow=True)
    assert sentence in page.content.decode()
    assert not RegisterView.objects.exists()
