"""How the register's rows are found, by the plans of the databases themselves: a clock would say it on a quiet day only."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from math import comb

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from cases.models import Case
from evidence import register_rows
from evidence.models import EvidenceItem
from evidence.register import ROWS
from evidence.register_filter import CustodyState, Order, RegisterFilter, fitting
from evidence.register_rows import Place, rows_beyond, sight_of
from tests.evidence.conftest import TakeIn

_WHOLE = re.compile(r"(Seq Scan on|SCAN) evidence_\w+\b(?! USING)")
BEYOND = Place(datetime(2026, 1, 1, tzinfo=UTC), "E-4KQ7-2M9D")


@pytest.fixture(autouse=True)
def small_tables(db: None) -> Iterator[None]:
    """PostgreSQL reads a table of three rows whole, whatever indexes there are, unless that is made dear."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
            yield
            cursor.execute("RESET enable_seqscan; RESET enable_bitmapscan")
    else:
        yield


def plan(statement: str) -> str:
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {statement}")
        found = "\n".join(str(row[-1]) for row in cursor.fetchall())
    # SQLite names a table by its alias alone.
    for table, alias in re.findall(r'"(evidence_\w+)" (?:AS )?"?(\w+\d+)"?', statement):
        found = re.sub(rf"\b(SCAN|SEARCH) {alias}\b", rf"\1 {table}", found)
    return found


def plans_of_a_page(user: User, order: Order, place: Place | None, *, backwards: bool) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        sight = sight_of(user, None)
        rows_beyond(sight, RegisterFilter(order=order), place, backwards=backwards, most=26)
    found = (query["sql"] for query in asked.captured_queries)
    return [plan(sql) for sql in found if "evidence_evidenceitem" in sql or "evidence_evidencecase" in sql]


def assert_no_table_is_read_whole(plans: list[str]) -> None:
    whole = [one for one in plans if _WHOLE.search(one)]
    assert whole == []


def test_a_table_that_is_read_whole_under_another_name_is_seen() -> None:
    whole = plan('SELECT 1 FROM "evidence_evidencelink" "U0" WHERE "U0"."basis" = \'x\'')
    if connection.vendor == "postgresql":
        # Dear as it is made, there is no other way here.
        assert "Seq Scan" in whole
    with pytest.raises(AssertionError):
        assert_no_table_is_read_whole([whole])


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("place", [None, BEYOND])
@pytest.mark.parametrize("order", [Order.NEWEST, Order.OLDEST])
def test_thinly_lying_items_are_found_by_each_cases_own_index(
    take_in: TakeIn,
    lawyer: User,
    monkeypatch: pytest.MonkeyPatch,
    order: Order,
    place: Place | None,
    backwards: bool,
) -> None:
    take_in()
    monkeypatch.setattr(register_rows, "FEW", 0)
    monkeypatch.setattr(register_rows, "LOOK", 0)
    plans = plans_of_a_page(lawyer, order, place, backwards=backwards)
    assert any("placement_by_receipt" in one and "item_in_no_case" not in one for one in plans)
    assert any("item_in_no_case" in one for one in plans)
    if connection.vendor == "sqlite":
        # PostgreSQL may well begin with the items where there is only one.
        assert not any("item_by_receipt" in one for one in plans)
    assert_no_table_is_read_whole(plans)


@pytest.mark.parametrize("place", [None, BEYOND])
def test_densely_lying_items_are_walked_from_where_the_page_begins(
    take_in: TakeIn, lawyer: User, monkeypatch: pytest.MonkeyPatch, place: Place | None
) -> None:
    take_in()
    monkeypatch.setattr(register_rows, "FEW", 0)
    plans = plans_of_a_page(lawyer, Order.NEWEST, place, backwards=False)
    assert any("item_by_receipt" in one for one in plans)
    assert_no_table_is_read_whole(plans)


@pytest.mark.parametrize("state", [CustodyState.OUT, CustodyState.HOLD, CustodyState.OFFERED])
def test_what_stands_out_in_custody_is_found_by_its_kind(
    take_in: TakeIn, lawyer: User, state: CustodyState
) -> None:
    take_in()
    items = fitting(EvidenceItem.objects.all(), RegisterFilter(custody=state)).order_by()
    with CaptureQueriesContext(connection) as asked:
        list(items)
    found = plan(asked.captured_queries[-1]["sql"])
    assert_no_table_is_read_whole([found])
    if connection.vendor == "sqlite":
        # PostgreSQL may begin with the items where there are as few of these as of events.
        assert "custody_by_kind" in found


def test_a_case_that_is_asked_for_is_read_by_its_own_index(
    take_in: TakeIn, case: Case, lawyer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in()
    monkeypatch.setattr(register_rows, "FEW", 0)
    monkeypatch.setattr(register_rows, "LOOK", 0)
    sight = sight_of(lawyer, case)
    with CaptureQueriesContext(connection) as asked:
        rows_beyond(sight, RegisterFilter(case=case), None, backwards=False, most=26)
    assert "placement_by_receipt" in plan(asked.captured_queries[0]["sql"])


def test_who_sees_a_tenth_finds_a_page_at_the_first_look() -> None:
    """In ninety-nine of a hundred draws; with a look of 250 every second page was looked for twice."""
    look, rows = register_rows.LOOK, ROWS + 1
    missed = sum(comb(look, seen) * 0.1**seen * 0.9 ** (look - seen) for seen in range(rows))
    assert missed < 0.01


def test_a_page_that_is_found_at_the_first_look_asks_no_case_for_its_own(
    take_in: TakeIn, lawyer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        take_in(number.to_bytes(1, "big"))
    monkeypatch.setattr(register_rows, "FEW", 0)
    with CaptureQueriesContext(connection) as asked:
        sight = sight_of(lawyer, None)
        found = rows_beyond(sight, RegisterFilter(), None, backwards=False, most=4)
    assert len(found) == 4
    assert not [query for query in asked.captured_queries if "MAX" in query["sql"]]
