"""What custodians agree to is what is opened: a request that was changed in the database meanwhile opens nothing.

Whoever can write to the database, as the site itself can, has the right to do all of this in SQL.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit import log
from audit.actions import Action
from audit.models import Entry
from cases.membership import add_member
from tests.conftest import PASSWORD
from tests.witnesses.conftest import DANGER, IDENTITY, NAME_FA, PASSPHRASES, REASON
from witnesses import as_asked, asking, deciding
from witnesses import opening as opening_act
from witnesses.errors import AskedOtherwise, RequestClosed
from witnesses.models import (
    ApprovalShare,
    OpeningRequest,
    OpeningState,
    QuorumSession,
    QuorumShare,
    QuorumState,
    SessionIdentity,
)
from witnesses.opening import approve, open_identity, refuse, request_emergency, withdraw
from witnesses.quorum import approving
from witnesses.quorum.approving import approve_session, refuse_session
from witnesses.quorum.opened import ask_for_leak_check, opened_identities
from witnesses.register import register_witness


def yes(opening, user):
    return approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)


WIDENED = {
    "more fields": {"fields": ["full_names", "contacts", "kin"]},
    "longer": {"seconds": 1800},
    "past its time": {"expires_at": timezone.now() + timedelta(days=30)},
    "for another reason": {"reason": "The witness asks for it"},
    "as an emergency": {"emergency": True},
}


@pytest.mark.parametrize("change", WIDENED.values(), ids=WIDENED.keys())
def test_a_request_that_was_widened_after_the_quorum_opens_nothing(ask, custodians, lawyer, change):
    opening, code = ask(fields=["full_names"])
    for user in custodians[:2]:
        yes(opening, user)
    before = OpeningRequest.objects.get(pk=opening.pk)
    OpeningRequest.objects.filter(pk=opening.pk).update(**change)
    opening.refresh_from_db()
    with pytest.raises(AskedOtherwise):
        open_identity(opening, opening_code=code, actor=lawyer)
    assert not Entry.objects.filter(action=Action.IDENTITY_OPENED.value).exists()
    # It is not spent: put back as it was, it opens.
    OpeningRequest.objects.filter(pk=opening.pk).update(**{name: getattr(before, name) for name in change})
    assert open_identity(opening, opening_code=code, actor=lawyer).full_names


def test_it_opens_to_nobody_whose_name_was_written_over_the_requesters(
    ask, custodians, case, lawyer, outsider
):
    opening, code = ask()
    for user in custodians[:2]:
        yes(opening, user)
    add_member(case, user=outsider, actor=lawyer)
    OpeningRequest.objects.filter(pk=opening.pk).update(requester=outsider)
    opening = OpeningRequest.objects.get(pk=opening.pk)
    with pytest.raises(AskedOtherwise):
        open_identity(opening, opening_code=code, actor=outsider)


@pytest.mark.parametrize("change", WIDENED.values(), ids=WIDENED.keys())
def test_nor_does_a_custodian_approve_it(ask, custodians, client_for, change):
    opening, _code = ask(fields=["full_names"])
    OpeningRequest.objects.filter(pk=opening.pk).update(**change)
    opening.refresh_from_db()
    with pytest.raises(AskedOtherwise):
        yes(opening, custodians[0])
    assert not ApprovalShare.objects.exists()
    page = client_for(custodians[0]).get(reverse("witnesses:decide", args=[opening.pk])).content.decode()
    assert "This is not what was asked for" in page
    refuse(opening, reason="It was changed", actor=custodians[0])
    assert opening.state == OpeningState.REFUSED


def test_what_is_changed_while_the_passphrase_is_tried_is_noticed(ask, custodians, monkeypatch):
    opening, _code = ask(fields=["full_names"])
    real = deciding.unlock

    def slow(*args, **kwargs):
        OpeningRequest.objects.filter(pk=opening.pk).update(fields=["full_names", "kin"])
        return real(*args, **kwargs)

    monkeypatch.setattr(deciding, "unlock", slow)
    with pytest.raises(AskedOtherwise):
        yes(opening, custodians[0])
    assert not opening.decisions.exists()


def test_an_entry_that_somebody_adds_does_not_make_it_right(ask, custodians, lawyer):
    opening, _code = ask(fields=["full_names"])
    OpeningRequest.objects.filter(pk=opening.pk).update(fields=["full_names", "kin"])
    opening.refresh_from_db()
    with transaction.atomic():
        log.append(
            Action.OPENING_REQUESTED,
            subject=opening,
            actor=lawyer,
            facts=as_asked.asked_facts(opening),
            case_id=opening.witness.case_id,
        )
    with pytest.raises(AskedOtherwise):
        yes(opening, custodians[0])


def test_a_request_of_which_no_entry_tells_is_none(ask, custodians, witness, lawyer):
    opening, _code = ask()
    invented = OpeningRequest.objects.get(pk=opening.pk)
    invented.pk = None
    invented._state.adding = True
    invented.save(force_insert=True)
    with pytest.raises(AskedOtherwise):
        yes(invented, custodians[0])


def test_one_of_before_whose_entry_says_nothing_of_its_time_still_opens(ask, custodians, lawyer, monkeypatch):
    def of_before(request):
        facts = as_asked.asked_facts(request)
        del facts["expires_at"]
        return facts

    monkeypatch.setattr(asking, "asked_facts", of_before)
    opening, code = ask()
    for user in custodians[:2]:
        yes(opening, user)
    assert open_identity(opening, opening_code=code, actor=lawyer).full_names


def test_an_emergency_is_asked_and_opened_as_before_and_stays_one(witness, custodians, lawyer):
    opening, code = request_emergency(witness, justification=DANGER, fields=["full_names"], actor=lawyer)
    for user in custodians[:2]:
        yes(opening, user)
    OpeningRequest.objects.filter(pk=opening.pk).update(emergency=False)
    opening.refresh_from_db()
    with pytest.raises(AskedOtherwise):
        open_identity(opening, opening_code=code, actor=lawyer)
    withdraw(opening, actor=lawyer)
    assert opening.state == OpeningState.WITHDRAWN


def test_a_program_and_a_page_are_told_what_to_do(ask, custodians, lawyer, client_for):
    opening, code = ask(fields=["full_names"])
    for user in custodians[:2]:
        yes(opening, user)
    OpeningRequest.objects.filter(pk=opening.pk).update(fields=["full_names", "kin"])
    typed = {"opening_code": code, "password": PASSWORD}
    address = reverse("witnesses:opening", args=[opening.pk])
    answer = client_for(lawyer).post(address, typed)
    assert answer.status_code == 409
    assert "changed in the database" in answer.content.decode()
    assert NAME_FA not in answer.content.decode()


def test_its_time_ends_while_locks_are_waited_for(ask, custodians, lawyer, monkeypatch):
    opening, code = ask()
    for user in custodians[:2]:
        yes(opening, user)
    real = opening_act.first_met

    def slow(*args, **kwargs):
        opening.expires_at = timezone.now()
        return real(*args, **kwargs)

    monkeypatch.setattr(opening_act, "first_met", slow)
    with pytest.raises(RequestClosed, match="ran out"):
        open_identity(opening, opening_code=code, actor=lawyer)


@pytest.fixture
def check(case, witness, lawyer):
    return ask_for_leak_check(case, reason=REASON, actor=lawyer)


@pytest.fixture
def foreign(other_case, outsider, custodians):
    """A witness of a case that has nothing to do with the check."""
    return register_witness(case=other_case, identity=IDENTITY, actor=outsider)


def agree(session, user):
    return approve_session(session, passphrase=PASSPHRASES[user.username], reason="Agreed", actor=user)


def slip_in(session, witness):
    SessionIdentity.objects.create(session=session, sealed_identity=witness.identities.get())


def test_no_identity_is_slipped_into_a_session_before_the_approvals(check, foreign, custodians, client_for):
    session, _code = check
    agree(session, custodians[0])
    slip_in(session, foreign)
    with pytest.raises(AskedOtherwise):
        agree(session, custodians[1])
    page = client_for(custodians[1]).get(reverse("witnesses:session", args=[session.pk])).content.decode()
    assert "This is not what was asked for" in page
    assert not QuorumShare.objects.filter(sealed_identity__witness=foreign).exists()
    refuse_session(session, reason="It was changed", actor=custodians[1])
    assert session.state == QuorumState.REFUSED


def test_nor_while_a_passphrase_is_tried(check, foreign, custodians, monkeypatch):
    session, _code = check
    real = approving.unlock

    def slow(*args, **kwargs):
        slip_in(session, foreign)
        return real(*args, **kwargs)

    monkeypatch.setattr(approving, "unlock", slow)
    with pytest.raises(AskedOtherwise):
        agree(session, custodians[0])


def test_nor_after_the_quorum(check, foreign, custodians, lawyer):
    session, code = check
    for user in custodians[:2]:
        agree(session, user)
    slip_in(session, foreign)
    with pytest.raises(AskedOtherwise), opened_identities(session, code=code, actor=lawyer):
        pass
    session.refresh_from_db()
    assert session.state == QuorumState.APPROVED


@pytest.mark.parametrize(
    "change",
    [{"expires_at": timezone.now() + timedelta(days=30)}, {"reason": "Another"}, {"threshold": 3}],
)
def test_a_session_that_was_changed_is_not_carried_out(check, custodians, lawyer, change):
    session, code = check
    for user in custodians[:2]:
        agree(session, user)
    QuorumSession.objects.filter(pk=session.pk).update(**change)
    with pytest.raises(AskedOtherwise), opened_identities(session, code=code, actor=lawyer):
        pass
