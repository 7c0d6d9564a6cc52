"""A correction is a new version beside the old ones, sealed without opening any of them."""

from dataclasses import replace

import pytest

from accounts.errors import NotPermitted
from audit.actions import Action
from audit.models import Entry
from cases.errors import CaseError
from tests.witnesses.conftest import CANARIES, IDENTITY, PASSPHRASES
from tests.witnesses.residue import traces
from witnesses.errors import BadIdentity, ReasonMissing, TooFewCustodians, UnknownWitness
from witnesses.identity import SealedName
from witnesses.models import Custodian, Revision, SealedIdentity
from witnesses.opening import approve, open_identity
from witnesses.register import register_witness
from witnesses.revising import revise_identity

WHY = "The family name was misheard"
CORRECTED = replace(IDENTITY, full_names=(SealedName("شهین‌دخت درست‌نوشته", "fa", "birth"),))


@pytest.fixture
def corrected(witness, lawyer):
    return revise_identity(witness, identity=CORRECTED, reason=WHY, actor=lawyer)


def names(opening, code, custodians, lawyer):
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    return [name.text for name in open_identity(opening, opening_code=code, actor=lawyer).full_names]


def test_the_old_version_stays_and_the_new_one_shares_nothing_with_it(witness, corrected, lawyer):
    first, second = witness.identities.order_by("version")
    assert (first.version, second.version, second.sealed_by) == (1, 2, lawyer)
    assert bytes(first.nonce) != bytes(second.nonce)
    shares = {bytes(share.sealed_share) for one in (first, second) for share in one.key_shares.all()}
    assert len(shares) == 6
    assert second.revision.reason == WHY


def test_the_newest_version_is_opened_unless_an_older_one_is_asked_for(ask, corrected, custodians, lawyer):
    new, new_code = ask(fields=["full_names"])
    old, old_code = ask(fields=["full_names"], version=1)
    assert [one.sealed_identity.version for one in (new, old)] == [2, 1]
    assert names(new, new_code, custodians, lawyer) == ["شهین‌دخت درست‌نوشته"]
    assert names(old, old_code, custodians, lawyer) == [name.text for name in IDENTITY.full_names]


def test_a_request_goes_on_for_the_version_that_it_was_made_for(ask, witness, custodians, lawyer):
    opening, code = ask(fields=["full_names"])
    revise_identity(witness, identity=CORRECTED, reason=WHY, actor=lawyer)
    assert names(opening, code, custodians, lawyer) == [name.text for name in IDENTITY.full_names]


def test_a_version_that_is_not_there_cannot_be_asked_for(ask, corrected):
    with pytest.raises(UnknownWitness, match="no such version"):
        ask(version=3)


def test_the_log_learns_the_version_and_neither_the_name_nor_the_reason(corrected):
    entry = Entry.objects.get(action=Action.IDENTITY_REVISED)
    assert traces(bytes(entry.body), [*CANARIES, WHY, "درست‌نوشته"]) == []
    assert b'"version":2' in bytes(entry.body)


def test_a_correction_needs_a_reason_a_name_a_right_and_enough_custodians(
    witness, lawyer, outsider, auditor, custodians
):
    with pytest.raises(ReasonMissing):
        revise_identity(witness, identity=CORRECTED, reason=" ", actor=lawyer)
    with pytest.raises(BadIdentity):
        revise_identity(witness, identity=replace(CORRECTED, full_names=()), reason=WHY, actor=lawyer)
    with pytest.raises(CaseError):
        revise_identity(witness, identity=CORRECTED, reason=WHY, actor=outsider)
    for user in (auditor, custodians[0]):
        with pytest.raises(NotPermitted):
            revise_identity(witness, identity=CORRECTED, reason=WHY, actor=user)
    custodians[0].groups.clear()
    with pytest.raises(TooFewCustodians):
        revise_identity(witness, identity=CORRECTED, reason=WHY, actor=lawyer)
    assert SealedIdentity.objects.count() == 1
    assert not Revision.objects.exists()
    assert Custodian.objects.count() == 3


def test_nothing_in_the_database_says_that_two_cases_know_the_same_person(
    witness, other_case, outsider, custodians
):
    """The same identity, sealed in another case: beside who the custodians are, no value stands in both."""
    twin = register_witness(case=other_case, identity=IDENTITY, actor=outsider)
    assert twin.pseudonym != witness.pseudonym
    assert set(values_of(witness)) & set(values_of(twin)) == set()


def values_of(witness):
    """Every value that is more than a small number, a moment or a word of ours."""
    identity = witness.identities.get()
    yield from (witness.pk, witness.pseudonym, witness.case_id, witness.registered_by_id)
    yield from (identity.pk, bytes(identity.nonce), bytes(identity.ciphertext))
    for share in identity.key_shares.all():
        yield from (share.pk, bytes(share.sealed_share))
