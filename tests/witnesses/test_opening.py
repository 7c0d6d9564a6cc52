import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import NotPermitted
from audit.actions import Action
from audit.models import Entry
from cases.errors import CaseError
from cases.membership import add_member, remove_member
from tests.tampering import guards_lifted
from tests.witnesses.conftest import (
    CANARIES,
    EMAIL,
    IDENTITY,
    NAME_FA,
    NAME_LATIN,
    PASSPHRASES,
    PHONE,
    REASON,
    let_in,
)
from witnesses.closing import close_overdue
from witnesses.enrolling import enrol_custodian
from witnesses.errors import (
    AlreadyDecided,
    ApproverLeft,
    BadOpeningRequest,
    NotACustodian,
    ReasonMissing,
    RequestClosed,
    RequesterLostRight,
    SealBroken,
    TooManyFailures,
    WrongOpeningCode,
    WrongPassphrase,
    WrongPerson,
)
from witnesses.models import (
    ApprovalShare,
    Custodian,
    KeyShare,
    OpeningRequest,
    OpeningState,
    PassphraseAttempt,
    SealedIdentity,
)
from witnesses.opening import approve, open_identity, refuse, request_opening, withdraw
from witnesses.register import register_witness


def yes(opening, user, **changes):
    return approve(
        opening,
        **{"passphrase": PASSPHRASES.get(user.username, ""), "reason": "Needed", "actor": user, **changes},
    )


def actions():
    return [
        entry.action for entry in Entry.objects.order_by("recorded_at") if entry.action.startswith("witness.")
    ]


@pytest.mark.parametrize("pair", list(itertools.combinations(range(3), 2)))
def test_every_two_of_three_custodians_open(ask, custodians, lawyer, pair):
    opening, code = ask()
    for number in pair:
        yes(opening, custodians[number])
    opened = open_identity(opening, opening_code=code, actor=lawyer)
    assert [name.text for name in opened.full_names][:2] == [NAME_FA, NAME_LATIN]
    assert [row.text for row in opened.rows("contacts")] == [PHONE, EMAIL]
    assert repr(opened) == "<sealed>"


def test_only_the_requested_fields_are_given(ask, custodians, lawyer):
    opening, code = ask(fields=["kin"])
    yes(opening, custodians[0])
    yes(opening, custodians[1])
    opened = open_identity(opening, opening_code=code, actor=lawyer)
    assert set(opened.fields) == {"kin"}
    assert opened.full_names == []


def test_it_refuses_to_open_an_identity_with_one_approval(ask, custodians, lawyer):
    opening, code = ask()
    yes(opening, custodians[0])
    with pytest.raises(RequestClosed, match="waits"):
        open_identity(opening, opening_code=code, actor=lawyer)
    # Nor by writing the state that a second approval would have written.
    OpeningRequest.objects.filter(pk=opening.pk).update(state=OpeningState.APPROVED)
    with pytest.raises(ApproverLeft):
        open_identity(opening, opening_code=code, actor=lawyer)


def test_it_is_seen_once_and_then_nothing_is_left_to_open(ask, custodians, lawyer):
    opening, code = ask()
    yes(opening, custodians[0])
    yes(opening, custodians[2])
    assert ApprovalShare.objects.count() == 2
    open_identity(opening, opening_code=code, actor=lawyer)
    opening.refresh_from_db()
    assert (opening.state, opening.wrapped_private_key) == (OpeningState.OPENED, None)
    assert not ApprovalShare.objects.exists()
    with pytest.raises(RequestClosed, match="shown already"):
        open_identity(opening, opening_code=code, actor=lawyer)


def test_every_step_is_an_entry_and_none_holds_a_name_or_a_reason(ask, custodians, lawyer):
    opening, code = ask()
    yes(opening, custodians[0])
    yes(opening, custodians[1])
    open_identity(opening, opening_code=code, actor=lawyer)
    assert actions()[-4:] == [
        Action.OPENING_REQUESTED,
        Action.OPENING_APPROVED,
        Action.OPENING_APPROVED,
        Action.IDENTITY_OPENED,
    ]
    bodies = b"".join(bytes(entry.body) for entry in Entry.objects.all())
    for secret in (*CANARIES, REASON, code, *PASSPHRASES.values()):
        assert secret.encode() not in bodies


