"""Whoever does not hold the office, or holds it no more, reads, heeds and decides nothing; what they approved is void."""

import pytest
from django.urls import reverse

from audit.actions import Action
from audit.models import Entry
from tests.witnesses.conftest import (
    DANGER,
    PASSPHRASES,
    let_in,
)
from witnesses import deciding, keeping_keys, removing
from witnesses import opening as opening_act
from witnesses.alarms import acknowledge, all_alarms, unseen_alarms
from witnesses.custodians import active_custodians, keys_of_today
from witnesses.emergencies import emergencies, emergencies_to_review, review_emergency
from witnesses.enrolling import enrol_custodian
from witnesses.errors import ApproverLeft, KeyChanged, NotACustodian, RequestClosed
from witnesses.keeping_keys import change_passphrase, declare_found, declare_lost, rotate_key
from witnesses.models import (
    Custodian,
    CustodianKey,
    EmergencyReview,
    OpeningState,
    QuorumDecision,
    QuorumState,
    WitnessAlarm,
)
from witnesses.opening import approve, open_identity, refuse, request_emergency
from witnesses.queries import may_make_key
from witnesses.quorum import approving
from witnesses.quorum.approving import approve_session, refuse_session
from witnesses.quorum.drill import begin_drill, hold_drill
from witnesses.quorum.opened import ask_for_leak_check, opened_identities
from witnesses.removing import reinstate_custodian, remove_custodian

NEW = "nine copper bells over Tabriz"
WHY = "Not heard of since Tuesday"


def yes(opening, user):
    return approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)


def agree(session, user):
    return approve_session(session, passphrase=PASSPHRASES[user.username], reason="Agreed", actor=user)


@pytest.fixture
def remove(administrator):
    def done(user):
        return remove_custodian(Custodian.objects.get(user=user), reason=WHY, actor=administrator)

    return done


@pytest.fixture
def while_they_type(monkeypatch, remove):
    """Has a custodian removed in the moment between the trial of their passphrase and the act itself."""

    def arrange(module, user, name="unlock"):
        real = getattr(module, name)

        def slow(*args, **kwargs):
            monkeypatch.setattr(module, name, real)
            found = real(*args, **kwargs)
            remove(user)
            return found

        monkeypatch.setattr(module, name, slow)

    return arrange


@pytest.fixture
def emergency(witness, lawyer, custodians):
    """An emergency in which the first two custodians let the lawyer see the identity."""
    opening, code = request_emergency(witness, justification=DANGER, fields=["full_names"], actor=lawyer)
    for user in custodians[:2]:
        yes(opening, user)
    open_identity(opening, opening_code=code, actor=lawyer)
    return opening


def test_a_removed_custodian_reads_no_emergency_heeds_no_alarm_and_reviews_nothing(
    client_for, emergency, custodians, remove, auditor
):
    gone = custodians[2]
    alarm = WitnessAlarm.objects.get()
    assert all_alarms(gone).exists()
    assert emergencies_to_review(gone).exists()
    remove(gone)
    for rows in (all_alarms, unseen_alarms, emergencies, emergencies_to_review):
        assert not rows(gone).exists()
    for act in (
        lambda: acknowledge(alarm, actor=gone),
        lambda: review_emergency(emergency, justified=True, reason="It was right", actor=gone),
    ):
        with pytest.raises(NotACustodian):
            act()
    page = client_for(gone).get(reverse("witnesses:review", args=[emergency.pk]))
    assert page.status_code == 404
    assert DANGER not in client_for(gone).get(reverse("witnesses:alarms")).content.decode()
    assert not EmergencyReview.objects.exists()
    assert not Entry.objects.filter(action=Action.ALARM_SEEN).exists()
    assert review_emergency(emergency, justified=True, reason="It was right", actor=auditor)


def test_a_custodian_who_never_enrolled_heeds_no_alarm_yet(emergency, hire, custodians):
    fourth = hire("custodian_d", custodians[0].role)
    assert not all_alarms(fourth).exists()
    enrol_custodian(fourth, passphrase=NEW, actor=fourth)
    assert not all_alarms(fourth).exists()
    let_in(fourth, by=custodians[:2])
    assert all_alarms(fourth).exists()


