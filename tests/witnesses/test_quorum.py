"""Sessions of a quorum: drills, and identities held in memory for one check; never by one person alone."""

import itertools
import traceback
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.errors import NotPermitted
from audit.actions import Action
from audit.models import Entry
from audit.verification import verify_log
from cases.errors import CaseError
from tests.tampering import guards_lifted
from tests.witnesses.conftest import CANARIES, IDENTITY, NAME_FA, PASSPHRASES, PHONE
from tests.witnesses.residue import traces
from witnesses.enrolling import enrol_custodian
from witnesses.errors import (
    AlreadyDecided,
    ApproverLeft,
    AskedOtherwise,
    NotACustodian,
    NothingToGather,
    ReasonMissing,
    RequestClosed,
    RequesterLostRight,
    SealBroken,
    SessionRunning,
    TooFewCustodians,
    TooManyFailures,
    WrongOpeningCode,
    WrongPassphrase,
    WrongPerson,
)
from witnesses.models import (
    Custodian,
    CustodianKey,
    DrillRecord,
    DrillShare,
    KeyShare,
    QuorumPurpose,
    QuorumSession,
    QuorumShare,
    QuorumState,
    SessionIdentity,
)
from witnesses.opening import approve
from witnesses.quorum import gathered
from witnesses.quorum.approving import approve_session, refuse_session
from witnesses.quorum.drill import begin_drill, hold_drill
from witnesses.quorum.ending import close_overdue_sessions, withdraw_session
from witnesses.quorum.gathered import gather
from witnesses.quorum.opened import ask_for_leak_check, opened_identities
from witnesses.quorum.queries import recent_sessions
from witnesses.register import register_witness

WHY = "Once a quarter we see whether we still can"


def yes(session, user, **changes):
    return approve_session(
        session,
        **{"passphrase": PASSPHRASES.get(user.username, ""), "reason": "Agreed", "actor": user, **changes},
    )


def actions(prefix="witness."):
    return [one.action for one in Entry.objects.order_by("recorded_at") if one.action.startswith(prefix)]


@pytest.fixture
def drill(custodians):
    """A drill that the first custodian asked for, and its code."""
    return begin_drill(reason=WHY, actor=custodians[0])


@pytest.fixture
def leak_check(witness, case, lawyer):
    """A leak check that the lawyer asked for, and its code."""
    return ask_for_leak_check(case, reason="The package leaves on Monday", actor=lawyer)


@pytest.mark.parametrize("pair", list(itertools.combinations(range(3), 2)))
def test_every_two_of_three_custodians_pass_a_drill(drill, custodians, pair):
    session, code = drill
    for number in pair:
        yes(session, custodians[number])
    assert hold_drill(session, code=code, actor=custodians[0]) is True
    session.refresh_from_db()
    assert (session.state, session.wrapped_private_key) == (QuorumState.DONE, None)
    assert not QuorumShare.objects.exists()
    assert actions()[-1] == Action.DRILL_PASSED


def test_no_custodian_alone_passes_a_drill_not_even_who_asked_for_it(drill, custodians):
    session, code = drill
    yes(session, custodians[0])
    with pytest.raises(RequestClosed, match="waits"):
        hold_drill(session, code=code, actor=custodians[0])
    with pytest.raises(AlreadyDecided):
        yes(session, custodians[0])
    # Nor by writing the state that a second approval would have written, as in a management shell.
    QuorumSession.objects.filter(pk=session.pk).update(state=QuorumState.APPROVED)
    with pytest.raises(ApproverLeft):
        hold_drill(session, code=code, actor=custodians[0])


def test_a_drill_touches_no_identity_and_needs_none(drill, custodians):
    session, code = drill
    assert not SessionIdentity.objects.exists()
    assert not KeyShare.objects.exists()
    yes(session, custodians[1])
    yes(session, custodians[2])
    assert hold_drill(session, code=code, actor=custodians[0])


def test_a_drill_says_when_each_key_was_last_proved(drill, custodians):
    session, _code = drill
    enrolled = timezone.now() - timedelta(days=30)
    CustodianKey.objects.update(proved_at=enrolled)
    yes(session, custodians[1])
    proved = dict(CustodianKey.objects.values_list("custodian__user__username", "proved_at"))
    assert proved["custodian_a"] == enrolled
    assert timezone.now() - proved["custodian_b"] < timedelta(minutes=1)


