"""Two at once, with real transactions in threads of their own."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from audit.actions import Action
from audit.models import Entry
from cases.models import Case
from evidence.models import EvidenceItem
from tests.witnesses.conftest import (
    PASSPHRASES,
    PLANNED,
    let_in,
)
from tests.witnesses.consents import consent_facts
from witnesses.consenting import record_consent
from witnesses.enrolling import enrol_custodian
from witnesses.errors import ApproverLeft, NotACustodian, RegisterMovedOn, SessionRunning, WitnessError
from witnesses.health import custody_of
from witnesses.interviewing import open_interview
from witnesses.keeping_keys import declare_lost
from witnesses.models import (
    AccountKind,
    ApprovalShare,
    Custodian,
    CustodianKey,
    DrillRecord,
    Interview,
    KeyShare,
    OpeningDecision,
    OpeningRequest,
    OpeningState,
    QuorumSession,
    QuorumShare,
    QuorumState,
    SealedIdentity,
    Witness,
)
from witnesses.opening import approve, open_identity
from witnesses.quorum.approving import approve_session
from witnesses.quorum.drill import begin_drill, hold_drill
from witnesses.quorum.ending import withdraw_session
from witnesses.quorum.opened import ask_for_leak_check
from witnesses.quorum.resealing import Resealed, begin_resealing, reseal_identities
from witnesses.removing import reinstate_custodian, remove_custodian
from witnesses.stating import StatementFacts, record_statement

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts):
    """Runs the acts together, each in its own connection; gives what each returned or the error that it met."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait(timeout=20)
            return act()
        except WitnessError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def afterwards(act):
    """What one more thread sees."""
    return at_once([act])[0]


def count(action):
    return afterwards(lambda: Entry.objects.filter(action=action).count())


def fresh(opening):
    return OpeningRequest.objects.get(pk=opening.pk)


def test_of_two_openings_one_wins(ask, custodians, lawyer, on_disk):
    opening, code = ask()
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    on_disk()
    results = at_once([lambda: open_identity(fresh(opening), opening_code=code, actor=lawyer)] * 4)
    assert sum(not isinstance(result, WitnessError) for result in results) == 1
    assert count(Action.IDENTITY_OPENED) == 1
    assert afterwards(lambda: fresh(opening).state) == OpeningState.OPENED
    assert not afterwards(ApprovalShare.objects.exists)


def test_one_approval_sent_twice_has_one_effect(ask, custodians, on_disk):
    opening, _code = ask()

    def yes():
        return approve(
            fresh(opening), passphrase=PASSPHRASES["custodian_a"], reason="Needed", actor=custodians[0]
        )

    on_disk()
    results = at_once([yes] * 4)
    assert sum(isinstance(result, OpeningDecision) for result in results) == 1
    assert count(Action.OPENING_APPROVED) == 1
    assert afterwards(lambda: fresh(opening).state) == OpeningState.REQUESTED


def test_guessing_in_parallel_gains_nothing(ask, custodians, on_disk):
    opening, _code = ask()

    def guess():
        return approve(fresh(opening), passphrase="five quiet rivers", reason="Needed", actor=custodians[0])

    on_disk()
    at_once([guess] * 9)
    assert count(Action.PASSPHRASE_FAILED) == 5


def test_of_two_who_plan_a_first_interview_at_once_one_is_sent_back_to_read(
    witness, paralegal, lawyer, on_disk
):
    on_disk()
    acts = [
        lambda user=user: open_interview(witness, facts=PLANNED, earlier_seen=0, actor=user)
        for user in (paralegal, lawyer)
    ]
    results = at_once(acts)
    assert {type(result) for result in results} == {Interview, RegisterMovedOn}
    assert count(Action.INTERVIEW_OPENED) == 1


def test_of_two_drills_that_begin_at_once_one_runs(custodians, on_disk):
    on_disk()
    acts = [lambda user=user: begin_drill(reason="Once a quarter", actor=user) for user in custodians]
    results = at_once(acts)
    assert [type(one) for one in results].count(SessionRunning) == 2
    assert afterwards(QuorumSession.objects.count) == afterwards(DrillRecord.objects.count) == 1
    assert count(Action.QUORUM_REQUESTED) == 1


