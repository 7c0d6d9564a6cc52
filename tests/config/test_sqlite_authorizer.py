"""What a connection of the application may never do to an SQLite file, and how a migration is told apart."""

import sqlite3

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps

from config.sqlite.authorizer import refusal
from tests.tampering import as_owner

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,
]

REFUSED = [
    "UPDATE audit_entry SET actor = 'nobody'",
    "DELETE FROM audit_leaf",
    "DELETE FROM evidence_custodyevent WHERE seq = 1",
    "INSERT INTO audit_leaf (leaf_index) VALUES (1) ON CONFLICT (leaf_index) DO UPDATE SET leaf_hash = x'00'",
    "DROP TRIGGER audit_entry_guard_update",
    "DROP TABLE audit_entry",
    "DROP INDEX audit_entry_when",
    "ALTER TABLE audit_entry RENAME TO away",
    "ALTER TABLE audit_entry DROP COLUMN actor",
    "CREATE TRIGGER mine AFTER INSERT ON audit_entry BEGIN SELECT 1; END",
    "CREATE TEMP TRIGGER mine BEFORE INSERT ON main.audit_entry BEGIN SELECT RAISE(IGNORE); END",
    "CREATE TEMP TABLE audit_entry (id)",
    "CREATE TEMP VIEW audit_entry AS SELECT 1",
    "CREATE VIRTUAL TABLE mine USING fts5(text)",
    "PRAGMA writable_schema = ON",
    "PRAGMA recursive_triggers = OFF",
    "PRAGMA ignore_check_constraints = ON",
    "PRAGMA synchronous = OFF",
    "PRAGMA trusted_schema = ON",
    "ATTACH ':memory:' AS other",
]
# SQLite refuses these before it asks anybody, as long as what would let them pass stays refused.
REFUSED_BY_SQLITE = [
    "UPDATE sqlite_master SET sql = ''",
    "DELETE FROM sqlite_master",
    "INSERT INTO sqlite_master VALUES ('table', 'x', 'x', 1, '')",
    "SELECT load_extension('x')",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_it_refuses_in_the_words_of_the_guards(statement: str) -> None:
    with (
        pytest.raises(IntegrityError, match="append-only: "),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("statement", REFUSED_BY_SQLITE)
def test_the_schema_cannot_be_written_as_text(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_it_refuses_many_rows_at_once_too() -> None:
    with (
        pytest.raises(IntegrityError, match="append-only: UPDATE on audit_entry"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.executemany("UPDATE audit_entry SET actor = %s", [["a"], ["b"]])


def test_it_lets_reads_writes_and_questions_pass() -> None:
    with connection.cursor() as cursor:
        for statement in (
            "SELECT count(*) FROM audit_entry",
            "DELETE FROM audit_unsequenced",
            "UPDATE audit_stampattempt SET tries = 1",
            "PRAGMA table_info(audit_entry)",
            "PRAGMA journal_mode",
        ):
            cursor.execute(statement)
        cursor.execute("SELECT count(*) FROM audit_entry")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_a_migration_changes_the_schema_and_closes_it_behind_itself() -> None:
    with isolate_apps("audit"):

        class Passing(models.Model):
            class Meta:
                app_label = "audit"
                db_table = "passing"

    with connection.schema_editor() as editor:
        editor.create_model(Passing)
    with pytest.raises(IntegrityError, match="only a migration"), connection.schema_editor() as editor:
        raise IntegrityError("only a migration failed")
    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DROP TABLE passing")
    with connection.schema_editor() as editor:
        editor.delete_model(Passing)


def test_a_statement_prepared_while_the_schema_was_open_is_asked_about_again() -> None:
    statement = "DELETE FROM audit_entry WHERE actor = 'nobody'"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_new_connection_has_it_from_the_first_statement() -> None:
    other = connection.copy()
    try:
        with pytest.raises(IntegrityError, match="append-only"), other.cursor() as cursor:
            cursor.execute("CREATE TABLE mine (id)")
    finally:
        other.close()


def test_what_sqlite_may_learn_to_do_is_refused_until_it_is_thought_about() -> None:
    assert refusal(9_999, "anything", None)
    assert not refusal(sqlite3.SQLITE_SELECT, None, None)


@pytest.mark.parametrize("longer", ["", " " * 5_000])
def test_a_statement_that_comes_again_means_the_same_as_the_first_time(longer: str) -> None:
    query = f"SELECT %s || '%%s' || %s{longer}"
    with connection.cursor() as cursor:
        for _time in range(2):
            cursor.execute(query, ["a", "b"])
            assert cursor.fetchone() == ("a%sb",)
            cursor.execute(query.replace("%s", "%(x)s").replace("%%(x)s", "%%s"), {"x": "c"})
            assert cursor.fetchone() == ("c%sc",)
