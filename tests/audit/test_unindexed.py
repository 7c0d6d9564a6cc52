"""What the indexes that a report is made with do not lead to, or lead to wrongly, is told in numbers that are true."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from audit.unindexed import IndexLook, look_by_indexes
from tests.audit.test_storage_check import write_past_the_index
from tests.tampering import as_owner, guards_lifted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uncounted")]
Write = Callable[[int], list[Entry]]


def looked() -> IndexLook:
    now = timezone.now()
    return look_by_indexes(now - timedelta(days=1), now + timedelta(days=1))


def test_whole_indexes_lead_to_every_entry_of_the_period_and_to_no_other(write: Write) -> None:
    write(5)
    assert looked() == IndexLook(hidden=0, astray=False)
    assert looked().agrees


@pytest.mark.parametrize("index", ["audit_entry_when", "audit_entry_action"])
def test_each_index_of_the_entries_is_asked(write: Write, index: str) -> None:
    write(2)
    write_past_the_index(lambda: write(3), index)
    assert looked().hidden == 3


@pytest.mark.postgres
def test_the_index_of_places_is_asked(write: Write) -> None:
    write(2)
    write_past_the_index(lambda: write(3), "audit_leaf_entry_id_key")
    assert looked().hidden == 3


@pytest.mark.sqlite
def test_the_index_of_places_is_asked_though_a_constraint_made_it(write: Write) -> None:
    write(5)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE INDEX partly ON audit_leaf (entry_id) WHERE leaf_index < 2")
        cursor.execute("PRAGMA writable_schema = ON")
        cursor.execute(
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'partly')"
            " WHERE name = 'sqlite_autoindex_audit_leaf_1'"
        )
        cursor.execute("DELETE FROM sqlite_master WHERE name = 'partly'")
        cursor.execute("PRAGMA schema_version = 5001")
        cursor.execute("PRAGMA writable_schema = OFF")
    assert looked().hidden == 3


@pytest.mark.sqlite
def test_a_row_that_an_index_leads_to_twice_does_not_stand_for_one_that_it_hides(write: Write) -> None:
    write(2)
    write_past_the_index(lambda: write(1))
    written_again("audit_entry_when", "recorded_at = substr(recorded_at, 1, 20) || '000000'")
    assert looked() == IndexLook(hidden=1, astray=True)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("index", "change"),
    [
        ("audit_entry_when", "recorded_at = substr(recorded_at, 1, 20) || '000000'"),
        ("audit_entry_action", "action = 'case.opened'"),
    ],
)
def test_a_row_that_an_index_leads_to_twice_is_no_number_of_hidden_entries(
    write: Write, index: str, change: str
) -> None:
    write(2)
    written_again(index, change)
    assert looked() == IndexLook(hidden=0, astray=True)
    assert not looked().agrees


def written_again(index: str, change: str) -> None:
    """One row is taken out behind an index's back and written again otherwise: the index then leads to it twice."""
    with guards_lifted(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE kept AS SELECT rowid AS place, * FROM audit_entry LIMIT 1")
        cursor.execute(f"UPDATE temp.kept SET {change}")
        write_past_the_index(
            lambda: cursor.execute("DELETE FROM audit_entry WHERE rowid IN (SELECT place FROM kept)"), index
        )
        cursor.execute(
            "INSERT INTO audit_entry (rowid, id, recorded_at, actor, channel, action, subject_kind, subject_id, case_id,"
            " body, leaf_hash) SELECT place, id, recorded_at, actor, channel, action, subject_kind, subject_id, case_id,"
            " body, leaf_hash FROM kept"
        )
        cursor.execute("DROP TABLE temp.kept")