def test_of_two_checks_of_a_case_that_begin_at_once_one_runs(case, witness, lawyer, on_disk):
    on_disk()
    results = at_once([lambda: ask_for_leak_check(case, reason="It leaves on Monday", actor=lawyer)] * 3)
    assert [type(one) for one in results].count(SessionRunning) == 2
    assert afterwards(QuorumSession.objects.count) == 1


def test_of_two_custodians_who_remove_each_other_at_once_one_stays(custodians, witness, on_disk):
    first, second = (Custodian.objects.get(user=user) for user in custodians[:2])
    on_disk()
    results = at_once(
        [
            lambda: remove_custodian(first, reason="She is forced", actor=custodians[1]),
            lambda: remove_custodian(second, reason="He is forced", actor=custodians[0]),
        ]
    )
    assert [type(one) for one in results].count(NotACustodian) == 1
    assert afterwards(lambda: Custodian.objects.filter(revoked_at=None).count()) == 2
    assert count(Action.CUSTODIAN_REMOVED) == 1


def test_a_removal_and_an_enrolment_at_once_leave_the_custodian_removed(
    custodians, administrator, witness, on_disk
):
    own = Custodian.objects.get(user=custodians[0])
    declare_lost(own, reason="She forgot it", actor=custodians[0])
    on_disk()
    at_once(
        [
            lambda: enrol_custodian(
                custodians[0], passphrase="nine copper bells over Tabriz", actor=custodians[0]
            ),
            lambda: remove_custodian(own, reason="Arrested", actor=administrator),
        ]
    )
    assert afterwards(lambda: Custodian.objects.get(pk=own.pk).revoked_at) is not None


def gathered_reseal(custodians, hire):
    """A session that two custodians approved, to give a fourth one shares."""
    fourth = hire("custodian_d", custodians[0].role)
    enrol_custodian(fourth, passphrase="nine copper bells over Tabriz", actor=fourth)
    let_in(fourth, by=custodians[:2])
    session, code = begin_resealing(reason="Another custodian", actor=custodians[0])
    for user in custodians[:2]:
        agree(session, user)
    return session, code


def agree(session, user):
    return approve_session(
        QuorumSession.objects.get(pk=session.pk),
        passphrase=PASSPHRASES[user.username],
        reason="Agreed",
        actor=user,
    )


def test_two_who_carry_out_at_once_seal_each_identity_anew_once(custodians, witness, hire, on_disk):
    session, code = gathered_reseal(custodians, hire)
    on_disk()

    def carry_out():
        again = QuorumSession.objects.get(pk=session.pk)
        return reseal_identities(again, code=code, actor=custodians[0])

    results = at_once([carry_out] * 3)
    assert [type(one) for one in results].count(Resealed) == 1, results
    assert count(Action.IDENTITY_RESEALED) == count(Action.RESEALING_ENDED) == 1
    assert afterwards(lambda: SealedIdentity.objects.living().count()) == 1
    assert afterwards(lambda: custody_of().to_reseal) == 0


def test_two_who_hold_a_drill_at_once_have_one_result(custodians, on_disk):
    session, code = begin_drill(reason="Once a quarter", actor=custodians[0])
    for user in custodians[:2]:
        agree(session, user)
    on_disk()

    def carry_out():
        return hold_drill(QuorumSession.objects.get(pk=session.pk), code=code, actor=custodians[0])

    assert at_once([carry_out] * 3).count(True) == 1
    assert count(Action.DRILL_PASSED) == 1
    assert count(Action.DRILL_FAILED) == 0


def test_an_approval_against_a_withdrawal_leaves_nothing_to_open(custodians, on_disk):
    session, _code = begin_drill(reason="Once a quarter", actor=custodians[0])
    agree(session, custodians[0])
    on_disk()
    at_once(
        [
            lambda: agree(session, custodians[1]),
            lambda: withdraw_session(QuorumSession.objects.get(pk=session.pk), actor=custodians[0]),
            lambda: agree(session, custodians[2]),
        ]
    )
    assert afterwards(lambda: QuorumSession.objects.get(pk=session.pk).state) == QuorumState.WITHDRAWN
    assert not afterwards(QuorumShare.objects.exists)
    assert count(Action.QUORUM_WITHDRAWN) == 1


