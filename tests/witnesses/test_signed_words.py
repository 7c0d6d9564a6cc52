"""Rows make nobody a custodian: whoever may write to the database as the site does still holds no passphrase."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.roles import Role
from tests.tampering import tamper
from tests.witnesses.conftest import IDENTITY, PASSPHRASES, let_in
from witnesses import admission, grounds
from witnesses.admission import admit
from witnesses.bindings import key_word
from witnesses.custodians import new_key, stretched
from witnesses.deciding import approve
from witnesses.enrolling import enrol_custodian, vouch
from witnesses.errors import AlreadyDecided, KeysDoNotMatch, KeyWithoutWords, NoKey
from witnesses.grounds import Grounds, fingerprint
from witnesses.keeping_keys import rotate_key
from witnesses.models import (
    Custodian,
    CustodianEvent,
    CustodianKey,
    CustodianWord,
    KeyAdmission,
    KeyShare,
    KeyVouch,
    KitInstallation,
    QuorumDecision,
    QuorumPurpose,
    QuorumSession,
    QuorumState,
    RecoveryKit,
    RecoverySeal,
    VerifyingKey,
)
from witnesses.quorum.drill import begin_drill
from witnesses.recovery.seals import kit_for_sealing
from witnesses.register import register_witness
from witnesses.removing import remove_custodian
from witnesses.sealing import new_key_pair
from witnesses.signing import is_signed, sign_word, verifying_key_of

NEW = "nine copper bells over Tabriz"
OWN = "an intruder has words of his own"
WHY = "Nobody of us knows them"
REFUSED = r"append-only|permission denied"


@pytest.fixture
def puppet(hire):
    return hire("puppet", Role.CUSTODIAN)


@pytest.fixture
def waiting(custodians, witness, puppet):
    enrol_custodian(puppet, passphrase=NEW, actor=puppet)
    return key_of(puppet)


def key_of(user):
    return CustodianKey.objects.get(custodian__user=user, retired_at__isnull=True)


def exchanged(user, actor):
    """What a right to write can do to a custodian's key: another one in its place, of the intruder's own passphrase."""
    old = key_of(user)
    CustodianKey.objects.filter(pk=old.pk).update(retired_at=timezone.now())
    new = new_key(old.custodian, stretched(OWN), version=old.version + 1)
    admit(new, KeyAdmission.Because.ROTATED, actor=actor)
    return old, new


def register(case, actor):
    return register_witness(case=case, identity=IDENTITY, actor=actor)


def remove(users, *, by):
    for user in users:
        remove_custodian(Custodian.objects.get(user=user), reason=WHY, actor=by)


def test_rows_that_say_that_a_custodian_changed_keys_are_not_believed(
    custodians, witness, case, lawyer, administrator
):
    exchanged(custodians[0], administrator)
    with pytest.raises(KeyWithoutWords, match="custodian_a"):
        register(case, lawyer)
    with pytest.raises(KeyWithoutWords):
        begin_drill(reason=WHY, actor=custodians[1])


def test_a_signature_of_another_key_or_for_another_key_is_none(
    custodians, witness, case, lawyer, administrator
):
    old, new = exchanged(custodians[0], administrator)
    kind = CustodianWord.Kind.ROTATED
    word = key_word(kind, new, fingerprint=fingerprint(new), by=old)
    forged = sign_word(new_key_pair().seed, word)
    CustodianWord.objects.create(kind=kind, by_key=old, about_key=new, signature=forged)
    CustodianWord.objects.create(kind=kind, by_key=new, about_key=new, signature=forged)
    with pytest.raises(KeyWithoutWords):
        register(case, lawyer)


def test_rows_that_say_that_custodians_vouched_are_not_believed(
    waiting, custodians, case, lawyer, administrator
):
    for user in custodians[:2]:
        KeyVouch.objects.create(key=waiting, custodian=user.custodian)
    admit(waiting, KeyAdmission.Because.VOUCHED, actor=administrator)
    with pytest.raises(KeyWithoutWords, match="puppet"):
        register(case, lawyer)
    remove([waiting.custodian.user], by=custodians[0])
    later = register(case, lawyer)
    assert not KeyShare.objects.filter(sealed_identity__witness=later, custodian_key=waiting).exists()


def test_the_word_of_one_custodian_and_a_row_for_another_are_not_enough(
    waiting, custodians, case, lawyer, administrator
):
    assert not vouch(waiting, passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    KeyVouch.objects.create(key=waiting, custodian=custodians[1].custodian)
    admit(waiting, KeyAdmission.Because.VOUCHED, actor=administrator)
    with pytest.raises(KeyWithoutWords):
        register(case, lawyer)


def test_taking_the_office_from_everybody_for_a_moment_lets_nobody_in(
    waiting, custodians, case, lawyer, administrator
):
    others = Custodian.objects.exclude(pk=waiting.custodian_id)
    others.update(revoked_at=timezone.now())
    admit(waiting, KeyAdmission.Because.ALONE, actor=administrator)
    others.update(revoked_at=None)
    with pytest.raises(KeyWithoutWords):
        register(case, lawyer)


def test_what_checks_the_words_of_a_key_cannot_be_added_to_it_or_exchanged(custodians, witness, case, lawyer):
    tamper("DELETE FROM witnesses_verifyingkey WHERE key_id = %s", (raw(key_of(custodians[0]).pk),))
    VerifyingKey.objects.create(
        key=key_of(custodians[0]), verifying_key=verifying_key_of(new_key_pair().seed)
    )
    with pytest.raises(KeysDoNotMatch):
        register(case, lawyer)


def test_the_words_of_custodians_let_a_key_in_and_go_on_holding(waiting, custodians, puppet, case, lawyer):
    let_in(puppet, by=custodians[:2])
    rotate_key(passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    rotate_key(passphrase=NEW, actor=puppet)
    rotate_key(passphrase=NEW, actor=puppet)
    later = register(case, lawyer)
    assert KeyShare.objects.filter(sealed_identity__witness=later).count() == 4
    held = Grounds()
    assert all(held.hold(one.key_id) for one in KeyAdmission.objects.all())


def test_a_removal_makes_it_easier_only_after_the_waiting_time(
    waiting, custodians, administrator, monkeypatch
):
    remove(custodians[1:], by=administrator)
    assert not vouch(waiting, passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    with pytest.raises(AlreadyDecided):
        vouch(waiting, passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    monkeypatch.setattr(grounds, "REMOVAL_WAIT", timedelta(0))
    assert vouch(waiting, passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    assert CustodianWord.objects.filter(about_key=waiting).count() == 1


def test_nobody_begins_anew_before_the_removed_could_be_brought_back(
    waiting, custodians, puppet, administrator
):
    remove(custodians, by=administrator)
    enrol_custodian(puppet, passphrase=NEW, actor=puppet)
    assert not KeyAdmission.objects.filter(key=key_of(puppet)).exists()
    until = admission.begins_anew_at(puppet.custodian)
    assert timedelta(days=2) < until - timezone.now() < timedelta(days=4)


def test_a_removal_is_not_written_into_the_past_nor_a_key_let_in_at_another_time(
    waiting, custodians, administrator
):
    for away in (timedelta(days=-4), timedelta(days=4)):
        at = timezone.now() + away
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            CustodianEvent.objects.create(
                custodian=custodians[0].custodian,
                kind=CustodianEvent.Kind.REMOVED,
                by=administrator,
                salt=b"s" * 16,
                at=at,
            )
        KeyVouch.objects.get_or_create(key=waiting, custodian=custodians[0].custodian)
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            KeyAdmission.objects.create(
                key=waiting, fingerprint=fingerprint(waiting), because="vouched", at=at
            )


def test_a_key_of_before_words_were_signed_gives_none_until_its_owner_changes_it(
    waiting, custodians, puppet, case, lawyer
):
    old = key_of(custodians[0])
    made_before(old)
    with pytest.raises(NoKey, match="new key first"):
        vouch(waiting, passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    rotate_key(passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    register(case, lawyer)
    let_in(puppet, by=custodians[:2])
    register(case, lawyer)


def test_only_the_first_change_from_a_key_of_before_needs_no_signature(
    custodians, witness, case, lawyer, administrator
):
    made_before(key_of(custodians[0]))
    rotate_key(passphrase=PASSPHRASES["custodian_a"], actor=custodians[0])
    exchanged(custodians[0], administrator)
    with pytest.raises(KeyWithoutWords):
        register(case, lawyer)


@pytest.mark.parametrize(
    "change", ["UPDATE witnesses_actkey SET public_key = %s", "DELETE FROM witnesses_actkey"]
)
def test_the_key_that_shares_are_sealed_to_is_not_exchanged_while_custodians_decide(ask, custodians, change):
    """Whoever could put a key of their own in its place would be handed the shares of honest custodians."""
    opening, _code = ask()
    own = [new_key_pair().public] if "%s" in change else []
    refused = pytest.raises(DatabaseError, match=REFUSED)
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, own)
    approve(opening, passphrase=PASSPHRASES["custodian_a"], reason=WHY, actor=custodians[0])


def test_rows_that_say_that_a_quorum_installed_a_kit_are_not_believed(custodians, case, lawyer):
    """One such row would hand over the whole key of every record, where a custodian's has a share of it."""
    now = timezone.now()
    session = QuorumSession.objects.create(
        purpose=QuorumPurpose.KIT,
        initiator=custodians[0],
        reason=WHY,
        threshold=2,
        state=QuorumState.DONE,
        salt=b"s" * 16,
        expires_at=now,
        ended_at=now,
    )
    kit = RecoveryKit.objects.create(
        session=session, public_key=new_key_pair().public, threshold=2, shares=3, made_at=now
    )
    for user in custodians[:2]:
        QuorumDecision.objects.create(
            session=session, custodian=user.custodian, approved=True, reason=WHY, salt=b"s" * 16
        )
        CustodianWord.objects.create(
            kind=CustodianWord.Kind.KIT, by_key=key_of(user), about_kit=kit, signature=b"s" * 64
        )
    KitInstallation.objects.create(session=session, installed_by=custodians[0])
    register(case, lawyer)
    assert kit_for_sealing() is None
    assert not RecoverySeal.objects.exists()


def test_a_signature_is_of_one_word_and_one_key():
    seed = new_key_pair().seed
    word = {"word": "vouched", "key": "1"}
    signature, key = sign_word(seed, word), verifying_key_of(seed)
    assert is_signed(word, signature, verifying_key=key)
    assert not is_signed(word | {"key": "2"}, signature, verifying_key=key)
    assert not is_signed(word, signature, verifying_key=verifying_key_of(new_key_pair().seed))
    assert not is_signed(word, b"", verifying_key=key)
    assert not is_signed(word, signature, verifying_key=b"")


def made_before(key):
    """As an upgrade finds it: let in as it is, with nothing that checks its words."""
    tamper("DELETE FROM witnesses_verifyingkey WHERE key_id = %s", (raw(key.pk),))
    bare = fingerprint(CustodianKey.objects.get(pk=key.pk))
    tamper(
        "UPDATE witnesses_keyadmission SET because = 'before', fingerprint = %s WHERE key_id = %s",
        (bare, raw(key.pk)),
    )


def raw(key: uuid.UUID) -> object:
    return key if connection.vendor == "postgresql" else key.hex