def test_a_test_record_that_was_bent_fails_the_drill(drill, custodians):
    session, code = drill
    for user in custodians[:2]:
        yes(session, user)
    record = DrillRecord.objects.get()
    bent = bytearray(record.ciphertext)
    bent[40] ^= 1
    with guards_lifted():
        DrillRecord.objects.filter(pk=record.pk).update(ciphertext=bytes(bent))
    assert hold_drill(session, code=code, actor=custodians[0]) is False
    session.refresh_from_db()
    assert session.state == QuorumState.FAILED
    assert actions()[-1] == Action.DRILL_FAILED


def test_identities_are_held_once_shown_to_nobody_and_gone(leak_check, custodians, lawyer):
    session, code = leak_check
    yes(session, custodians[0])
    yes(session, custodians[2])
    with opened_identities(session, code=code, actor=lawyer) as identities:
        [(row, opened)] = list(identities)
        assert opened.full_names[0].text == NAME_FA
        assert PHONE in opened.text("contacts")
        assert row.witness.case_id == session.case_id
        assert identities.unopened == []
        assert repr(identities) == repr(opened) == "<sealed>"
    session.refresh_from_db()
    assert (session.state, session.wrapped_private_key) == (QuorumState.DONE, None)
    assert not QuorumShare.objects.exists()
    assert Entry.objects.get(action=Action.IDENTITIES_HELD).case_id == session.case_id
    with (
        pytest.raises(RequestClosed, match="carried out"),
        opened_identities(session, code=code, actor=lawyer),
    ):
        pass
    assert verify_log().ok


def test_a_check_that_breaks_off_leaves_nothing_to_open(leak_check, custodians, lawyer):
    session, code = leak_check
    for user in custodians[:2]:
        yes(session, user)
    with pytest.raises(KeyboardInterrupt), opened_identities(session, code=code, actor=lawyer) as identities:
        next(iter(identities))
        raise KeyboardInterrupt
    session.refresh_from_db()
    assert session.state == QuorumState.DONE
    with pytest.raises(SealBroken):
        identities._gathered.content_of(identities.identities[0])


def test_a_crash_after_the_last_approval_leaves_what_can_be_carried_out_with_the_code(drill, custodians):
    session, code = drill
    for user in custodians[:2]:
        yes(session, user)
    again = QuorumSession.objects.get(pk=session.pk)
    gather(again, purpose=QuorumPurpose.DRILL, code=code, actor=custodians[0])
    assert QuorumSession.objects.get(pk=session.pk).state == QuorumState.APPROVED
    assert hold_drill(again, code=code, actor=custodians[0])


def test_the_requester_of_a_leak_check_is_no_custodian_and_the_custodians_ask_for_none(
    leak_check, custodians, case, lawyer
):
    session, _code = leak_check
    with pytest.raises(NotPermitted):
        yes(session, lawyer)
    with pytest.raises(NotPermitted):
        ask_for_leak_check(case, reason=WHY, actor=custodians[0])
    with pytest.raises(NotPermitted):
        begin_drill(reason=WHY, actor=lawyer)


def test_only_a_member_of_the_case_asks_and_carries_out(leak_check, case, custodians, lawyer, outsider):
    session, code = leak_check
    with pytest.raises(CaseError):
        ask_for_leak_check(case, reason=WHY, actor=outsider)
    for user in custodians[:2]:
        yes(session, user)
    with pytest.raises(CaseError), opened_identities(session, code=code, actor=outsider):
        pass


def test_who_lost_the_right_meanwhile_gets_no_approval(leak_check, case, custodians, lawyer, paralegal):
    session, _code = leak_check
    lawyer.is_active = False
    lawyer.save()
    with pytest.raises(RequesterLostRight):
        yes(session, custodians[0])
    assert not session.decisions.exists()


def test_nobody_but_who_asked_carries_a_drill_out(drill, custodians):
    session, code = drill
    for user in custodians[:2]:
        yes(session, user)
    with pytest.raises(WrongPerson):
        hold_drill(session, code=code, actor=custodians[1])