def test_a_removal_against_a_carry_out_leaves_no_share_unnoticed(
    custodians, witness, hire, administrator, on_disk
):
    """Whichever comes first: nothing waits for ever, and what the removed one still holds is known to be sealed anew."""
    session, code = gathered_reseal(custodians, hire)
    gone = Custodian.objects.get(user=custodians[1])
    on_disk()

    def carry_out():
        again = QuorumSession.objects.get(pk=session.pk)
        return reseal_identities(again, code=code, actor=custodians[0])

    results = at_once([carry_out, lambda: remove_custodian(gone, reason="Arrested", actor=administrator)])
    assert not isinstance(results[1], WitnessError)
    assert isinstance(results[0], Resealed | ApproverLeft)

    def holds():
        living = KeyShare.objects.filter(sealed_identity__in=SealedIdentity.objects.living())
        return living.filter(custodian_key__custodian=gone).exists()

    assert bool(afterwards(holds)) == bool(afterwards(lambda: custody_of().to_reseal))
    assert afterwards(lambda: SealedIdentity.objects.living().count()) == 1


def test_a_removal_of_who_asked_against_their_carry_out_ends_the_session_once(
    custodians, witness, hire, administrator, on_disk
):
    session, code = gathered_reseal(custodians, hire)
    asker = Custodian.objects.get(user=custodians[0])
    on_disk()

    def carry_out():
        again = QuorumSession.objects.get(pk=session.pk)
        return reseal_identities(again, code=code, actor=custodians[0])

    results = at_once([carry_out, lambda: remove_custodian(asker, reason="Arrested", actor=administrator)])
    assert not isinstance(results[1], WitnessError)
    state = afterwards(lambda: QuorumSession.objects.get(pk=session.pk).state)
    assert state in (QuorumState.DONE, QuorumState.WITHDRAWN)
    assert count(Action.RESEALING_ENDED) + count(Action.QUORUM_WITHDRAWN) == 1
    assert not afterwards(QuorumShare.objects.exists)


def test_a_key_is_not_erased_after_its_custodian_was_brought_back(
    custodians, witness, hire, administrator, on_disk
):
    """The end of a sealing anew erases the keys of removed custodians; whoever is back by then keeps theirs."""
    session, code = gathered_reseal(custodians, hire)
    gone = Custodian.objects.get(user=custodians[2])
    remove_custodian(gone, reason="Arrested", actor=administrator)
    on_disk()

    def carry_out():
        again = QuorumSession.objects.get(pk=session.pk)
        return reseal_identities(again, code=code, actor=custodians[0])

    def bring_back():
        return reinstate_custodian(gone, reason="They are free", actor=custodians[1])

    sealed, back = at_once([carry_out, bring_back])
    assert isinstance(sealed, Resealed)
    assert not isinstance(back, WitnessError)
    key = afterwards(lambda: CustodianKey.objects.get(custodian=gone))
    assert (key.retired_at is None) == (key.wrapped_private_key is not None) == (sealed.keys_erased == 0)


@pytest.mark.parametrize("recorded", ["statement", "consent"])
def test_a_dossier_that_goes_out_and_what_is_recorded_of_its_witness_do_not_wait_for_each_other(
    witness, told, paralegal, lawyer, on_disk, recorded
):
    """The dossier holds its exhibits, then asks their witnesses: whoever records of both comes in the same order."""
    on_disk()
    holds = Event()

    def go_out():
        with transaction.atomic():
            EvidenceItem.objects.select_for_update().get(pk=told.pk)
            holds.set()
            time.sleep(0.5)
            Witness.objects.select_for_update().get(pk=witness.pk)
            Case.objects.filter(pk=witness.case_id).update(title="Gone out")

    def record():
        holds.wait(timeout=20)
        if recorded == "consent":
            return record_consent(witness, facts=consent_facts(signed_form=told), actor=paralegal)
        facts = StatementFacts(AccountKind.FIRST_ACCOUNT, language="fa")
        return record_statement(witness, told, facts=facts, actor=paralegal)

    assert at_once([go_out, record])[1].version == 1
