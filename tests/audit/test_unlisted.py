"""What an index hides from the list of entries is told by its neighbours in the tree; nothing else is."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.actions import Action
from audit.explorer import PAGE, page_of, with_places
from audit.log import Subject, append
from audit.models import Entry
from audit.queries import Filters
from audit.sequencing import sequence_pending
from audit.tiles import tree_size
from audit.unlisted import unlisted_beside
from tests.audit.conftest import CLERK
from tests.audit.test_storage_check import write_past_the_index
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]
MISSING = 'id="unlisted"'


@pytest.fixture
def by_indexes(uncounted: None) -> None:
    """PostgreSQL looks up by an index, however few rows there are."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")


def listed(desk: Client, **query: str) -> Any:
    answer = desk.get(reverse("audit:entries"), query)
    assert answer.status_code == 200
    return answer


def key(entry: Entry) -> Any:
    return entry.pk if connection.vendor == "postgresql" else entry.pk.hex


def test_entries_that_the_index_of_times_hides_are_told_with_their_places(
    desk: Client, write: Write, by_indexes: None
) -> None:
    write(3)
    hidden: list[Entry] = []
    write_past_the_index(lambda: hidden.extend(write(4)))
    write(3)
    for query in ({}, {"since": "2020-01-01"}):
        answer = listed(desk, **query)
        assert {row.entry.pk for row in answer.context["rows"]}.isdisjoint({entry.pk for entry in hidden})
        first, last = (Entry.objects.get(pk=entry.pk) for entry in (hidden[0], hidden[-1]))
        assert [(one.place, one.entry) for one in answer.context["unlisted"]] == [
            (first.leaf.index, first.pk),
            (last.leaf.index, last.pk),
        ]
        page = answer.content.decode()
        assert MISSING in page
        assert reverse("audit:entry", args=[first.pk]) in page


def test_the_newest_is_missed_though_nothing_is_listed_before_it(
    desk: Client, write: Write, by_indexes: None
) -> None:
    write(2)
    hidden: list[Entry] = []
    write_past_the_index(lambda: hidden.extend(write(1)))
    assert [one.entry for one in listed(desk).context["unlisted"]] == [hidden[0].pk]
    tomorrow = (timezone.now() + timedelta(days=1)).date().isoformat()
    assert [one.entry for one in listed(desk, until=tomorrow).context["unlisted"]] == [hidden[0].pk]


def test_the_ends_of_a_list_are_missed_where_nothing_should_lie_beyond_them(write: Write) -> None:
    write(5)
    page, size = page_of(Filters()), tree_size()
    whole, _outside = with_places(page.entries)
    assert unlisted_beside(page, whole, size=size) == []
    for given, bounds, places in (
        (whole[1:], {}, [size - 1]),
        (whole[1:], {"newer": "a mark", "before": stand(whole[0])}, []),
        (whole[:-1], {}, [0]),
        (whole[:-1], {"older": "a mark", "after": stand(whole[-1])}, []),
        ([], {}, [0, size - 1]),
        ([], {"newer": "a mark", "before": stand(whole[-1])}, []),
    ):
        bounded = replace(page, **bounds)  # type: ignore[arg-type]
        assert [one.place for one in unlisted_beside(bounded, given, size=size)] == places
    assert unlisted_beside(page, [], size=0) == []


def stand(entry: Entry) -> tuple[datetime, uuid.UUID]:
    return entry.recorded_at, entry.pk


@pytest.mark.parametrize("after", [PAGE, PAGE * 2])
def test_what_is_hidden_at_the_edge_of_a_page_is_missed_there_once_on_either_way(
    desk: Client, write: Write, by_indexes: None, after: int
) -> None:
    write(20)
    hidden: list[Entry] = []
    write_past_the_index(lambda: hidden.extend(write(1)))
    write(after)
    told: list[Any] = []
    query: dict[str, str] = {}
    while True:
        answer = listed(desk, **query)
        told += [one.entry for one in answer.context["unlisted"]]
        if not answer.context["page"].older:
            break
        query = {"older": answer.context["page"].older}
    assert told == [hidden[0].pk]
    told = []
    while answer.context["page"].newer:
        answer = listed(desk, newer=answer.context["page"].newer)
        told += [one.entry for one in answer.context["unlisted"]]
    assert told == [hidden[0].pk]