def test_the_same_custodian_counts_once(ask, custodians):
    opening, _code = ask()
    yes(opening, custodians[0])
    with pytest.raises(AlreadyDecided):
        yes(opening, custodians[0])
    with pytest.raises(AlreadyDecided):
        refuse(opening, reason="Second thoughts", actor=custodians[0])
    assert ApprovalShare.objects.count() == 1


def test_the_requester_never_decides(ask, custodians, lawyer):
    opening, _code = ask()
    with pytest.raises(NotPermitted):
        yes(opening, lawyer, passphrase="anything at all here")
    OpeningRequest.objects.filter(pk=opening.pk).update(requester=custodians[0])
    opening.refresh_from_db()
    with pytest.raises(WrongPerson):
        yes(opening, custodians[0])


def test_a_custodian_without_a_share_cannot_decide(ask, custodians, hire):
    opening, _code = ask()
    late = hire("custodian_d", custodians[0].role)
    with pytest.raises(NotACustodian):
        refuse(opening, reason="No", actor=late)
    enrol_custodian(late, passphrase="nine tall poplars keep watch", actor=late)
    let_in(late, by=custodians[:2])
    with pytest.raises(NotACustodian):
        approve(opening, passphrase="nine tall poplars keep watch", reason="Yes", actor=late)


def test_a_wrong_passphrase_is_logged_limited_and_gives_no_hint(ask, custodians):
    opening, _code = ask()
    for _ in range(5):
        with pytest.raises(WrongPassphrase, match="does not open"):
            yes(opening, custodians[0], passphrase="five quiet rivers under snow")
    assert actions().count(Action.PASSPHRASE_FAILED) == 5
    with pytest.raises(TooManyFailures):
        yes(opening, custodians[0])
    yes(opening, custodians[1])
    PassphraseAttempt.objects.update(at=timezone.now() - timedelta(hours=1, seconds=1))
    yes(opening, custodians[0])
    assert not PassphraseAttempt.objects.exists()


def test_a_wrong_opening_code_opens_nothing_and_is_limited(ask, custodians, lawyer):
    opening, code = ask()
    yes(opening, custodians[0])
    yes(opening, custodians[1])
    for wrong in ("", "AAAAA-AAAAA", code[:-1], "ي" * 29, code[::-1]):
        with pytest.raises(WrongOpeningCode):
            open_identity(opening, opening_code=wrong, actor=lawyer)
    with pytest.raises(TooManyFailures):
        open_identity(opening, opening_code=code, actor=lawyer)


def test_one_refusal_ends_it_even_after_the_quorum(ask, custodians, lawyer):
    opening, code = ask()
    yes(opening, custodians[0])
    yes(opening, custodians[1])
    refuse(opening, reason="I was called by somebody I do not know", actor=custodians[2])
    assert not ApprovalShare.objects.exists()
    with pytest.raises(RequestClosed, match="refused"):
        open_identity(opening, opening_code=code, actor=lawyer)
    with pytest.raises(AlreadyDecided):
        yes(opening, custodians[1])


def test_nothing_is_decided_after_a_refusal_or_a_withdrawal(ask, custodians, lawyer, paralegal):
    opening, _code = ask()
    refuse(opening, reason="No", actor=custodians[0])
    with pytest.raises(RequestClosed):
        yes(opening, custodians[1])
    opening, code = ask()
    yes(opening, custodians[0])
    with pytest.raises(WrongPerson):
        withdraw(opening, actor=paralegal)
    withdraw(opening, actor=lawyer)
    assert not ApprovalShare.objects.exists()
    with pytest.raises(RequestClosed, match="withdrawn"):
        yes(opening, custodians[1])
    with pytest.raises(RequestClosed, match="withdrawn"):
        open_identity(opening, opening_code=code, actor=lawyer)


@pytest.mark.parametrize("approvals", [1, 2])
def test_time_runs_out_and_erases(ask, custodians, lawyer, approvals):
    opening, code = ask()
    for user in custodians[:approvals]:
        yes(opening, user)
    OpeningRequest.objects.filter(pk=opening.pk).update(expires_at=timezone.now())
    opening.refresh_from_db()
    with pytest.raises(RequestClosed, match="ran out"):
        yes(opening, custodians[2])
    assert actions()[-1] == Action.OPENING_EXPIRED
    assert not ApprovalShare.objects.exists()
    with pytest.raises(RequestClosed, match="ran out"):
        open_identity(opening, opening_code=code, actor=lawyer)
    assert close_overdue() == 0


