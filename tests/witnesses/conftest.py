"""A case with its members, three enrolled custodians, and one invented witness whose name nobody may find."""

from collections.abc import Callable

import pytest

from accounts.models import User
from cases.models import Case
from witnesses.custodians import enrol_custodian
from witnesses.identity import IdentityFacts, SealedName
from witnesses.models import OpeningRequest, Witness
from witnesses.opening import request_opening
from witnesses.register import register_witness

PASSPHRASES = {
    "custodian_a": "four quiet rivers under snow",
    "custodian_b": "green lanterns beside the mill",
    "custodian_c": "seven herons cross the plain",
}
NAME_FA = "شهین‌دخت نمونه‌ای"
NAME_LATIN = "Shahindokht Nemunei"
PHONE = "+98-21-55501234"
IDENTITY = IdentityFacts(
    full_names=(SealedName(NAME_FA, "fa"), SealedName(NAME_LATIN, "latin")),
    date_of_birth="1339",
    contacts=PHONE,
    kin="Brother Farhadgoli",
    documents="Shenasnameh 99887766",
    how_to_reach_safely="Only through the cousin Mahvashi",
)
CANARIES = (NAME_FA, NAME_LATIN, PHONE, "Farhadgoli", "99887766", "Mahvashi")
REASON = "The prosecutor asks whether the witness will testify"

Ask = Callable[..., tuple[OpeningRequest, str]]


@pytest.fixture
def custodians(custodian_a: User, custodian_b: User, custodian_c: User) -> list[User]:
    users = [custodian_a, custodian_b, custodian_c]
    for user in users:
        enrol_custodian(user, passphrase=PASSPHRASES[user.username], actor=user)
    return users


@pytest.fixture
def witness(case: Case, custodians: list[User], paralegal: User) -> Witness:
    return register_witness(case=case, identity=IDENTITY, actor=paralegal)


@pytest.fixture
def ask(witness: Witness, lawyer: User) -> Ask:
    """Makes a request: `opening, code = ask(fields=["kin"])`."""

    def make(**changes: object) -> tuple[OpeningRequest, str]:
        wish = {"reason": REASON, "fields": ["full_names", "contacts"], "actor": lawyer, **changes}
        return request_opening(witness, **wish)

    return make