def test_whoever_lost_a_passphrase_finds_the_form_for_a_new_key_and_whoever_was_removed_does_not(
    client_for, custodians, remove
):
    user, client = custodians[0], client_for(custodians[0])
    enrol = reverse("witnesses:enrol")
    assert "<form" not in client.get(enrol).content.decode().split("<main", 1)[1]
    declare_lost(Custodian.objects.get(user=user), reason=WHY, actor=user)
    for address in ("/", reverse("witnesses:decisions"), reverse("witnesses:custodians")):
        assert enrol in client.get(address).content.decode()
    page = client.get(enrol).content.decode()
    assert 'name="passphrase"' in page
    assert reverse("witnesses:found") in page
    assert client.post(enrol, {"passphrase": NEW, "again": NEW}).status_code == 302
    assert CustodianKey.objects.get(custodian__user=user, retired_at=None).version == 2
    page = client.get(enrol).content.decode()
    assert "Your key waits until the custodians let it in." in page
    assert "Make my key" not in page
    remove(user)
    page = client.get(enrol).content.decode()
    assert "You were removed" in page
    assert 'name="passphrase"' not in page
    assert enrol not in client.get(reverse("witnesses:decisions")).content.decode()
    assert not may_make_key(user)


def test_enrolling_does_not_bring_back_whoever_is_removed_in_the_same_moment(
    monkeypatch, custodians, administrator
):
    user = custodians[0]
    own = Custodian.objects.get(user=user)
    declare_lost(own, reason=WHY, actor=user)
    real = type(own.keys).filter

    def removed_meanwhile(keys, *args, **kwargs):
        Custodian.objects.filter(pk=own.pk, revoked_at=None).update(revoked_at=own.enrolled_at)
        return real(keys, *args, **kwargs)

    monkeypatch.setattr(type(own.keys), "filter", removed_meanwhile)
    enrol_custodian(user, passphrase=NEW, actor=user)
    monkeypatch.undo()
    assert Custodian.objects.get(pk=own.pk).revoked_at is not None


def test_what_a_removed_custodian_approved_counts_no_more_for_an_opening(ask, custodians, lawyer, remove):
    opening, code = ask()
    yes(opening, custodians[0])
    remove(custodians[0])
    yes(opening, custodians[1])
    assert opening.state == OpeningState.REQUESTED
    with pytest.raises(RequestClosed, match="waits"):
        open_identity(opening, opening_code=code, actor=lawyer)
    yes(opening, custodians[2])
    assert opening.state == OpeningState.APPROVED
    assert open_identity(opening, opening_code=code, actor=lawyer).full_names


def test_what_a_removed_custodian_approved_counts_no_more_for_a_drill(custodians, remove):
    session, code = begin_drill(reason=WHY, actor=custodians[2])
    agree(session, custodians[0])
    remove(custodians[0])
    agree(session, custodians[1])
    assert session.state == QuorumState.REQUESTED
    agree(session, custodians[2])
    assert session.state == QuorumState.APPROVED
    assert hold_drill(session, code=code, actor=custodians[2])


def test_the_shares_of_a_removed_custodian_count_no_more_for_a_check(
    witness, case, custodians, hire, lawyer, remove
):
    session, code = ask_for_leak_check(case, reason=WHY, actor=lawyer)
    agree(session, custodians[0])
    remove(custodians[0])
    agree(session, custodians[1])
    session.refresh_from_db()
    assert session.state == QuorumState.REQUESTED
    agree(session, custodians[2])
    with opened_identities(session, code=code, actor=lawyer) as identities:
        assert len(list(identities)) == 1
        assert identities.unopened == []


def test_an_approval_that_was_typed_before_the_removal_and_sent_after_it_is_none(
    ask, custodians, while_they_type
):
    opening, _code = ask()
    while_they_type(deciding, custodians[0])
    with pytest.raises(NotACustodian):
        yes(opening, custodians[0])
    assert not opening.decisions.exists()


def test_nor_is_one_of_a_session_nor_a_refusal(ask, custodians, while_they_type, monkeypatch):
    session, _code = begin_drill(reason=WHY, actor=custodians[2])
    while_they_type(approving, custodians[0])
    with pytest.raises(NotACustodian):
        agree(session, custodians[0])
    while_they_type(approving, custodians[1], "checked_reason")
    with pytest.raises(NotACustodian):
        refuse_session(session, reason="It is a trap", actor=custodians[1])
    assert not QuorumDecision.objects.exists()
    opening, _code = ask()
    while_they_type(deciding, custodians[2], "checked_reason")
    with pytest.raises(NotACustodian):
        refuse(opening, reason="It is a trap", actor=custodians[2])
    assert not opening.decisions.exists()


