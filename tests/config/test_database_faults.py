"""A database that is full or may not be written is said to be so, with what to do."""

import sqlite3

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.test import RequestFactory
from django.urls import reverse

from config.error_pages import answer_database_error
from tests.tampering import as_owner


def full_of_sqlite() -> Exception:
    """What SQLite really says where there is no room."""
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA max_page_count = 3")
    with pytest.raises(sqlite3.OperationalError) as caught:
        database.executescript("CREATE TABLE a (b); INSERT INTO a SELECT zeroblob(100000)")
    return caught.value


def read_only_of_sqlite(path) -> Exception:
    sqlite3.connect(path).execute("CREATE TABLE a (b)").connection.close()
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute("INSERT INTO a VALUES (1)")
    return caught.value


def answered(cause: Exception, **headers: str):
    error = OperationalError("its own text")
    error.__cause__ = cause
    return answer_database_error(RequestFactory().get("/", headers=headers), error)


def no_table_of_sqlite() -> Exception:
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(":memory:").execute("SELECT 1 FROM nowhere")
    return caught.value


@pytest.mark.parametrize("cause", [full_of_sqlite, psycopg.errors.DiskFull])
def test_a_full_disk_is_said(cause) -> None:
    answer = answered(cause(), Accept="application/json")
    assert answer.status_code == 507
    assert b"make room" in answer.content
    page = answered(cause())
    assert page.status_code == 507
    assert "make room" in page.content.decode()


def test_a_database_that_may_not_be_written_is_said(tmp_path) -> None:
    for cause in (read_only_of_sqlite(tmp_path / "a.sqlite3"), psycopg.errors.ReadOnlySqlTransaction()):
        answer = answered(cause)
        assert answer.status_code == 503
        assert "cannot be written" in answer.content.decode()


def test_a_busy_database_is_asked_again_later() -> None:
    answer = answered(psycopg.errors.LockNotAvailable())
    assert answer.status_code == 503
    assert "Try again in a minute" in answer.content.decode()


@pytest.mark.parametrize("cause", [no_table_of_sqlite, psycopg.errors.UndefinedColumn])
def test_a_database_of_another_build_is_not_called_busy(cause) -> None:
    answer = answered(cause())
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "not built as this program made it" in page
    assert "again" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_checkpointsignature RENAME TO away",
        "ALTER TABLE audit_verificationrun RENAME COLUMN outcome TO away",
    ],
)
def test_the_page_of_the_log_says_that_a_table_is_not_what_it_was(
    client_for, auditor, statement: str
) -> None:
    client = client_for(auditor)
    client.raise_request_exception = False
    with as_owner(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SET CONSTRAINTS ALL IMMEDIATE" if connection.vendor == "postgresql" else "SELECT 1"
            )
            cursor.execute(statement)
        answer = client.get(reverse("audit:state"))
        transaction.set_rollback(True)
    assert answer.status_code == 503
    assert "not built as this program made it" in answer.content.decode()