def test_what_was_agreed_to_is_done_and_nothing_else(drill, custodians, monkeypatch):
    session, code = drill
    for user in custodians[:2]:
        yes(session, user)
    with (
        pytest.raises(ValueError, match="another act"),
        opened_identities(session, code=code, actor=custodians[0]),
    ):
        pass
    # Nor after the purpose was rewritten in the database: the log tells, and every seal is bound to it.
    QuorumSession.objects.filter(pk=session.pk).update(purpose=QuorumPurpose.RESEAL)

    def reseal():
        row = QuorumSession.objects.get(pk=session.pk)
        gather(row, purpose=QuorumPurpose.RESEAL, code=code, actor=custodians[0])

    with pytest.raises(AskedOtherwise):
        reseal()
    monkeypatch.setattr(gathered, "require_as_begun", lambda _session: None)
    with pytest.raises(WrongOpeningCode):
        reseal()


def test_what_a_session_covers_is_fixed_when_it_begins(leak_check, case, custodians, lawyer):
    session, code = leak_check
    later = register_witness(case=case, identity=IDENTITY, actor=lawyer)
    for user in custodians[:2]:
        yes(session, user)
    with opened_identities(session, code=code, actor=lawyer) as identities:
        assert later.pk not in {row.witness_id for row, _opened in identities}


def test_an_approval_that_is_not_one_changes_nothing(drill, custodians, lawyer):
    session, _code = drill
    for changes, error in (
        ({"passphrase": "quite another passphrase"}, WrongPassphrase),
        ({"reason": "  "}, ReasonMissing),
        ({"actor": lawyer}, NotPermitted),
    ):
        with pytest.raises(error):
            yes(session, custodians[1], **changes)
    assert not session.decisions.exists()
    assert not QuorumShare.objects.exists()


def test_wrong_passphrases_and_codes_are_limited_and_logged(drill, custodians):
    session, code = drill
    for user in custodians[:2]:
        yes(session, user)
    for _ in range(5):
        with pytest.raises(WrongOpeningCode):
            hold_drill(session, code="ZZZZZ-ZZZZZ", actor=custodians[0])
    with pytest.raises(TooManyFailures):
        hold_drill(session, code=code, actor=custodians[0])
    assert actions().count(Action.PASSPHRASE_FAILED) == 5
    assert Entry.objects.filter(
        action=Action.PASSPHRASE_FAILED, subject_kind="witnesses.quorumsession"
    ).exists()


def test_one_refusal_ends_it_even_after_a_quorum(drill, custodians):
    session, code = drill
    yes(session, custodians[0])
    yes(session, custodians[1])
    refuse_session(session, reason="The other is being forced", actor=custodians[2])
    session.refresh_from_db()
    assert session.state == QuorumState.REFUSED
    assert not QuorumShare.objects.exists()
    with pytest.raises(RequestClosed, match="refused"):
        hold_drill(session, code=code, actor=custodians[0])


def test_it_is_withdrawn_by_who_asked_and_by_nobody_else(drill, custodians):
    session, code = drill
    yes(session, custodians[1])
    with pytest.raises(WrongPerson):
        withdraw_session(session, actor=custodians[1])
    withdraw_session(session, actor=custodians[0])
    assert not QuorumShare.objects.exists()
    for act in (
        lambda: yes(session, custodians[2]),
        lambda: hold_drill(session, code=code, actor=custodians[0]),
    ):
        with pytest.raises(RequestClosed, match="withdrawn"):
            act()


def test_it_runs_out_and_takes_the_shares_with_it(drill, custodians):
    session, code = drill
    for user in custodians[:2]:
        yes(session, user)
    QuorumSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(RequestClosed, match="ran out"):
        hold_drill(session, code=code, actor=custodians[0])
    session.refresh_from_db()
    assert (session.state, session.wrapped_private_key) == (QuorumState.EXPIRED, None)
    assert not QuorumShare.objects.exists()


def test_overdue_sessions_are_ended_by_the_clock(drill):
    QuorumSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert close_overdue_sessions() == 1
    assert close_overdue_sessions() == 0
    assert actions()[-1] == Action.QUORUM_EXPIRED


def test_an_approval_counts_only_while_its_custodian_holds_the_office(drill, custodians):
    session, code = drill
    for user in custodians[:2]:
        yes(session, user)
    Custodian.objects.filter(user=custodians[1]).update(revoked_at=timezone.now())
    with pytest.raises(ApproverLeft):
        hold_drill(session, code=code, actor=custodians[0])


