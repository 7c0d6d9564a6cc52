"""A case with members, things in it to link to, and a way to take evidence in."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import User
from cases.dating import read_date
from cases.facts import NameFacts
from cases.models import Case, Incident, Part, Person, Place, PlaceKind
from cases.registry import record_incident, register_person, register_place
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import EvidenceItem

LETTER = "نامه‌ای از اوین، مرداد ۱۳۶۷\n".encode()

TakeIn = Callable[..., EvidenceItem]


@pytest.fixture
def person(case: Case, paralegal: User) -> Person:
    return register_person(
        case=case, role=Part.PERPETRATOR, names=[NameFacts("Hamid Nouri")], actor=paralegal
    )


@pytest.fixture
def place(case: Case, paralegal: User) -> Place:
    return register_place(
        case=case, kind=PlaceKind.BURIAL_SITE, name_latin="Khavaran", name_fa="خاوران", actor=paralegal
    )


@pytest.fixture
def incident(case: Case, place: Place, paralegal: User) -> Incident:
    when = read_date("late Mordad 1367")
    return record_incident(case, title="Executions in the hall", when=when, place=place, actor=paralegal)


@pytest.fixture
def take_in(case: Case, paralegal: User) -> TakeIn:
    """Takes bytes into the case: `take_in(b"…", source="a family")`."""

    def make(content: bytes = LETTER, *, actor: User = paralegal, **facts: object) -> EvidenceItem:
        given = {"source": "the family of a prisoner", "original_name": "letter.txt", "case": case} | facts
        return ingest_evidence(io.BytesIO(content), facts=IntakeFacts(**given), actor=actor)

    return make


@pytest.fixture
def other_process(settings: Any) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a program on this test's database in a process of its own; ended with the test. PostgreSQL only."""
    database = settings.DATABASES["default"]
    url = f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    started: list[subprocess.Popen[str]] = []

    def start(program: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-W", "ignore", "-c", program, *map(str, arguments)]
        pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, env=environment, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def moto_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An S3 server that enforces object lock, in a process of its own and over a real socket.

    Within this process it shared what tests replace (streams, handlers of logs, clocks), and at times answered nobody.
    """
    said = tmp_path_factory.mktemp("moto") / "stderr"
    with said.open("wb") as errors:
        command = [sys.executable, "-W", "ignore", "-m", "tests.evidence.s3_server"]
        server = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert server.stdout is not None
    address = server.stdout.readline().strip()
    assert address, said.read_text()
    yield f"http://test:test@{address}"
    server.communicate()
