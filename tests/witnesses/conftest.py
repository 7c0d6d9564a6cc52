"""A case with its members, three enrolled custodians, and one invented witness whose name nobody may find."""

import io
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from accounts.models import User
from cases.dating import read_date
from cases.models import Case
from evidence.intake import IntakeFacts, ingest_evidence
from evidence.models import EvidenceItem
from witnesses import grounds
from witnesses.enrolling import enrol_custodian, vouch
from witnesses.identity import IdentityFacts, SealedName, SealedRow
from witnesses.interviewing import InterviewFacts, open_interview
from witnesses.models import (
    AccountKind,
    CustodianKey,
    Interview,
    InterviewState,
    OpeningRequest,
    Statement,
    Witness,
)
from witnesses.opening import request_opening
from witnesses.photographs import Photograph
from witnesses.register import register_witness
from witnesses.stating import StatementFacts, record_statement

PASSPHRASES = {
    "custodian_a": "four quiet rivers under snow",
    "custodian_b": "green lanterns beside the mill",
    "custodian_c": "seven herons cross the plain",
}
NAME_FA = "شهین‌دخت نمونه‌ای"
NAME_LATIN = "Shahindokht Nemunei"
PHONE = "+98-21-55501234"
EMAIL = "shahindokht@nowhere.invalid"
# No picture: it begins as one, and what follows is looked for wherever it must not be.
PICTURE_WORDS = "Invented picture of Shahindokht, her face and her scar"
PICTURE = Photograph(b"\xff\xd8\xff\xe0" + PICTURE_WORDS.encode(), "image/jpeg")
IDENTITY = IdentityFacts(
    full_names=(
        SealedName(NAME_FA, "fa", "birth"),
        SealedName(NAME_LATIN, "latin", "birth"),
        SealedName("Xanım Gülpəri", "other", "called"),
    ),
    date_of_birth="1339/12/07",
    place_of_birth="Lashtenesha-ye Invented",
    contacts=(SealedRow(PHONE, "phone"), SealedRow(EMAIL, "email")),
    kin=(SealedRow("Farhadgoli", "brother"),),
    documents=(SealedRow("Shenasnameh 99887766", "birth_certificate"),),
    photograph=PICTURE,
    how_to_reach_safely="Only through the cousin Mahvashi",
)
NOTE = "She wept when Mahgolbanu was named, and شهربانوی ساختگی too"
NOTE_WORDS = ("Mahgolbanu", "شهربانوی ساختگی")
CANARIES = (
    *NOTE_WORDS,
    NAME_FA,
    NAME_LATIN,
    "Xanım Gülpəri",
    "1339/12/07",
    "Lashtenesha",
    PHONE,
    EMAIL,
    "Farhadgoli",
    "99887766",
    "Mahvashi",
    PICTURE_WORDS,
)
DANGER = "Two men waited before the house of the family since the morning"
REASON = "The prosecutor asks whether the witness will testify"

Ask = Callable[..., tuple[OpeningRequest, str]]


def let_in(user: User, *, by: list[User], passphrases: Mapping[str, str] = PASSPHRASES) -> None:
    """These custodians vouch for the key of the user that waits."""
    key = CustodianKey.objects.get(custodian__user=user, retired_at__isnull=True)
    for one in by:
        vouch(key, passphrase=passphrases[one.username], actor=one)


@pytest.fixture
def no_waiting_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the days in which the removed can be brought back had passed."""
    monkeypatch.setattr(grounds, "REMOVAL_WAIT", timedelta(0))


@pytest.fixture
def custodians(custodian_a: User, custodian_b: User, custodian_c: User) -> list[User]:
    users = [custodian_a, custodian_b, custodian_c]
    for user in users:
        enrol_custodian(user, passphrase=PASSPHRASES[user.username], actor=user)
    return users


@pytest.fixture
def witness(case: Case, custodians: list[User], paralegal: User) -> Witness:
    return register_witness(case=case, identity=IDENTITY, actor=paralegal)


PLANNED = InterviewFacts(
    kind=AccountKind.FIRST_ACCOUNT, state=InterviewState.PLANNED, held=read_date("2026-12-03")
)


@pytest.fixture
def interview(witness: Witness, paralegal: User) -> Interview:
    """The first interview in the register of the witness, planned by the paralegal."""
    return open_interview(witness, facts=PLANNED, earlier_seen=0, actor=paralegal)


@pytest.fixture
def told(case: Case, paralegal: User) -> EvidenceItem:
    """An exhibit of the case: what the witness told."""
    facts = IntakeFacts(source="The witness", original_name="told.txt", title="What was told", case=case)
    return ingest_evidence(io.BytesIO(b"What I saw"), facts=facts, actor=paralegal)


@pytest.fixture
def statement(witness: Witness, told: EvidenceItem, paralegal: User) -> Statement:
    """That exhibit as a first account of the witness."""
    facts = StatementFacts(AccountKind.FIRST_ACCOUNT, language="fa")
    return record_statement(witness, told, facts=facts, actor=paralegal)


@pytest.fixture
def ask(witness: Witness, lawyer: User) -> Ask:
    """Makes a request: `opening, code = ask(fields=["kin"])`."""

    def make(**changes: object) -> tuple[OpeningRequest, str]:
        wish = {"reason": REASON, "fields": ["full_names", "contacts"], "actor": lawyer, **changes}
        return request_opening(witness, **wish)

    return make