def test_a_second_drill_waits_for_the_first(drill, custodians):
    with pytest.raises(SessionRunning):
        begin_drill(reason=WHY, actor=custodians[1])
    assert QuorumSession.objects.count() == DrillRecord.objects.count() == 1


def test_there_is_no_check_of_a_case_without_witnesses(case, lawyer):
    with pytest.raises(NothingToGather):
        ask_for_leak_check(case, reason=WHY, actor=lawyer)


def test_a_drill_needs_two_custodians(custodian_a):
    with pytest.raises(NotACustodian):
        begin_drill(reason=WHY, actor=custodian_a)
    enrol_custodian(custodian_a, passphrase=PASSPHRASES["custodian_a"], actor=custodian_a)
    with pytest.raises(TooFewCustodians):
        begin_drill(reason=WHY, actor=custodian_a)
    assert not QuorumSession.objects.exists()


def bend(model, **which):
    row = model.objects.get(**which)
    bent = bytearray(row.sealed_share)
    bent[-20] ^= 1
    with guards_lifted():
        model.objects.filter(pk=row.pk).update(sealed_share=bytes(bent))


def test_a_share_bent_by_one_bit_is_made_up_for_by_another_custodian(
    leak_check, case, custodians, lawyer, witness
):
    session, code = leak_check
    withdraw_session(session, actor=lawyer)
    register_witness(case=case, identity=IDENTITY, actor=lawyer)
    session, code = ask_for_leak_check(case, reason=WHY, actor=lawyer)
    bend(KeyShare, sealed_identity__witness=witness, custodian_key__custodian__user=custodians[0])
    yes(session, custodians[0])
    yes(session, custodians[1])
    session.refresh_from_db()
    assert session.state == QuorumState.REQUESTED
    yes(session, custodians[2])
    session.refresh_from_db()
    assert session.state == QuorumState.APPROVED
    with opened_identities(session, code=code, actor=lawyer) as identities:
        assert len(list(identities)) == 2


def test_what_can_never_be_opened_holds_up_nothing_and_is_named(
    leak_check, case, custodians, lawyer, witness
):
    session, code = leak_check
    withdraw_session(session, actor=lawyer)
    whole = register_witness(case=case, identity=IDENTITY, actor=lawyer)
    session, code = ask_for_leak_check(case, reason=WHY, actor=lawyer)
    for user in custodians[:2]:
        bend(KeyShare, sealed_identity__witness=witness, custodian_key__custodian__user=user)
    for user in custodians:
        yes(session, user)
    with opened_identities(session, code=code, actor=lawyer) as identities:
        assert [row.witness_id for row, _opened in identities] == [whole.pk]
        assert [row.witness_id for row in identities.unopened] == [witness.pk]


def test_a_custodian_none_of_whose_shares_open_has_not_approved(leak_check, custodians, witness):
    session, _code = leak_check
    bend(KeyShare, sealed_identity__witness=witness, custodian_key__custodian__user=custodians[0])
    with pytest.raises(SealBroken):
        yes(session, custodians[0])
    assert not session.decisions.exists()


def test_the_share_of_another_version_does_not_pass_for_this_one(
    leak_check, case, custodians, lawyer, witness
):
    session, _code = leak_check
    withdraw_session(session, actor=lawyer)
    other = register_witness(case=case, identity=IDENTITY, actor=lawyer)
    session, _code = ask_for_leak_check(case, reason=WHY, actor=lawyer)
    held = KeyShare.objects.filter(custodian_key__custodian__user=custodians[0])
    theirs = bytes(held.get(sealed_identity__witness=other).sealed_share)
    with guards_lifted():
        held.filter(sealed_identity__witness=witness).update(sealed_share=theirs)
    decision = yes(session, custodians[0])
    assert [one.sealed_identity.witness_id for one in decision.resealed_shares.all()] == [other.pk]


