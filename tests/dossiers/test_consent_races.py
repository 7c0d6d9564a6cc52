"""A withdrawal and a dossier at the same moment, with real transactions: either it is refused, or it is told as gone."""

import io
from collections.abc import Callable
from threading import Event

import pytest

from accounts.models import User
from cases.dating import read_date
from cases.models import Case
from dossiers.archive import VaultSink
from dossiers.compiling import compile_into
from dossiers.errors import ConsentMissing
from dossiers.models import Dossier, DossierState
from dossiers.receivers import Receiver
from dossiers.requests import request_dossier
from evidence.intake import IntakeFacts, ingest_evidence
from tests.dossiers.conftest import PURPOSE
from tests.witnesses.conftest import IDENTITY, PASSPHRASES
from tests.witnesses.consents import consent_facts
from tests.witnesses.test_races import afterwards, at_once
from witnesses.already_shared import compiled_with
from witnesses.consent_words import Purpose
from witnesses.consenting import record_consent
from witnesses.depending import declare_dependence
from witnesses.enrolling import enrol_custodian
from witnesses.models import ConsentWithdrawal, Tie, Witness
from witnesses.register import register_witness
from witnesses.withdrawing import WithdrawalFacts, withdraw_consent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(
    case: Case, lawyer: User, custodian_a: User, custodian_b: User, custodian_c: User
) -> tuple[Dossier, Witness]:
    """A dossier that was asked for with consent, of one exhibit that is a statement."""
    for user in (custodian_a, custodian_b, custodian_c):
        enrol_custodian(user, passphrase=PASSPHRASES[user.username], actor=user)
    witness = register_witness(case=case, identity=IDENTITY, actor=lawyer)
    facts = IntakeFacts(source="a family", original_name="letter.txt", case=case)
    item = ingest_evidence(io.BytesIO(b"what she said"), facts=facts, actor=lawyer)
    declare_dependence(witness, item, tie=Tie.STATEMENT, actor=lawyer)
    record_consent(witness, facts=consent_facts(), actor=lawyer)
    receiver = Receiver("icc_or_un", "investigation", "Office of the Prosecutor")
    return request_dossier(case, purpose=PURPOSE, receiver=receiver, actor=lawyer), witness


@pytest.mark.parametrize("turn", range(3))
def test_either_the_dossier_is_refused_or_the_withdrawal_names_it(
    waiting: tuple[Dossier, Witness],
    lawyer: User,
    paralegal: User,
    on_disk: Callable[[], None],
    turn: int,
) -> None:
    dossier, witness = waiting
    on_disk()
    settled = Event()
    sink = VaultSink()
    settle = sink.settle

    def settle_and_tell() -> None:
        settle()
        settled.set()

    sink.settle = settle_and_tell  # type: ignore[method-assign]

    def compile_it() -> object:
        try:
            return compile_into(dossier, sink=sink, actor=lawyer)
        except ConsentMissing as refused:
            return refused

    def take_back() -> ConsentWithdrawal:
        # From where the payload lies durable the two are on their own: the database decides who is first.
        settled.wait(30)
        facts = WithdrawalFacts(Purpose.values, read_date("2026-11"), "call")
        return withdraw_consent(witness, facts=facts, actor=paralegal)

    compiled, withdrawal = at_once([compile_it, take_back])
    assert isinstance(withdrawal, ConsentWithdrawal)
    state = afterwards(lambda: Dossier.objects.get(pk=dossier.pk).state)
    told = afterwards(lambda: [(one.dossier_id, one.left) for one in compiled_with(witness, user=paralegal)])
    if isinstance(compiled, ConsentMissing):
        assert (state, told) == (DossierState.FAILED, [])
    else:
        # It is told with the witness, and lies here.
        assert (state, told) == (DossierState.READY, [(dossier.pk, False)])