def test_the_clock_ends_requests_that_nobody_touches(ask):
    opening, _code = ask()
    OpeningRequest.objects.filter(pk=opening.pk).update(expires_at=timezone.now())
    assert close_overdue() == 1
    opening.refresh_from_db()
    assert opening.state == OpeningState.EXPIRED


def test_a_requester_who_lost_role_or_membership_gets_nothing(ask, custodians, lawyer, case, outsider):
    add_member(case, user=outsider, actor=lawyer)
    opening, code = ask()
    yes(opening, custodians[0])
    remove_member(case, user=lawyer, actor=outsider)
    with pytest.raises(RequesterLostRight):
        yes(opening, custodians[1])
    add_member(case, user=lawyer, actor=outsider)
    yes(opening, custodians[1])
    remove_member(case, user=lawyer, actor=outsider)
    with pytest.raises(CaseError):
        open_identity(opening, opening_code=code, actor=lawyer)
    lawyer.groups.clear()
    with pytest.raises(NotPermitted):
        open_identity(opening, opening_code=code, actor=type(lawyer).objects.get(pk=lawyer.pk))


def test_a_custodian_who_left_after_approving_no_longer_counts(ask, custodians, lawyer):
    opening, code = ask()
    yes(opening, custodians[0])
    yes(opening, custodians[1])
    Custodian.objects.filter(user=custodians[1]).update(revoked_at=timezone.now())
    with pytest.raises(ApproverLeft):
        open_identity(opening, opening_code=code, actor=lawyer)
    with pytest.raises(NotACustodian):
        refuse(opening, reason="No", actor=custodians[1])


def test_another_person_with_the_code_gets_nothing(ask, custodians, lawyer, outsider, case):
    add_member(case, user=outsider, actor=lawyer)
    opening, code = ask()
    yes(opening, custodians[0])
    yes(opening, custodians[1])
    with pytest.raises(WrongPerson):
        open_identity(opening, opening_code=code, actor=outsider)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reason": "  "}, ReasonMissing),
        ({"reason": "x" * 2001}, ReasonMissing),
        ({"fields": []}, BadOpeningRequest),
        ({"fields": ["full_names", "format"]}, BadOpeningRequest),
        ({"seconds": 5}, BadOpeningRequest),
        ({"seconds": 10**6}, BadOpeningRequest),
    ],
)
def test_a_request_that_lacks_something_is_refused(ask, changes, error):
    with pytest.raises(error):
        ask(**changes)
    assert not OpeningRequest.objects.exists()


def test_outsiders_cannot_ask(witness, outsider, paralegal, custodians):
    with pytest.raises(CaseError):
        request_opening(witness, reason=REASON, fields=["kin"], seconds=300, actor=outsider)
    for user in (paralegal, custodians[0]):
        with pytest.raises(NotPermitted):
            request_opening(witness, reason=REASON, fields=["kin"], seconds=300, actor=user)


def test_a_share_of_another_witness_or_a_bent_one_is_noticed(ask, witness, case, custodians, paralegal):
    other = register_witness(case=case, identity=IDENTITY, actor=paralegal)
    opening, _code = ask()
    mine, theirs = (
        KeyShare.objects.get(sealed_identity__witness=w, custodian_key__custodian__user=custodians[0])
        for w in (witness, other)
    )
    bent = bytearray(mine.sealed_share)
    bent[-1] ^= 1
    for forged in (bytes(theirs.sealed_share), bytes(bent)):
        with guards_lifted():
            KeyShare.objects.filter(pk=mine.pk).update(sealed_share=forged)
        with pytest.raises(SealBroken):
            yes(opening, custodians[0])
    assert not ApprovalShare.objects.exists()


def test_an_identity_bent_by_one_bit_does_not_open_and_the_request_is_not_spent(ask, custodians, lawyer):
    opening, code = ask()
    yes(opening, custodians[0])
    yes(opening, custodians[1])
    identity = SealedIdentity.objects.get()
    bent = bytearray(identity.ciphertext)
    bent[30] ^= 1
    with guards_lifted():
        SealedIdentity.objects.filter(pk=identity.pk).update(ciphertext=bytes(bent))
    with pytest.raises(SealBroken):
        open_identity(OpeningRequest.objects.get(pk=opening.pk), opening_code=code, actor=lawyer)
    opening.refresh_from_db()
    assert opening.state == OpeningState.APPROVED
