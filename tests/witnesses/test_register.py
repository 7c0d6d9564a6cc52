import pytest

from accounts.errors import NotPermitted
from audit.actions import Action
from audit.models import Entry
from cases.errors import CaseError
from tests.witnesses.conftest import CANARIES, IDENTITY, PASSPHRASES
from witnesses.custodians import active_custodians
from witnesses.enrolling import enrol_custodian
from witnesses.errors import AlreadyEnrolled, BadIdentity, TooFewCustodians, WeakPassphrase, WrongPerson
from witnesses.identity import IdentityFacts, SealedName
from witnesses.models import Custodian, CustodianKey, KeyShare, SealedIdentity, Witness
from witnesses.register import register_witness


def test_a_witness_is_a_pseudonym_and_sealed_bytes(witness, case, paralegal):
    identity = witness.identities.get()
    assert witness.pseudonym.startswith("W-")
    assert str(witness) == witness.pseudonym
    assert (identity.version, identity.threshold, identity.shares, identity.sealed_by) == (1, 2, 3, paralegal)
    assert identity.key_shares.count() == 3
    for canary in CANARIES:
        assert canary.encode() not in bytes(identity.ciphertext)


def test_the_log_learns_that_a_witness_was_registered_and_nothing_of_who_it_is(witness, paralegal, case):
    entry = Entry.objects.get(action=Action.WITNESS_REGISTERED)
    assert paralegal.audit_name.encode() in bytes(entry.body)
    for canary in (*CANARIES, witness.pseudonym):
        assert canary.encode() not in bytes(entry.body)


def test_it_refuses_to_register_while_fewer_than_three_custodians_are_enrolled(
    case, custodian_a, custodian_b, paralegal
):
    for user in (custodian_a, custodian_b):
        enrol_custodian(user, passphrase=PASSPHRASES[user.username], actor=user)
    with pytest.raises(TooFewCustodians, match=r"3.*2"):
        register_witness(case=case, identity=IDENTITY, actor=paralegal)
    assert not Witness.objects.exists()
    assert not SealedIdentity.objects.exists()


def test_a_custodian_who_lost_the_office_or_left_does_not_count(case, custodians, paralegal):
    custodians[0].groups.clear()
    assert len(active_custodians()) == 2
    with pytest.raises(TooFewCustodians):
        register_witness(case=case, identity=IDENTITY, actor=paralegal)


def test_an_outsider_an_auditor_and_an_administrator_cannot_register(
    case, custodians, outsider, auditor, administrator
):
    with pytest.raises(CaseError):
        register_witness(case=case, identity=IDENTITY, actor=outsider)
    for user in (auditor, administrator, custodians[0]):
        with pytest.raises(NotPermitted):
            register_witness(case=case, identity=IDENTITY, actor=user)
    assert not Witness.objects.exists()


@pytest.mark.parametrize("names", [(), (SealedName("  "),), (SealedName("x" * 70_000),)])
def test_an_identity_needs_a_name_and_a_limit(case, custodians, paralegal, names):
    with pytest.raises(BadIdentity):
        register_witness(case=case, identity=IdentityFacts(full_names=names), actor=paralegal)


def test_witnesses_are_seen_by_members_alone(witness, lawyer, paralegal, outsider, custodians):
    for user in (lawyer, paralegal):
        assert list(Witness.objects.visible_to(user)) == [witness]
    for user in (outsider, *custodians):
        assert not Witness.objects.visible_to(user).exists()


def test_identities_do_not_print():
    assert repr(IDENTITY) == "<sealed>"
    assert repr(IDENTITY.full_names[0]) == "<sealed>"


def test_a_custodian_enrols_alone_once_and_with_a_passphrase_worth_the_name(
    custodian_a, administrator, lawyer
):
    with pytest.raises(WrongPerson):
        enrol_custodian(custodian_a, passphrase=PASSPHRASES["custodian_a"], actor=administrator)
    with pytest.raises(NotPermitted):
        enrol_custodian(lawyer, passphrase=PASSPHRASES["custodian_a"], actor=lawyer)
    with pytest.raises(WeakPassphrase):
        enrol_custodian(custodian_a, passphrase="password", actor=custodian_a)
    assert not Custodian.objects.exists()
    enrol_custodian(custodian_a, passphrase=PASSPHRASES["custodian_a"], actor=custodian_a)
    with pytest.raises(AlreadyEnrolled):
        enrol_custodian(custodian_a, passphrase=PASSPHRASES["custodian_b"], actor=custodian_a)
    assert CustodianKey.objects.get().kdf["algorithm"] == "argon2id"


def test_each_share_is_sealed_to_another_key(witness):
    shares = KeyShare.objects.filter(sealed_identity__witness=witness)
    assert len({share.custodian_key_id for share in shares}) == 3
    assert sorted(share.index for share in shares) == [1, 2, 3]