@pytest.fixture
def on_days(write: Write, monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """Three entries of each of three days, of which an index hides those of the second; these."""
    hidden: list[Entry] = []

    def day(number: int) -> list[Entry]:
        entries = []
        for hour in range(3):
            now = datetime(2024, 5, number, hour, tzinfo=UTC)
            monkeypatch.setattr("audit.log.timezone", SimpleNamespace(now=lambda now=now: now))
            entries += write(1)
        return entries

    day(1)
    write_past_the_index(lambda: hidden.extend(day(2)))
    day(3)
    monkeypatch.undo()
    return hidden


@pytest.mark.parametrize(
    ("since", "until", "places"),
    [
        ("2024-05-02", "2024-05-03", [0, 2]),
        ("2024-05-02", "2024-05-02T01:00", [0]),
        ("2024-05-02T02:00", "2024-05-03", [2]),
        ("2024-05-02", "2024-05-04", [2]),
        ("2024-05-01", "2024-05-03", [0]),
        ("2024-05-01", "2024-05-02", []),
        ("2024-05-03", "2024-05-04", []),
        ("2024-05-02T00:00:01", "2024-05-02T01:00", []),
        ("2024-04-01", "2024-05-01", []),
    ],
)
def test_what_is_hidden_at_the_ends_of_a_period_or_is_all_of_it_is_missed(
    desk: Client, by_indexes: None, on_days: list[Entry], since: str, until: str, places: list[int]
) -> None:
    told = [one.entry for one in listed(desk, since=since, until=until).context["unlisted"]]
    assert told == [on_days[place].pk for place in places]


def test_entries_of_one_moment_raise_no_alarm_on_the_pages_that_part_them(
    desk: Client, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2024, 5, 1, tzinfo=UTC)
    with monkeypatch.context() as patch:
        patch.setattr("audit.log.timezone", SimpleNamespace(now=lambda: now))
        write(PAGE * 2 + 5)
    query: dict[str, str] = {"until": "2024-05-02"}
    while True:
        answer = listed(desk, **query)
        assert answer.context["unlisted"] == []
        if not answer.context["page"].older:
            break
        query["older"] = answer.context["page"].older
    while answer.context["page"].newer:
        answer = listed(desk, until="2024-05-02", newer=answer.context["page"].newer)
        assert answer.context["unlisted"] == []
    assert listed(desk, until="2024-05-01").context["unlisted"] == []


def test_entries_that_were_taken_out_are_told_as_well(desk: Client, write: Write) -> None:
    entries = write(5)
    [place] = [entry.leaf.index for entry in Entry.objects.filter(pk=entries[2].pk)]
    tamper("DELETE FROM audit_entry WHERE id = %s", (key(entries[2]),))
    assert [(one.place, one.entry) for one in listed(desk).context["unlisted"]] == [(place, None)]
    tamper("DELETE FROM audit_leaf WHERE entry_id = %s", (key(entries[2]),))
    assert [(one.place, one.entry) for one in listed(desk).context["unlisted"]] == [(place, None)]


def test_a_whole_log_raises_no_alarm_on_any_of_its_pages(desk: Client, write: Write) -> None:
    write(PAGE * 2 + 5)
    query: dict[str, str] = {}
    while True:
        answer = listed(desk, **query)
        assert MISSING not in answer.content.decode()
        if not answer.context["page"].older:
            break
        query["older"] = answer.context["page"].older
    assert MISSING not in listed(desk, newer=answer.context["page"].newer).content.decode()


def test_clocks_that_went_ahead_or_were_set_back_raise_no_alarm(
    desk: Client, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry stands in the list by its time and in the tree by when it came: the two need not agree."""
    now = timezone.now()
    for number, away in enumerate((0, 900, -900, 1, 400_000, -400_000, 2, 0)):
        with monkeypatch.context() as patch:
            moment = now + timedelta(seconds=away, microseconds=number)
            patch.setattr("audit.log.timezone.now", lambda moment=moment: moment)
            write(PAGE // 3)
    query: dict[str, str] = {}
    while True:
        answer = listed(desk, **query)
        assert answer.context["unlisted"] == []
        if not answer.context["page"].older:
            break
        query["older"] = answer.context["page"].older


def test_entries_that_wait_for_their_place_raise_no_alarm(desk: Client, write: Write) -> None:
    write(2)
    for _ in range(2):
        append(Action.SIGNED_OUT, subject=Subject("test.thing", "z"), actor=CLERK)
    assert listed(desk).context["unlisted"] == []
    sequence_pending()
    assert listed(desk).context["unlisted"] == []


def test_what_comes_to_its_place_while_the_list_is_read_raises_no_alarm(
    desk: Client, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = write(4)
    late = Entry.objects.get(pk=entries[3].pk)
    monkeypatch.setattr("audit.views.explorer.tree_size", lambda: late.leaf.index)
    tamper("DELETE FROM audit_entry WHERE id = %s", (key(late),))
    assert listed(desk).context["unlisted"] == []


def test_a_list_through_a_filter_is_not_expected_to_be_without_gaps(desk: Client, write: Write) -> None:
    write(2)
    append(Action.SIGNED_OUT, subject=Subject("test.thing", "z"), actor=CLERK)
    write(2)
    assert listed(desk, action="account.signed_in").context["unlisted"] == []


def test_rows_dated_as_no_calendar_has_it_raise_no_alarm(desk: Client, write: Write) -> None:
    entries = write(6)
    moments = {
        "sqlite": ["9999-99-99 99:99:99.999999", "0001-01-01 00:00:00.000000"],
        "postgresql": ["infinity", "-infinity"],
    }[connection.vendor]
    for entry, moment in zip(entries[1:4:2], moments, strict=True):
        tamper("UPDATE audit_entry SET recorded_at = %s WHERE id = %s", (moment, key(entry)))
    assert listed(desk).context["unlisted"] == []


def test_a_place_far_beyond_the_end_closes_no_page(desk: Client, write: Write) -> None:
    entries = write(3)
    tamper("UPDATE audit_leaf SET leaf_index = 900000000000 WHERE entry_id = %s", (key(entries[1]),))
    assert MISSING in listed(desk).content.decode()


@pytest.mark.django_db
def test_an_empty_list_is_no_alarm(desk: Client) -> None:
    assert listed(desk, since="2100-01-01").context["unlisted"] == []


def test_the_list_takes_few_queries_though_each_entry_has_a_neighbour_that_is_not_listed(
    desk: Client, verify: Callable[[Client], Any], log_key: object, write: Write, by_indexes: None
) -> None:
    verify(desk)
    for _ in range(PAGE):
        write(1)
        write_past_the_index(lambda: write(1))
    with CaptureQueriesContext(connection) as asked:
        answer = listed(desk)
    assert len(answer.context["unlisted"]) > PAGE - 2
    assert len(asked) < 20


def test_an_entry_that_only_the_tree_names_is_said_to_be_missing_not_unknown(
    desk: Client, write: Write
) -> None:
    gone = write(3)[1]
    tamper("DELETE FROM audit_entry WHERE id = %s", (key(gone),))
    for page in ("audit:entry", "audit:proof"):
        answer = desk.get(reverse(page, args=[gone.pk]))
        assert answer.status_code == 409
        assert (
            "The tree of the log names this entry, and the database does not find it"
            in answer.content.decode()
        )
        assert desk.get(reverse(page, args=[uuid.uuid4()])).status_code == 404
