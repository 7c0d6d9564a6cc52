"""One person under two pseudonyms: found by quorum alone, shown once by pseudonym and kind, and kept nowhere."""

import json

import pytest
from django.urls import reverse

from accounts.errors import NotPermitted
from audit.actions import Action
from audit.models import Entry
from cases.membership import open_case
from tests.witnesses.conftest import CANARIES, IDENTITY, PASSPHRASES
from tests.witnesses.test_quorum import actions, yes
from witnesses.errors import NothingToGather, RequestClosed, WrongPerson
from witnesses.leaks.pairs import Likeness
from witnesses.leaks.surety import Surety
from witnesses.models import QuorumPurpose, QuorumSession, QuorumState
from witnesses.quorum.duplicates import ask_for_duplicates, compare_identities
from witnesses.quorum.opened import opened_identities
from witnesses.register import register_witness

WHY = "One of them may have been asked twice"


@pytest.fixture
def twin(witness, lawyer):
    """The same person in another case, under another pseudonym."""
    other = open_case(reference="DK-TWIN", title="Another ward", actor=lawyer)
    return register_witness(case=other, identity=IDENTITY, actor=lawyer)


@pytest.fixture
def asked(twin, custodians):
    """The session that the first custodian asked for, with the approvals of the others, and its code."""
    session, code = ask_for_duplicates(references=(), reason=WHY, actor=custodians[0])
    return session, code


def test_two_others_approve_and_the_pair_is_shown_by_pseudonym_and_kind(
    asked, custodians, witness, twin
) -> None:
    session, code = asked
    for user in custodians[1:]:
        yes(session, user)
    told = compare_identities(session, code=code, actor=custodians[0])
    (pair,) = told.pairs
    assert {pair.one, pair.other} == {witness.pseudonym, twin.pseudonym}
    assert pair.surety is Surety.SURE
    assert {Likeness.TELEPHONE, Likeness.SAME_NAME} <= set(pair.by)
    assert (told.compared, told.unopened) == (2, 0)
    assert actions()[-2:] == [Action.IDENTITIES_COMPARED, Action.DUPLICATES_SHOWN]
    facts = json.loads(bytes(Entry.objects.get(action=Action.DUPLICATES_SHOWN).body))["facts"]
    assert facts == {"pairs": 1, "compared": 2, "unopened": 0}
    everything = " ".join(str(bytes(one.body)) for one in Entry.objects.all())
    assert not [word for word in CANARIES if word in everything]


def test_an_unknown_case_is_named_and_nobody_is_asked(twin, custodians) -> None:
    with pytest.raises(NothingToGather, match="no case DK-NOWHERE"):
        ask_for_duplicates(references=("DK-TWIN", "DK-NOWHERE"), reason=WHY, actor=custodians[0])
    assert not QuorumSession.objects.exists()


def test_it_happens_once(asked, custodians) -> None:
    session, code = asked
    for user in custodians[1:]:
        yes(session, user)
    compare_identities(session, code=code, actor=custodians[0])
    with pytest.raises(RequestClosed):
        compare_identities(session, code=code, actor=custodians[0])


def test_who_asks_does_not_count_as_one_of_the_quorum(asked, custodians) -> None:
    session, code = asked
    with pytest.raises(WrongPerson):
        yes(session, custodians[0])
    yes(session, custodians[1])
    with pytest.raises(RequestClosed):
        compare_identities(session, code=code, actor=custodians[0])


def test_no_other_custodian_carries_it_out_and_it_opens_no_leak_check(asked, custodians) -> None:
    session, code = asked
    for user in custodians[1:]:
        yes(session, user)
    with pytest.raises(WrongPerson):
        compare_identities(session, code=code, actor=custodians[1])
    with (
        pytest.raises(ValueError, match="another act"),
        opened_identities(session, code=code, actor=custodians[0]),
    ):
        pass


def test_only_custodians_ask(twin, custodians, lawyer, paralegal) -> None:
    for user in (lawyer, paralegal):
        with pytest.raises(NotPermitted):
            ask_for_duplicates(references=(), reason=WHY, actor=user)


def test_cases_can_be_named_and_one_witness_is_not_compared(twin, case, custodians) -> None:
    with pytest.raises(NothingToGather):
        ask_for_duplicates(references=("DK-TWIN", "DK-NONE"), reason=WHY, actor=custodians[0])
    session, _code = ask_for_duplicates(
        references=("DK-TWIN", case.reference), reason=WHY, actor=custodians[0]
    )
    assert session.covered.count() == 2


def test_by_page_the_pair_is_shown_once_and_no_page_shows_it_again(
    client_for, custodians, witness, twin
) -> None:
    first = client_for(custodians[0])
    answer = first.post(reverse("witnesses:duplicates"), {"reason": WHY, "cases": ""})
    session, code = answer.context["session"], str.__str__(answer.context["code"])
    assert session.purpose == QuorumPurpose.DUPLICATES
    page = reverse("witnesses:session", args=[session.pk])
    for user in custodians[1:]:
        other = client_for(user)
        assert "made different on purpose" in other.get(page).content.decode()
        form = {
            "decision": "approve",
            "reason": "Agreed",
            "passphrase": PASSPHRASES[user.username],
            "confirmation": session.reference,
        }
        assert other.post(page, form).status_code == 302
    carry = reverse("witnesses:carry_out", args=[session.pk])
    shown = first.post(carry, {"code": code})
    text = shown.content.decode()
    assert shown.status_code == 200
    assert "no-store" in shown["Cache-Control"]
    assert not [one for one in (witness.pseudonym, twin.pseudonym, "same telephone") if one not in text]
    assert not [word for word in CANARIES if word in text]
    assert twin.pseudonym not in first.post(carry, {"code": code}).content.decode()
    assert twin.pseudonym not in first.get(page).content.decode()
    session.refresh_from_db()
    assert session.state == QuorumState.DONE


def test_references_that_name_nothing_are_a_clear_error(client_for, custodians, witness) -> None:
    answer = client_for(custodians[0]).post(
        reverse("witnesses:duplicates"), {"reason": WHY, "cases": "NONE, \u0000, ،"}
    )
    assert answer.status_code == 422
