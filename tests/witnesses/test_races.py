"""Two at once, with real transactions in threads of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from audit.actions import Action
from audit.models import Entry
from tests.witnesses.conftest import PASSPHRASES, PLANNED
from witnesses.errors import RegisterMovedOn, WitnessError
from witnesses.interviewing import open_interview
from witnesses.models import ApprovalShare, Interview, OpeningDecision, OpeningRequest, OpeningState
from witnesses.opening import approve, open_identity

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
