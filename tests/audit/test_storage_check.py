"""An index that lacks rows hides them from whoever looks by it; the database's own check says so."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from audit import postgresql_indexes, storage_check
from audit.checkpoints import sign_checkpoint
from audit.faults import FaultKind
from audit.models import Entry
from audit.storage_check import storage_faults
from audit.verification import verify_log
from config.checks import indexes_can_be_checked
from config.safety import safety_warnings
from tests.audit.conftest import CLERK
from tests.tampering import as_owner, tamper

pytestmark = pytest.mark.django_db
WHEN = "audit_entry_when"


def write_past_the_index(write: Callable[[], object], index: str = WHEN) -> None:
    """Entries that an index does not list, though it is there and in force."""
    with as_owner(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            switch = "UPDATE pg_index SET indisready = %s WHERE indexrelid = %s::regclass"
            cursor.execute(switch, [False, index])
            write()
            cursor.execute(switch, [True, index])
            return
        cursor.execute("PRAGMA writable_schema = ON")
        cursor.execute("SELECT * FROM sqlite_master WHERE name = %s", [index])
        row = cursor.fetchone()
        cursor.execute("DELETE FROM sqlite_master WHERE name = %s", [index])
        cursor.execute("PRAGMA schema_version = 5001")
        write()
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
    write_past_the_index(lambda: write(3))
    found = [fault for fault in verify_log().faults if fault.kind is FaultKind.STORAGE_DAMAGED]
    assert found
    assert any(WHEN in fault.place + fault.detail for fault in found)


def test_what_an_index_hides_is_missed_all_the_same(
    write: Callable[[int], list[Entry]], log_key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_check, "CHECKED_IN_FULL", 0)
    write(2)
    write_past_the_index(lambda: sign_checkpoint(actor=CLERK), "audit_entry_action")
    tamper("DELETE FROM audit_checkpointsignature")
    tamper("DELETE FROM audit_checkpoint")
    kinds = {fault.kind for fault in verify_log().faults}
    assert FaultKind.CHECKPOINT_REMOVED in kinds


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
    write_past_the_index(lambda: write(3))
    found = [fault.place for fault in verify_log().faults if fault.kind is FaultKind.STORAGE_DAMAGED]
    assert found == [f"index {WHEN}"]


@pytest.mark.postgres
@pytest.mark.parametrize("in_full", [100_000, 0])
@pytest.mark.parametrize(
    "index",
    [
        *(f"audit_entry_{name}" for name in ("when", "action", "actor", "subject", "case", "pkey")),
        "audit_leaf_pkey",
        "audit_leaf_entry_id_key",
    ],
)
def test_an_index_that_lacks_rows_is_found_without_amcheck(
    write: Callable[[int], list[Entry]], monkeypatch: pytest.MonkeyPatch, in_full: int, index: str
) -> None:
    monkeypatch.setattr(postgresql_indexes, "COMPARED_IN_FULL", in_full)
    write(2)
    assert list(storage_faults(connection)) == []
    write_past_the_index(lambda: write(3), index)
    found = [fault for fault in verify_log().faults if fault.kind is FaultKind.STORAGE_DAMAGED]
    assert f"index {index}" in [fault.place for fault in found]
    assert not verify_log().ok


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("index", "keys"),
    [
        (WHEN, "(CASE WHEN id = '{id}' THEN timestamptz '2001-01-01' ELSE recorded_at END), id"),
        (WHEN, "(CASE WHEN id = '{id}' THEN timestamptz '{later}' ELSE recorded_at END), id"),
        (WHEN, "recorded_at DESC, id"),
        ("audit_entry_action", "(CASE WHEN id = '{id}' THEN action || 'x' ELSE action END), recorded_at"),
    ],
)
def test_an_index_that_was_put_in_the_place_of_another_is_found_without_amcheck(
    write: Callable[[int], list[Entry]], index: str, keys: str
) -> None:
    """Of as many rows, at the same places: of other keys, or in another order. The catalogue says that there are more."""
    entries = write(5)
    assert list(storage_faults(connection)) == []
    with as_owner(), connection.cursor() as cursor:
        later = entries[2].recorded_at + timedelta(microseconds=1)
        cursor.execute(f"CREATE INDEX another ON audit_entry ({keys.format(id=entries[2].pk, later=later)})")
        cursor.execute("SELECT relfilenode FROM pg_class WHERE relname = 'another'")
        (file,) = cursor.fetchone()
        cursor.execute("UPDATE pg_class SET relfilenode = %s WHERE relname = %s", [file, index])
        cursor.execute("UPDATE pg_class SET reltuples = 1e9 WHERE relname = 'audit_entry'")
    assert [place for place, _detail in storage_faults(connection)] == [f"index {index}"]
    assert not verify_log().ok


@pytest.mark.postgres
def test_it_is_told_that_the_indexes_of_a_long_log_are_only_counted(
    write: Callable[[int], list[Entry]], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3)
    asked = {"databases": ["default"]}
    assert (indexes_can_be_checked(**asked), safety_warnings()) == ([], [])
    monkeypatch.setattr(storage_check, "COMPARED_IN_FULL", 2)
    assert [one.id for one in indexes_can_be_checked(**asked)] == ["dadkhah.W026"]
    assert ["amcheck" in what_to_do for _what, what_to_do in safety_warnings()] == [True]
    assert indexes_can_be_checked() == []
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION amcheck")
        assert (indexes_can_be_checked(**asked), safety_warnings()) == ([], [])


@pytest.mark.postgres
def test_a_function_that_only_bears_the_name_of_amchecks_is_not_asked() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION bt_index_check(regclass, boolean) RETURNS void LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE EXCEPTION 'called'; END $$"
        )
    assert list(storage_faults(connection)) == []
