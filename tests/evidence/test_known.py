"""Finding what an earlier run took in: by an index, however much there is, and never what is somebody else's."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from cases.dating import read_date
from cases.models import Case
from evidence.arrivals import Arrival
from evidence.filenames import storable_name
from evidence.known import Known, place_of
from evidence.models import EvidenceItem
from tests.evidence.conftest import TakeIn


def known(actor: User) -> Known:
    return Known(actor, command="ingest_evidence")


def arrival(case: Case, path: str, source: str = "a family") -> Arrival:
    return Arrival(Path(path), path, source=source, case=case.reference, collected=read_date("1988"))


def test_what_came_under_the_same_place_is_known_by_its_digest(
    take_in: TakeIn, paralegal: User, case: Case
) -> None:
    taken = take_in(b"one", original_path="folder/a", source="a family")
    take_in(b"two", original_path="folder/a", source="another family")
    asked = known(paralegal)
    facts = [asked.facts(arrival(case, path)) for path in ("folder/a", "folder/b")]
    assert asked.receipts(facts) == {place_of(facts[0]): {taken.stored.sha256.value}}


def test_what_was_disposed_of_is_not_here(take_in: TakeIn, paralegal: User, case: Case) -> None:
    taken = take_in(b"one", original_path="folder/a", source="a family")
    EvidenceItem.objects.filter(pk=taken.pk).update(disposed_at=timezone.now())
    asked = known(paralegal)
    assert asked.receipts([asked.facts(arrival(case, "folder/a"))]) == {}


def test_a_place_in_another_case_is_another_place(
    take_in: TakeIn, outsider: User, case: Case, other_case: Case, paralegal: User
) -> None:
    take_in(b"one", original_path="folder/a", source="a family", case=other_case, actor=outsider)
    asked = known(paralegal)
    assert asked.receipts([asked.facts(arrival(case, "folder/a"))]) == {}
    assert list(asked.items([arrival(case, "folder/a")])) == []


def test_the_items_of_arrivals_are_each_given_once(take_in: TakeIn, paralegal: User, case: Case) -> None:
    items = [take_in(b"one", original_path=path, source="a family") for path in ("b", "a", "a")]
    take_in(b"one", original_path="")
    found = list(known(paralegal).items([arrival(case, path) for path in ("a", "b", "a", "c")]))
    assert {item.pk for item in found} == {item.pk for item in items}
    assert len(found) == 3


@pytest.mark.parametrize("path", ["x" * 4096, "ن" * 4000, "a'b\\c\n\u202e", storable_name("bad\udcff")])
def test_a_path_of_any_length_and_letters_is_found_again(
    take_in: TakeIn, paralegal: User, case: Case, path: str
) -> None:
    take_in(b"one", original_path=path, source="a family")
    asked = known(paralegal)
    assert asked.receipts([asked.facts(arrival(case, path))])


def test_the_question_is_answered_by_the_index_of_paths(take_in: TakeIn, paralegal: User, case: Case) -> None:
    first = take_in(b"one", original_path="0", source="a family")
    many = [
        EvidenceItem(
            object=first.object,
            intake=first.intake,
            original_name="a",
            original_path=str(number) if number % 2 else "",
            source="a family",
            received_by=paralegal,
        )
        for number in range(1, 2000)
    ]
    EvidenceItem.objects.bulk_create(many)
    asked = known(paralegal)
    facts = [asked.facts(arrival(case, str(number))) for number in range(3)]
    with CaptureQueriesContext(
        connection,
    ) as seen:
        asked.receipts(facts)
    assert len(seen) == 1
    assert "item_by_path" in plan(seen[0]["sql"])


def plan(sql: str) -> str:
    """How the database would answer; where a table is small PostgreSQL would rather read all of it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "\n".join(str(row) for row in cursor.fetchall())
