"""A database that is locked or stops answering: a clear refusal within seconds, on every path, and nothing half done."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.actions import Action
from audit.errors import LogUnavailable
from audit.log import Subject, append
from audit.models import Entry
from cases.models import Case
from config.environment import ROOT
from tests.audit.conftest import CLERK
from tests.migrated import put_database
from tests.skipping import missing

# One wait for a lock is five seconds; signing in and out wait for it twice at most.
BOUND = 12


@contextmanager
def within(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


def dsn() -> str:
    at = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        host=at["HOST"], port=at["PORT"] or 5432, user=at["USER"], password=at["PASSWORD"], dbname=at["NAME"]
    )


@pytest.fixture
def locked_log() -> Iterator[Callable[[], None]]:
    """Another session holds the table of entries, as a stuck backup or an `ALTER TABLE` does."""
    with psycopg.connect(dsn()) as other:
        yield lambda: other.execute("LOCK TABLE audit_entry IN ACCESS EXCLUSIVE MODE")
        other.rollback()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_page_is_refused_when_the_log_is_locked(
    client_for: Callable[[User], Client], lawyer: User, locked_log: Callable[[], None]
) -> None:
    client = client_for(lawyer)
    locked_log()
    with within(BOUND):
        answer = client.post(reverse("cases:open"), {"reference": "DK-9", "title": "A case", "summary": ""})
    assert answer.status_code == 503
    assert "audit log cannot be written" in answer.content.decode()
    assert not Case.objects.filter(reference="DK-9").exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_refusal_that_cannot_be_logged_is_answered_as_such(
    client_for: Callable[[User], Client], auditor: User, case: Case, locked_log: Callable[[], None]
) -> None:
    client = client_for(auditor)
    locked_log()
    with within(BOUND):
        assert client.get(reverse("cases:detail", args=[case.pk])).status_code == 503


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_waits_for_the_trees_lock_gives_up_too() -> None:
    with psycopg.connect(dsn()) as other, within(BOUND):
        other.execute("SELECT pg_advisory_lock(%s)", [int.from_bytes(b"dkh-log", "big")])
        with transaction.atomic():
            append(Action.SIGNED_IN, subject=Subject("test.thing", "1"), actor=CLERK)
    assert Entry.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_server_that_hangs_is_given_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    connection.connection.patience = 1
    try:
        os.kill(pid, signal.SIGSTOP)
    except PermissionError:
        missing("this user may not stop a process of the database server")
    try:
        with within(4), pytest.raises(LogUnavailable), transaction.atomic():
            append(Action.SIGNED_IN, subject=Subject("test.thing", "1"), actor=CLERK)
    finally:
        os.kill(pid, signal.SIGCONT)
    connection.close()
    assert not Entry.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_statement_of_a_page_has_seconds_and_not_minutes(client: Client, settings: object) -> None:
    settings.DADKHAH_PAGE_SECONDS = 1
    client.get(reverse("accounts:sign_in"))
    with within(4), pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(30)")
    connection.limit_statements(600)
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("10min",)


SIGN_IN = """
import django; django.setup()
from django.test import Client
answer = Client(SERVER_NAME="127.0.0.1").post("/sign-in/", {"username": "parvin", "password": "correct horse battery staple"})
print(answer.status_code)
"""


@pytest.fixture
def sqlite_house(tmp_path: Path) -> dict[str, str]:
    """A house of its own with the database in a file, for other processes to use."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DADKHAH_HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
    }
    subprocess.run([sys.executable, "manage.py", "make_keys"], env=environment, cwd=ROOT, check=True)
    put_database(tmp_path)
    return environment


def test_pages_and_commands_are_refused_when_another_program_holds_the_file(
    sqlite_house: dict[str, str],
) -> None:
    path = Path(sqlite_house["DADKHAH_HOME"]) / "data" / "dadkhah.sqlite3"
    command = ["manage.py", "create_user", "parvin", "--full-name", "Parvin", "--role", "paralegal"]
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with within(60):  # two programs start, on a machine that may be busy
            page = subprocess.run(
                [sys.executable, "-c", SIGN_IN],
                env=sqlite_house,
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            ended = subprocess.run(
                [sys.executable, *command, "--password-file", "/dev/stdin"],
                input="correct horse battery staple\n",
                env=sqlite_house,
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
        other.rollback()
        assert other.execute("SELECT count(*) FROM accounts_user").fetchone() == (0,)
        assert other.execute("SELECT count(*) FROM audit_entry").fetchone() == (0,)
    assert (page.stdout.strip(), ended.returncode) == ("503", 6), (page.stderr, ended.stderr)
    assert "try again" in ended.stderr.lower() or "cannot be written" in ended.stderr