@pytest.mark.parametrize("act", ["change", "rotate", "found"])
def test_no_key_is_changed_for_whoever_was_removed_while_they_typed(
    witness, custodians, while_they_type, act
):
    user = custodians[0]
    own = Custodian.objects.get(user=user)
    if act == "found":
        declare_lost(own, reason=WHY, actor=user)
    before = list(own.keys.values_list("version", "wrapped_private_key", "retired_at"))
    while_they_type(keeping_keys, user)
    with pytest.raises(NotACustodian):
        if act == "change":
            change_passphrase(passphrase=PASSPHRASES["custodian_a"], new_passphrase=NEW, actor=user)
        elif act == "rotate":
            rotate_key(passphrase=PASSPHRASES["custodian_a"], actor=user)
        else:
            declare_found(passphrase=PASSPHRASES["custodian_a"], actor=user)
    now = list(own.keys.values_list("version", "wrapped_private_key", "retired_at"))
    assert [bytes(one[1] or b"") for one in now] == [bytes(one[1] or b"") for one in before]
    assert [one[2] for one in now] == [one[2] for one in before]


def test_a_new_key_does_not_take_back_the_passphrase_that_was_changed_meanwhile(custodians, monkeypatch):
    user, real = custodians[0], keeping_keys.unlock

    def changed_meanwhile(key, *, passphrase):
        seed = real(key, passphrase=passphrase)
        monkeypatch.setattr(keeping_keys, "unlock", real)
        change_passphrase(passphrase=passphrase, new_passphrase=NEW, actor=user)
        return seed

    monkeypatch.setattr(keeping_keys, "unlock", changed_meanwhile)
    with pytest.raises(KeyChanged):
        rotate_key(passphrase=PASSPHRASES["custodian_a"], actor=user)
    assert CustodianKey.objects.filter(custodian__user=user).count() == 1


def test_whoever_was_removed_while_they_wrote_a_reason_removes_and_brings_back_nobody(
    custodians, while_they_type, remove
):
    remove(custodians[1])
    others = [Custodian.objects.get(user=user) for user in custodians]
    for module, act, whom in (
        (removing, remove_custodian, others[2]),
        (removing, reinstate_custodian, others[1]),
        (keeping_keys, declare_lost, others[2]),
    ):
        while_they_type(module, custodians[0], "checked_reason")
        with pytest.raises(NotACustodian):
            act(whom, reason=WHY, actor=custodians[0])
        Custodian.objects.filter(user=custodians[0]).update(revoked_at=None)
    assert Custodian.objects.get(user=custodians[2]).revoked_at is None
    assert Custodian.objects.get(user=custodians[1]).revoked_at is not None
    assert CustodianKey.objects.filter(custodian__user=custodians[2], retired_at=None).exists()


def test_a_removal_stands_though_its_row_says_that_there_was_none(ask, custodians, lawyer, remove):
    opening, _code = ask()
    remove(custodians[1])
    Custodian.objects.filter(user=custodians[1]).update(revoked_at=None)
    with pytest.raises(NotACustodian):
        yes(opening, custodians[1])
    assert {one.user for one in active_custodians()} == {custodians[0], custodians[2]}
    assert custodians[1] not in {key.custodian.user for key in keys_of_today(at_least=2)}


def test_an_approval_of_whoever_left_after_the_quorum_stands_in_no_opening(ask, custodians, lawyer, remove):
    opening, code = ask()
    for user in custodians[:2]:
        yes(opening, user)
    remove(custodians[1])
    with pytest.raises(ApproverLeft):
        open_identity(opening, opening_code=code, actor=lawyer)


def test_a_removal_in_the_moment_of_the_opening_stops_it(ask, custodians, lawyer, while_they_type):
    opening, code = ask()
    for user in custodians[:2]:
        yes(opening, user)
    while_they_type(opening_act, custodians[1], "_unseal")
    with pytest.raises(ApproverLeft):
        open_identity(opening, opening_code=code, actor=lawyer)
    opening.refresh_from_db()
    assert opening.state == OpeningState.APPROVED
    assert not Entry.objects.filter(action=Action.IDENTITY_OPENED.value).exists()


def test_whoever_was_removed_is_told_that_and_not_of_a_share(custodians, remove):
    remove(custodians[0])
    with pytest.raises(NotACustodian, match="removed"):
        begin_drill(reason=WHY, actor=custodians[0])
