"""A database whose files are damaged: that is a finding and a sentence, never a traceback."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.checkpoints import sign_checkpoint
from audit.faults import FaultKind
from audit.models import Entry
from audit.runs import carry_out, request_run
from audit.verification import verify_log
from config.environment import ROOT
from tests.audit.conftest import CLERK
from tests.migrated import put_database
from tests.tampering import as_owner

Write = Callable[[int], list[Entry]]
PAGE = 4096
# Fills a log, and for the test of the pages keeps a browser that is signed in.
FILL = """
import django; django.setup()
from django.db import transaction
from audit.actions import Action
from audit.actors import SystemActor
from audit.log import Subject, append
with transaction.atomic():
    for number in range(600):
        append(Action.SIGNED_IN, subject=Subject("test.thing", str(number)), actor=SystemActor("clerk"))
"""
START = """
import sys, django; django.setup()
from django.core.exceptions import ImproperlyConfigured
from config.start import refuse_unsafe_start
try:
    refuse_unsafe_start()
except ImproperlyConfigured as error:
    sys.exit(str(error))
"""
LOOK = """
import sys, django; django.setup()
from pathlib import Path
from django.db import connection
from django.test import Client
from accounts.roles import Role
from accounts.users import create_user
from audit.actors import SystemActor
user = create_user(
    username="arash", full_name="Arash", role=Role.AUDITOR, password="correct horse battery staple",
    actor=SystemActor("set-up"),
)
browser = Client(raise_request_exception=False, SERVER_NAME="localhost", headers={"accept-language": "en"})
browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
connection.close()
path = Path(sys.argv[1])
content = bytearray(path.read_bytes())
content[4096:] = bytes(len(content) - 4096)
path.write_bytes(content)
for page in ("/", "/log/"):
    answer = browser.get(page)
    print(answer.status_code, "damaged" in answer.content.decode())
"""


def run(home: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DADKHAH_HOME": str(home),
        "PATH": os.environ["PATH"],
    }
    return subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house with a log of 600 entries, in a file."""
    home = tmp_path_factory.mktemp("filled")
    put_database(home)
    for command in (["manage.py", "make_keys"], ["-c", FILL]):
        ended = run(home, *command)
        assert ended.returncode == 0, ended.stderr
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    """A copy of it that may be damaged."""
    copy = tmp_path / "home"
    shutil.copytree(filled, copy)
    with sqlite3.connect(database_of(copy)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file.close()
    return copy


def database_of(home: Path) -> Path:
    return home / "data" / "dadkhah.sqlite3"


def random_pages(path: Path) -> None:
    dice = random.Random(3)
    content = bytearray(path.read_bytes())
    for page in range(4, len(content) // PAGE, 3):
        content[page * PAGE : (page + 1) * PAGE] = dice.randbytes(PAGE)
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 // PAGE * PAGE)


def no_header(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(bytes(100) + content[100:])


def without_a_key(path: Path) -> None:
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA writable_schema = ON")
        file.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'entry_id TEXT NOT NULL UNIQUE', 'entry_id TEXT NOT NULL')"
            " WHERE name = 'audit_leaf'"
        )
    file.close()


@pytest.mark.sqlite
@pytest.mark.parametrize("damage", [random_pages, cut_short, no_header, without_a_key])
def test_a_damaged_file_is_a_finding_and_refuses_a_start(home: Path, damage: Callable[[Path], None]) -> None:
    damage(database_of(home))
    verified = run(home, "manage.py", "verify_audit_log")
    assert "Traceback" not in verified.stderr
    assert verified.returncode == 1, verified.stderr
    assert "storage_damaged: " in verified.stdout
    assert "BROKEN: " in verified.stdout
    start = run(home, "-c", START)
    assert start.returncode == 1
    assert "Traceback" not in start.stderr
    assert "dadkhah.E024" in start.stderr or "dadkhah.E014" in start.stderr


@pytest.mark.sqlite
def test_the_same_file_undamaged_is_verified(home: Path) -> None:
    verified = run(home, "manage.py", "verify_audit_log")
    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.sqlite
def test_another_command_says_that_the_database_is_damaged(home: Path) -> None:
    random_pages(database_of(home))
    told = run(home, "manage.py", "export_audit_log", str(home / "out"), "--actor", "arash")
    assert "Traceback" not in told.stderr
    assert told.returncode == 3
    assert "The database is damaged" in told.stderr


@pytest.mark.sqlite
def test_the_pages_say_that_the_database_is_damaged(home: Path) -> None:
    looked = run(home, "-c", LOOK, str(database_of(home)))
    assert looked.returncode == 0, looked.stderr
    assert looked.stdout.splitlines() == ["503 True", "503 True"]


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_leaf ALTER COLUMN leaf_index TYPE numeric",
        "ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_leaf_index_check, ALTER COLUMN leaf_index TYPE text",
        "ALTER TABLE audit_entry ALTER COLUMN recorded_at TYPE text",
        "ALTER TABLE audit_entry DROP COLUMN subject_kind",
        "ALTER TABLE audit_checkpoint ALTER COLUMN size TYPE numeric",
        "ALTER TABLE audit_checkpoint DROP COLUMN made_at",
        "ALTER TABLE audit_tile RENAME TO away",
        "ALTER TABLE audit_unsequenced RENAME TO away",
        "ALTER TABLE audit_timestamp RENAME COLUMN serial TO away",
    ],
)
@pytest.mark.postgres
def test_a_table_of_another_build_is_a_finding_and_the_rest_is_still_checked(
    write: Write, statement: str
) -> None:
    write(300)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(statement)
    report = verify_log()
    assert FaultKind.STRUCTURE_CHANGED in {fault.kind for fault in report.faults}


@pytest.mark.postgres
def test_a_place_that_was_retyped_is_still_walked(write: Write) -> None:
    write(300)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_leaf ALTER COLUMN leaf_index TYPE numeric")
    report = verify_log()
    # PostgreSQL wrote the column's check anew as well: "leaf_index >= 0::numeric" is not this build's.
    assert {fault.kind for fault in report.faults} == {FaultKind.STRUCTURE_CHANGED, FaultKind.GUARD_FOREIGN}
    assert report.read == 300


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["numeric", "integer"])
def test_the_pages_of_a_log_whose_places_were_retyped_still_open(
    write: Write, log_key: object, client_for: Callable[[User | None], Client], auditor: User, kind: str
) -> None:
    entry = write(3)[1]
    sign_checkpoint(actor=CLERK)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE audit_leaf ALTER COLUMN leaf_index TYPE {kind}")
    desk = client_for(auditor)
    for address in (
        reverse("audit:state"),
        reverse("audit:entries"),
        reverse("audit:sensitive"),
        reverse("audit:entry", args=[entry.pk]),
    ):
        assert desk.get(address).status_code == 200, address
    run = request_run(actor=CLERK)
    carry_out(str(run.pk))
    assert "audit_leaf.leaf_index" in desk.get(reverse("audit:run", args=[run.pk])).content.decode()
