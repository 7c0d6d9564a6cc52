"""An index that lacks rows hides them from whoever looks by it; the database's own check says so."""

from collections.abc import Callable

import pytest
from django.db import connection

from audit import storage_check
from audit.faults import FaultKind
from audit.models import Entry
from audit.storage_check import storage_faults
from audit.verification import verify_log
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db
WHEN = "audit_entry_when"


def write_past_the_index(write: Callable[[int], list[Entry]]) -> None:
    """Entries that the index by time does not list, though it is there and in force."""
    with as_owner(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            switch = "UPDATE pg_index SET indisready = %s WHERE indexrelid = %s::regclass"
            cursor.execute(switch, [False, WHEN])
            write(3)
            cursor.execute(switch, [True, WHEN])
            return
        cursor.execute("PRAGMA writable_schema = ON")
        cursor.execute("SELECT * FROM sqlite_master WHERE name = %s", [WHEN])
        row = cursor.fetchone()
        cursor.execute("DELETE FROM sqlite_master WHERE name = %s", [WHEN])
        cursor.execute("PRAGMA schema_version = 5001")
        write(3)
        cursor.execute("INSERT INTO sqlite_master VALUES (%s, %s, %s, %s, %s)", row)
        cursor.execute("PRAGMA schema_version = 5002")
        cursor.execute("PRAGMA writable_schema = OFF")


def test_an_untouched_database_is_whole(write: Callable[[int], list[Entry]]) -> None:
    write(3)
    assert list(storage_faults(connection)) == []


@pytest.mark.sqlite
@pytest.mark.parametrize("in_full", [100_000, 0])
def test_sqlite_finds_an_index_that_lacks_rows(
    write: Callable[[int], list[Entry]], monkeypatch: pytest.MonkeyPatch, in_full: int
) -> None:
    monkeypatch.setattr(storage_check, "CHECKED_IN_FULL", in_full)
    write(2)
    assert list(storage_faults(connection)) == []
    write_past_the_index(write)
    found = [fault for fault in verify_log().faults if fault.kind is FaultKind.STORAGE_DAMAGED]
    assert found
    assert any(WHEN in fault.place + fault.detail for fault in found)


@pytest.mark.postgres
def test_amcheck_finds_an_index_that_lacks_rows_where_it_is_installed(
    write: Callable[[int], list[Entry]],
) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE EXTENSION amcheck; GRANT EXECUTE ON FUNCTION bt_index_check(regclass, boolean) TO PUBLIC"
        )
    write(2)
    assert list(storage_faults(connection)) == []
    write_past_the_index(write)
    found = [fault.place for fault in verify_log().faults if fault.kind is FaultKind.STORAGE_DAMAGED]
    assert found == [f"index {WHEN}"]


@pytest.mark.postgres
def test_a_function_that_only_bears_the_name_of_amchecks_is_not_asked() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION bt_index_check(regclass, boolean) RETURNS void LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE EXCEPTION 'called'; END $$"
        )
    assert list(storage_faults(connection)) == []
