"""A custodian's key over the years: another passphrase, another pair, lost, found, removed, brought back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.errors import NotPermitted
from accounts.roles import Role
from audit.actions import Action
from audit.models import Entry
from tests.tampering import guards_lifted
from tests.witnesses.conftest import (
    IDENTITY,
    PASSPHRASES,
    let_in,
)
from tests.witnesses.test_quorum import bend
from witnesses.custodians import unlock
from witnesses.enrolling import enrol_custodian
from witnesses.errors import (
    AlreadyEnrolled,
    ApproverLeft,
    NoKey,
    NotACustodian,
    NotRemoved,
    ReasonMissing,
    RequestClosed,
    TooManyFailures,
    WeakPassphrase,
    WrongPassphrase,
    WrongPerson,
)
from witnesses.health import Danger, Standing, custody_of
from witnesses.keeping_keys import change_passphrase, declare_found, declare_lost, rotate_key
from witnesses.models import Custodian, CustodianEvent, CustodianKey, KeyShare, QuorumState
from witnesses.opening import approve, open_identity
from witnesses.passphrases import Stretching
from witnesses.quorum.drill import begin_drill
from witnesses.register import register_witness
from witnesses.removing import reinstate_custodian, remove_custodian

OLD = PASSPHRASES["custodian_a"]
NEW = "nine copper bells over Tabriz"
WHY = "Not heard of since Tuesday"


def custodian(user):
    return Custodian.objects.get(user=user)


def key_of(user):
    return CustodianKey.objects.get(custodian__user=user, retired_at__isnull=True)


def opens(ask, users, lawyer, passphrases=PASSPHRASES):
    """Whether these custodians together open an identity."""
    opening, code = ask()
    for user in users:
        approve(opening, passphrase=passphrases[user.username], reason="Needed", actor=user)
    return bool(open_identity(opening, opening_code=code, actor=lawyer).full_names)


def test_another_passphrase_locks_the_same_key(ask, custodians, lawyer):
    before = bytes(key_of(custodians[0]).wrapped_private_key)
    change_passphrase(passphrase=OLD, new_passphrase=NEW, actor=custodians[0])
    key = key_of(custodians[0])
    assert bytes(key.wrapped_private_key) != before
    assert CustodianKey.objects.count() == 3
    with pytest.raises(WrongPassphrase):
        unlock(key, passphrase=OLD)
    assert opens(ask, custodians[:2], lawyer, PASSPHRASES | {"custodian_a": NEW})
    assert Entry.objects.filter(action=Action.CUSTODIAN_PASSPHRASE_CHANGED).count() == 1


def test_a_wrong_or_weak_passphrase_changes_nothing_and_is_counted(custodians):
    before = bytes(key_of(custodians[0]).wrapped_private_key)
    with pytest.raises(WeakPassphrase):
        change_passphrase(passphrase=OLD, new_passphrase="password", actor=custodians[0])
    for _ in range(5):
        with pytest.raises(WrongPassphrase):
            change_passphrase(passphrase="not this one at all", new_passphrase=NEW, actor=custodians[0])
    with pytest.raises(TooManyFailures):
        change_passphrase(passphrase=OLD, new_passphrase=NEW, actor=custodians[0])
    assert bytes(key_of(custodians[0]).wrapped_private_key) == before


def test_another_pair_takes_every_share_along_and_erases_the_old_key(ask, case, custodians, lawyer, witness):
    register_witness(case=case, identity=IDENTITY, actor=lawyer)
    old = key_of(custodians[0])
    told = rotate_key(passphrase=OLD, actor=custodians[0])
    assert (told.shares, told.unreadable) == (2, 0)
    assert told.key.version == 2
    old.refresh_from_db()
    assert old.wrapped_private_key is None
    assert old.retired_at
    assert opens(ask, custodians[:2], lawyer)
    custody = custody_of()
    assert custody.to_reseal == 0
    assert custody.margin == 1


def test_a_share_that_does_not_open_stays_behind_and_keeps_the_old_key(case, custodians, lawyer, witness):
    register_witness(case=case, identity=IDENTITY, actor=lawyer)
    bend(KeyShare, sealed_identity__witness=witness, custodian_key__custodian__user=custodians[0])
    old = key_of(custodians[0])
    told = rotate_key(passphrase=OLD, actor=custodians[0])
    assert (told.shares, told.unreadable) == (1, 1)
    old.refresh_from_db()
    assert old.wrapped_private_key is not None
    assert custody_of().to_reseal == 1


def test_keys_can_be_changed_again_and_again(ask, custodians, lawyer, witness):
    for version in (2, 3, 4):
        assert rotate_key(passphrase=OLD, actor=custodians[0]).key.version == version
    assert opens(ask, [custodians[0], custodians[2]], lawyer)
    assert CustodianKey.objects.filter(wrapped_private_key__isnull=True).count() == 3


def test_what_is_sealed_after_a_change_of_keys_goes_to_the_new_one(case, custodians, lawyer):
    rotate_key(passphrase=OLD, actor=custodians[0])
    later = register_witness(case=case, identity=IDENTITY, actor=lawyer)
    shares = KeyShare.objects.filter(sealed_identity__witness=later)
    assert key_of(custodians[0]).pk in shares.values_list("custodian_key", flat=True)


def test_a_lost_passphrase_leaves_the_shares_dead_and_the_others_able(ask, custodians, lawyer, witness):
    declare_lost(custodian(custodians[0]), reason=WHY, actor=custodians[0])
    opening, _code = ask()
    with pytest.raises(NotACustodian):
        approve(opening, passphrase=OLD, reason="Needed", actor=custodians[0])
    assert opens(ask, custodians[1:], lawyer)
    custody = custody_of()
    assert custody.danger == Danger.BARE
    assert custody.to_reseal == 1
    assert [one.standing for one in custody.custodians].count(Standing.LOST) == 1


def test_a_lost_passphrase_that_is_remembered_brings_the_shares_back(ask, custodians, lawyer, witness):
    declare_lost(custodian(custodians[0]), reason=WHY, actor=custodians[1])
    with pytest.raises(WrongPassphrase):
        declare_found(passphrase="not this one at all", actor=custodians[0])
    declare_found(passphrase=OLD, actor=custodians[0])
    assert opens(ask, custodians[:2], lawyer)
    assert custody_of().danger == Danger.NONE
    with pytest.raises(NoKey):
        declare_found(passphrase=OLD, actor=custodians[0])


def test_whoever_lost_a_passphrase_makes_a_new_key_and_holds_nothing_yet(custodians, witness):
    declare_lost(custodian(custodians[0]), reason=WHY, actor=custodians[0])
    enrol_custodian(custodians[0], passphrase=NEW, actor=custodians[0])
    let_in(custodians[0], by=custodians[1:])
    assert key_of(custodians[0]).version == 2
    standing = {one.custodian.user_id: one for one in custody_of().custodians}[custodians[0].pk]
    assert (standing.standing, standing.held) == (Standing.READY, 0)
    with pytest.raises(AlreadyEnrolled):
        enrol_custodian(custodians[0], passphrase=NEW, actor=custodians[0])
    with pytest.raises(NoKey):
        declare_found(passphrase=OLD, actor=custodians[0])


def test_who_says_falsely_that_passphrases_are_lost_destroys_nothing(ask, custodians, lawyer, witness):
    for user in custodians[1:]:
        declare_lost(custodian(user), reason=WHY, actor=custodians[0])
    assert custody_of().danger == Danger.LOST
    for user in custodians[1:]:
        declare_found(passphrase=PASSPHRASES[user.username], actor=user)
    assert opens(ask, custodians[1:], lawyer)


def test_a_removed_custodian_counts_nowhere_from_that_moment(ask, custodians, lawyer):
    opening, code = ask()
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    drill, _code = begin_drill(reason="Once a quarter", actor=custodians[0])
    remove_custodian(custodian(custodians[0]), reason=WHY, actor=custodians[2])
    with pytest.raises(ApproverLeft):
        open_identity(opening, opening_code=code, actor=lawyer)
    drill.refresh_from_db()
    assert drill.state == QuorumState.WITHDRAWN
    other, _code = ask()
    for act in (
        lambda: approve(other, passphrase=OLD, reason="Needed", actor=custodians[0]),
        lambda: begin_drill(reason="Again", actor=custodians[0]),
        lambda: change_passphrase(passphrase=OLD, new_passphrase=NEW, actor=custodians[0]),
        lambda: rotate_key(passphrase=OLD, actor=custodians[0]),
        lambda: enrol_custodian(custodians[0], passphrase=NEW, actor=custodians[0]),
        # Nor do they remove the others.
        lambda: remove_custodian(custodian(custodians[1]), reason=WHY, actor=custodians[0]),
    ):
        with pytest.raises(NotACustodian):
            act()


def test_nothing_is_sealed_to_a_removed_custodian(case, custodians, hire, lawyer):
    fourth = hire("custodian_d", custodians[0].role)
    enrol_custodian(fourth, passphrase=NEW, actor=fourth)
    let_in(fourth, by=custodians[:2])
    remove_custodian(custodian(custodians[0]), reason=WHY, actor=fourth)
    later = register_witness(case=case, identity=IDENTITY, actor=lawyer)
    holders = KeyShare.objects.filter(sealed_identity__witness=later).values_list(
        "custodian_key__custodian__user", flat=True
    )
    assert custodians[0].pk not in set(holders)


def test_an_administrator_removes_and_a_lawyer_does_not(custodians, administrator, lawyer, auditor):
    for user in (lawyer, auditor):
        with pytest.raises(NotPermitted):
            remove_custodian(custodian(custodians[0]), reason=WHY, actor=user)
    with pytest.raises(ReasonMissing):
        remove_custodian(custodian(custodians[0]), reason=" ", actor=administrator)
    event = remove_custodian(custodian(custodians[0]), reason=WHY, actor=administrator)
    assert event.by == administrator
    with pytest.raises(NotRemoved):
        remove_custodian(custodian(custodians[0]), reason=WHY, actor=administrator)
    bodies = b"".join(bytes(entry.body) for entry in Entry.objects.all())
    assert WHY.encode() not in bodies


def test_nobody_removes_themselves(custodians):
    with pytest.raises(WrongPerson):
        remove_custodian(custodian(custodians[0]), reason=WHY, actor=custodians[0])


def test_who_removes_everybody_destroys_nothing(ask, custodians, administrator, lawyer, witness):
    for user in custodians[:2]:
        remove_custodian(custodian(user), reason=WHY, actor=custodians[2])
    assert custody_of().danger == Danger.LOST
    with pytest.raises(WrongPerson):
        reinstate_custodian(custodian(custodians[0]), reason="They are free", actor=custodians[2])
    with pytest.raises(NotACustodian):
        reinstate_custodian(custodian(custodians[0]), reason="I am free", actor=custodians[0])
    for user in custodians[:2]:
        reinstate_custodian(custodian(user), reason="They are free", actor=administrator)
    assert opens(ask, custodians[:2], lawyer)
    with pytest.raises(NotRemoved):
        reinstate_custodian(custodian(custodians[0]), reason="They are free", actor=administrator)
    assert CustodianEvent.objects.count() == 4


def test_a_custodian_whose_account_was_closed_is_shown_and_counts_no_more(custodians, witness):
    custodians[0].is_active = False
    custodians[0].save()
    custody = custody_of()
    assert [one.standing for one in custody.custodians].count(Standing.LEFT) == 1
    assert custody.to_reseal == 1
    assert custody.danger == Danger.BARE


def test_an_old_database_with_a_newer_key_and_the_reverse_say_so(ask, custodians, witness):
    """Only a part was restored: shares of one day, keys of another."""
    old = key_of(custodians[0])
    rotate_key(passphrase=OLD, actor=custodians[0])
    new = key_of(custodians[0])
    # The keys of today, the shares of before: nothing is sealed to the new key.
    with guards_lifted():
        KeyShare.objects.filter(custodian_key=new).delete()
    opening, _code = ask()
    with pytest.raises(NotACustodian, match="hold no share"):
        approve(opening, passphrase=OLD, reason="Needed", actor=custodians[0])
    assert custody_of().to_reseal == 1
    # The shares of today under a key whose halves are of two days.
    CustodianKey.objects.filter(pk=new.pk).update(public_key=bytes(old.public_key))
    with pytest.raises(Exception, match="as a whole from one backup"):
        rotate_key(passphrase=OLD, actor=custodians[0])


def test_a_request_that_ran_out_says_so_after_an_old_database_came_back(ask, custodians):
    opening, _code = ask()
    type(opening).objects.update(expires_at=timezone.now() - timedelta(days=3))
    opening.refresh_from_db()
    with pytest.raises(RequestClosed, match="ran out"):
        approve(opening, passphrase=OLD, reason="Needed", actor=custodians[0])


def test_nobody_waits_for_a_lock_while_a_passphrase_is_stretched(custodians, hire, monkeypatch):
    real, outside, seen = Stretching.stretch, len(connection.atomic_blocks), []

    def watched(self, passphrase):
        seen.append(len(connection.atomic_blocks))
        return real(self, passphrase)

    monkeypatch.setattr(Stretching, "stretch", watched)
    late = hire("custodian_d", Role.CUSTODIAN)
    enrol_custodian(late, passphrase=NEW, actor=late)
    first = custodians[0]
    change_passphrase(passphrase=PASSPHRASES[first.username], new_passphrase=NEW, actor=first)
    rotate_key(passphrase=NEW, actor=first)
    assert seen
    assert set(seen) == {outside}