def test_a_share_resealed_for_a_session_opens_in_no_other(leak_check, case, custodians, lawyer):
    first, _code = leak_check
    yes(first, custodians[0])
    stolen = QuorumShare.objects.get()
    index, sealed = stolen.index, bytes(stolen.sealed_share)
    withdraw_session(first, actor=lawyer)
    second, code = ask_for_leak_check(case, reason=WHY, actor=lawyer)
    decision = yes(second, custodians[1])
    covered = second.covered.get().sealed_identity
    QuorumShare.objects.create(decision=decision, sealed_identity=covered, index=index, sealed_share=sealed)
    QuorumSession.objects.filter(pk=second.pk).update(state=QuorumState.APPROVED, threshold=2)
    with pytest.raises(ApproverLeft), opened_identities(second, code=code, actor=lawyer):
        pass
    yes_again = QuorumSession.objects.filter(pk=second.pk)
    yes_again.update(state=QuorumState.REQUESTED)
    second.refresh_from_db()
    yes(second, custodians[2])
    with opened_identities(second, code=code, actor=lawyer) as identities:
        assert len(list(identities)) == 1


def test_keys_of_another_time_than_the_database_are_a_clear_error(drill, custodians):
    """An old database restored with newer keys, and the reverse: the two halves of a key no longer belong together."""
    session, _code = drill
    key = CustodianKey.objects.get(custodian__user=custodians[1])
    other = CustodianKey.objects.get(custodian__user=custodians[2])
    CustodianKey.objects.filter(pk=key.pk).update(public_key=bytes(other.public_key))
    with pytest.raises(Exception, match="as a whole from one backup"):
        yes(session, custodians[1])
    CustodianKey.objects.filter(pk=key.pk).update(wrapped_private_key=bytes(other.wrapped_private_key))
    with pytest.raises(WrongPassphrase):
        yes(session, custodians[1])


def test_an_opening_says_too_when_a_key_was_proved(ask, custodians):
    opening, _code = ask()
    CustodianKey.objects.update(proved_at=None)
    approve(opening, passphrase=PASSPHRASES["custodian_a"], reason="Needed", actor=custodians[0])
    assert CustodianKey.objects.filter(proved_at__isnull=False).count() == 1


def test_no_entry_and_no_traceback_holds_a_name_a_reason_or_a_code(leak_check, custodians, lawyer):
    session, code = leak_check
    for user in custodians[:2]:
        yes(session, user)
    reports = []
    with opened_identities(session, code=code, actor=lawyer) as identities:
        try:
            for _row, _opened in identities:
                raise RuntimeError
        except RuntimeError as error:
            report = traceback.TracebackException.from_exception(error, capture_locals=True)
            reports.append("".join(report.format()))
    for act in (
        lambda: gather(session, purpose=QuorumPurpose.LEAK_CHECK, code=code, actor=lawyer),
        lambda: yes(session, custodians[2]),
    ):
        with pytest.raises(RequestClosed) as caught:
            act()
        report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        reports.append("".join(line for line in report.format() if "PASSPHRASES" not in line))
    bodies = b"".join(bytes(entry.body) for entry in Entry.objects.all())
    secrets = [*CANARIES, str.__str__(code)]
    assert traces(bodies + "".join(reports).encode(), secrets) == []
    assert b"leaves on Monday" not in bodies


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("witnesses_sessionidentity", "session_id"),
        ("witnesses_drillrecord", "ciphertext"),
        ("witnesses_drillshare", "sealed_share"),
        ("witnesses_quorumdecision", "reason"),
    ],
)
@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_what_a_quorum_was_asked_and_said(
    custodians, case, lawyer, witness, table, column, act
):
    asked, _code = ask_for_leak_check(case, reason=WHY, actor=lawyer)
    yes(asked, custodians[0])
    begin_drill(reason=WHY, actor=custodians[0])
    assert DrillShare.objects.count() == 3
    sql = f"UPDATE {table} SET {column} = {column}" if act == "update" else f"DELETE FROM {table}"
    with (
        pytest.raises(DatabaseError, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_the_database_holds_that_a_session_is_of_two_at_least_and_loses_its_key_at_the_end(drill):
    for change in ("threshold = 1", "state = 'done'", "wrapped_private_key = NULL"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE witnesses_quorumsession SET {change}")


def test_the_newest_acts_of_a_quorum_come_first(custodians):
    made = []
    for _number in range(5):
        session, _code = begin_drill(reason="Once a quarter", actor=custodians[0])
        QuorumSession.objects.filter(pk=session.pk).update(state="withdrawn", wrapped_private_key=None)
        made.insert(0, session)
    assert list(recent_sessions(custodians[1], most=4)) == made[:4]
