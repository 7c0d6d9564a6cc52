"""A case with members, things in it to link to, and a way to take evidence in."""

import io
from collections.abc import Callable, Iterator

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


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """An S3 server in this process that enforces object lock; it speaks HTTP over a real socket."""
    # Takes seconds to import, and most runs of tests do not need it.
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://test:test@{host}:{port}"
    server.stop()
