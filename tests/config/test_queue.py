"""Tasks over a real broker: another process does the work that a command left to do."""

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.migrated import put_database

pytestmark = pytest.mark.redis
PASSWORD = "correct horse battery staple"


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    }
    # A database of Redis of its own: another run's worker must not take our messages.
    address = re.sub(r"/\d+$", "", os.environ["REDIS_URL"]) + "/14"
    return {
        **kept,
        "REDIS_URL": address,
        "DADKHAH_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
    }


def manage(surroundings: dict[str, str], *words: str) -> str:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def worker(surroundings: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    manage(surroundings, "make_keys")
    put_database(tmp_path)
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "config",
        "worker",
        "--pool",
        "solo",
        "--loglevel",
        "WARNING",
    ]
    with (tmp_path / "worker.log").open("wb") as log:
        running = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=log, stderr=log)
        yield running
        running.terminate()
        running.wait(timeout=30)


OPEN_CASE = """
from accounts.queries import find_actor
from audit.actors import Channel
from cases.membership import open_case
open_case(reference="DK-1", title="A case", actor=find_actor("laleh", channel=Channel.PROGRAM))
"""


def media_types(home: Path) -> list[str]:
    with sqlite3.connect(home / "data" / "dadkhah.sqlite3", timeout=10) as database:
        return [row[0] for row in database.execute("SELECT media_type FROM evidence_evidenceitem")]


@pytest.mark.usefixtures("worker")
def test_a_worker_identifies_what_a_command_took_in(surroundings: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    secret = f"{tmp_path}/password"
    manage(
        surroundings,
        "create_user",
        "laleh",
        "--full-name",
        "L",
        "--role",
        "lawyer",
        "--password-file",
        secret,
    )
    manage(surroundings, "shell", "-c", OPEN_CASE)
    (tmp_path / "note.txt").write_text("A plain note.\n")
    words = ["--case", "DK-1", "--source", "A desk", "--actor", "laleh"]
    manage(surroundings, "ingest_evidence", f"{tmp_path}/note.txt", *words)
    deadline = time.monotonic() + 60
    while media_types(tmp_path) != ["text/plain"] and time.monotonic() < deadline:
        time.sleep(0.5)
    assert media_types(tmp_path) == ["text/plain"]


def test_nobody_waits_for_a_queue_that_is_away(surroundings: dict[str, str], tmp_path: Path) -> None:
    program = """
import time, django; django.setup()
from evidence.pending import ask_for_inspection
began = time.monotonic()
for number in range(20):
    try: ask_for_inspection(number)
    except Exception as error: print(type(error).__name__)
print(time.monotonic() - began)
"""
    nowhere = surroundings | {"REDIS_URL": "redis://127.0.0.1:1/0"}
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=nowhere, capture_output=True, text=True, check=True
    )
    *faults, took = ended.stdout.split()
    assert faults == ["OperationalError"] * 20
    assert float(took) < 5


def test_the_reconciler_waits_behind_no_work_and_what_people_ask_for_behind_little(
    surroundings: dict[str, str],
) -> None:
    program = """
import django; django.setup()
from config.celery import app
from evidence.inspecting.asking import ask_for_making
from evidence.pending import ask_for_inspection
from evidence.unpacking.asking import ask_for_unpacking
app.loader.import_default_modules()
for number in range(3):
    ask_for_making(number)
ask_for_inspection(0)
ask_for_unpacking(0)
beat = app.conf.beat_schedule["reconcile"]
app.tasks[beat["task"]].apply_async(**beat["options"])
with app.connection_for_read() as line:
    while message := line.default_channel.basic_get("celery", no_ack=True):
        print(message.headers["task"])
"""
    apart = surroundings | {"REDIS_URL": surroundings["REDIS_URL"].replace("/14", "/13")}
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=apart, capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == [
        "dadkhah.reconcile",
        "evidence.unpack",
        "evidence.inspect_item",
        *["evidence.make_derivative"] * 3,
    ]
