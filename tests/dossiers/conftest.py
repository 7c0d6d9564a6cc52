"""A small case with everything that a dossier speaks of, and a dossier compiled from it."""

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from accounts.models import User
from cases.dating import read_date
from cases.membership import add_member, open_case
from cases.models import Case
from dossiers.compiling import compile_dossier
from dossiers.models import Dossier
from dossiers.sinks import DirectorySink
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import EvidenceItem
from tests.witnesses.conftest import IDENTITY, PASSPHRASES
from witnesses.enrolling import enrol_custodian
from witnesses.models import Witness
from witnesses.register import register_witness

PURPOSE = "For the prosecutor in Stockholm, on her request"
HOSTILE_NAME = 'a\u202e<script>\n#read("/etc/passwd") $x$ \\.pdf'


@dataclass
class Folder:
    """A case with its evidence, and a dossier of it in a folder."""

    case: Case
    dossier: Dossier
    path: Path


TakeIn = Callable[..., EvidenceItem]


@pytest.fixture
def case(lawyer: User, paralegal: User) -> Case:
    opened = open_case(
        reference="DK-1988-01", title="زندان گوهردشت، تابستان ۱۳۶۷", summary="A test case.", actor=lawyer
    )
    add_member(opened, user=paralegal, actor=lawyer)
    return opened


@pytest.fixture
def take_in(case: Case, paralegal: User) -> TakeIn:
    """Takes bytes in: `take_in(b"...", original_name="a.txt")`."""

    def take(content: bytes, *, original_name: str = "letter.txt", into: Case | None = None) -> EvidenceItem:
        facts = IntakeFacts(
            source="کتابخانهٔ ملی",
            original_name=original_name,
            title="نامه‌ای از زندان",
            how_obtained="By hand, in an envelope",
            collected=read_date("late Mordad 1367"),
            case=into or case,
        )
        return ingest_evidence(io.BytesIO(content), facts=facts, actor=paralegal)

    return take


@pytest.fixture
def evidence(take_in: TakeIn) -> list[EvidenceItem]:
    return [
        take_in(b"A letter.\n", original_name="letter.txt"),
        take_in(bytes(range(256)) * 40, original_name=HOSTILE_NAME),
        take_in(b"", original_name="empty"),
    ]


@pytest.fixture
def compiled(case: Case, evidence: list[EvidenceItem], lawyer: User, tmp_path: Path) -> Folder:
    path = tmp_path / "handed over"
    dossier = compile_dossier(case, purpose=PURPOSE, sink=DirectorySink(path), actor=lawyer)
    return Folder(case, dossier, path)


@pytest.fixture
def copy_of(compiled: Folder, tmp_path: Path) -> Callable[[], Path]:
    """Makes a fresh copy of the compiled dossier, to be damaged."""
    made = 0

    def copy() -> Path:
        nonlocal made
        made += 1
        return Path(shutil.copytree(compiled.path, tmp_path / f"copy-{made}"))

    return copy


@pytest.fixture
def custodians(custodian_a: User, custodian_b: User, custodian_c: User) -> list[User]:
    users = [custodian_a, custodian_b, custodian_c]
    for user in users:
        enrol_custodian(user, passphrase=PASSPHRASES[user.username], actor=user)
    return users


@pytest.fixture
def witness(case: Case, paralegal: User, custodians: list[User]) -> Witness:
    return register_witness(case=case, identity=IDENTITY, actor=paralegal)
