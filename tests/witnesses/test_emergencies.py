"""The path for a danger to life: faster and louder, with the same quorum, and looked at afterwards."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotPermitted
from audit.actions import Action
from audit.models import Entry
from cases.errors import CaseError
from tests.conftest import PASSWORD
from tests.witnesses.conftest import CANARIES, DANGER, NAME_FA, PASSPHRASES
from tests.witnesses.residue import traces
from witnesses.alarms import unseen_alarms
from witnesses.emergencies import emergencies_to_review, is_overdue, review_emergency
from witnesses.errors import (
    AlreadyReviewed,
    NothingToReview,
    QuotaMet,
    ReasonMissing,
    RequestClosed,
    WrongPerson,
)
from witnesses.models import EmergencyReview, OpeningRequest, SealedIdentity, WitnessAlarm
from witnesses.opening import approve, open_identity, request_emergency
from witnesses.queries import openings_to_decide


@pytest.fixture
def cry(witness, lawyer):
    def make(**changes):
        wish = {"justification": DANGER, "fields": ["full_names"], "actor": lawyer, **changes}
        return request_emergency(witness, **wish)

    return make


@pytest.fixture
def shown(cry, custodians, lawyer):
    opening, code = cry()
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    open_identity(opening, opening_code=code, actor=lawyer)
    return opening


def test_it_still_needs_two_custodians(cry, custodians, lawyer):
    opening, code = cry()
    approve(opening, passphrase=PASSPHRASES["custodian_a"], reason="Needed", actor=custodians[0])
    with pytest.raises(RequestClosed, match="waits"):
        open_identity(opening, opening_code=code, actor=lawyer)
    approve(opening, passphrase=PASSPHRASES["custodian_b"], reason="Needed", actor=custodians[1])
    assert open_identity(opening, opening_code=code, actor=lawyer).full_names[0].text == NAME_FA


def test_no_identity_opens_to_fewer_than_two_whatever_the_path(witness):
    """The database itself holds it."""
    identity = witness.identities.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        SealedIdentity.objects.create(
            witness=witness,
            version=9,
            suite=identity.suite,
            nonce=identity.nonce,
            ciphertext=identity.ciphertext,
            threshold=1,
            shares=3,
            sealed_by=identity.sealed_by,
        )


def test_all_custodians_and_auditors_are_alarmed_at_once_and_it_stands_first(
    cry, ask, custodians, auditor, lawyer
):
    cry()
    ask()
    assert [one.emergency for one in openings_to_decide(custodians[0])] == [True, False]
    for user in (*custodians, auditor):
        assert unseen_alarms(user).get().person == lawyer


def test_it_runs_out_sooner_and_goes_past_the_ordinary_quota_but_has_one_of_its_own(cry, ask, settings):
    settings.DADKHAH_OPENING_QUOTAS = settings.DADKHAH_OPENING_QUOTAS | {"requests_per_person": 1}
    ask()
    with pytest.raises(QuotaMet):
        ask()
    opening, _code = cry()
    assert opening.expires_at - opening.created_at == timedelta(hours=4)
    cry()
    with pytest.raises(QuotaMet, match="Call the custodians"):
        cry()


def test_the_ordinary_limits_do_not_hold_up_what_saves_a_life(shown, cry, custodians, lawyer, settings):
    settings.DADKHAH_OPENING_QUOTAS = settings.DADKHAH_OPENING_QUOTAS | {
        "openings_per_person": 0,
        "openings_per_case": 0,
    }
    opening, code = cry()
    for user in custodians[1:]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    assert open_identity(opening, opening_code=code, actor=lawyer).full_names


def test_a_danger_has_to_be_said_in_words(cry):
    with pytest.raises(ReasonMissing, match="40"):
        cry(justification="urgent")
    assert not WitnessAlarm.objects.exists()
    assert not OpeningRequest.objects.exists()


def test_outsiders_and_custodians_cannot_cry(cry, outsider, custodians):
    with pytest.raises(CaseError):
        cry(actor=outsider)
    with pytest.raises(NotPermitted):
        cry(actor=custodians[0])


def test_somebody_who_took_no_part_reviews_it_once(shown, custodians, lawyer, auditor):
    assert list(emergencies_to_review(custodians[0])) == []
    for user in (custodians[2], auditor):
        assert emergencies_to_review(user).get() == shown
    with pytest.raises(NotPermitted):
        review_emergency(shown, justified=True, reason="It was needed", actor=lawyer)
    with pytest.raises(WrongPerson):
        review_emergency(shown, justified=True, reason="It was needed", actor=custodians[1])
    with pytest.raises(ReasonMissing):
        review_emergency(shown, justified=True, reason=" ", actor=auditor)
    review_emergency(shown, justified=False, reason="Nobody was followed", actor=custodians[2])
    with pytest.raises(AlreadyReviewed):
        review_emergency(shown, justified=True, reason="It was needed", actor=auditor)
    assert not emergencies_to_review(auditor).exists()
    assert EmergencyReview.objects.get().justified is False


def test_what_was_not_shown_needs_no_review(cry, ask, auditor):
    for opening in (cry()[0], ask()[0]):
        with pytest.raises(NothingToReview):
            review_emergency(opening, justified=True, reason="It was needed", actor=auditor)
    assert not emergencies_to_review(auditor).exists()


@pytest.mark.parametrize("change", [{"emergency": False}, {"state": "expired"}], ids=["flag", "state"])
def test_an_emergency_is_reviewed_though_its_row_says_that_it_was_none(shown, auditor, change):
    OpeningRequest.objects.filter(pk=shown.pk).update(**change)
    assert emergencies_to_review(auditor).get() == shown
    review_emergency(shown, justified=False, reason="Nobody was followed", actor=auditor)
    assert not emergencies_to_review(auditor).exists()


def test_a_review_that_nobody_makes_is_shown_as_overdue(shown):
    shown.refresh_from_db()
    assert not is_overdue(shown)
    shown.opened_at = timezone.now() - timedelta(days=3, seconds=1)
    assert is_overdue(shown)


def test_the_log_says_that_it_was_an_emergency_and_not_which_danger(shown, auditor):
    review_emergency(shown, justified=True, reason="I called the family", actor=auditor)
    entries = Entry.objects.order_by("recorded_at", "id")
    actions = [entry.action for entry in entries]
    assert Action.EMERGENCY_REQUESTED in actions
    assert Action.OPENING_REQUESTED not in actions
    assert actions[-1] == Action.EMERGENCY_REVIEWED
    opened = entries.get(action=Action.IDENTITY_OPENED)
    assert b'"emergency":true' in bytes(opened.body)
    bodies = b"".join(bytes(entry.body) for entry in entries)
    assert traces(bodies, [*CANARIES, DANGER, "I called the family"]) == []


def test_the_whole_way_by_page(client_for, witness, lawyer, custodians, auditor):
    form = {
        "justification": DANGER,
        "fields_wanted": ["full_names"],
        "seconds": 60,
        "confirmation": witness.pseudonym,
        "password": PASSWORD,
    }
    address = reverse("witnesses:request_emergency", args=[witness.case_id, witness.pk])
    client = client_for(lawyer)
    assert client.post(address, {**form, "justification": "soon"}).status_code == 422
    answer = client.post(address, form)
    code = str(answer.context["code"])
    opening = OpeningRequest.objects.get()
    for user in custodians[:2]:
        desk = client_for(user).get("/").content.decode()
        assert "danger to life" in desk
        page = client_for(user).get(reverse("witnesses:decide", args=[opening.pk])).content.decode()
        assert "Danger to life" in page
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    shown = client.post(
        reverse("witnesses:opening", args=[opening.pk]), {"opening_code": code, "password": PASSWORD}
    )
    assert NAME_FA in shown.content.decode()
    review = reverse("witnesses:review", args=[opening.pk])
    reader = client_for(auditor)
    assert review in reader.get(reverse("witnesses:alarms")).content.decode()
    page = reader.get(review)
    assert DANGER not in page.content.decode()
    assert DANGER in client_for(custodians[2]).get(review).content.decode()
    assert traces(page.content, CANARIES) == []
    partial = client_for(custodians[0]).post(review, {"found": "justified", "reason": "It was needed"})
    assert partial.status_code == 403
    assert reader.post(review, {"found": "justified", "reason": "It was needed"}).status_code == 302
    assert "There was a danger to life" in reader.get(review).content.decode()
    sensitive = reader.get(reverse("audit:sensitive")).content.decode()
    assert "because of a danger to life" in sensitive
