"""Whoever asks for everything at once meets a limit, and everybody is told."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotPermitted
from audit.actions import Action
from audit.models import Entry
from cases.membership import add_member
from tests.witnesses.conftest import CANARIES, PASSPHRASES, REASON
from tests.witnesses.residue import traces
from witnesses.alarms import acknowledge, acts_by_now, all_alarms, unseen_alarms
from witnesses.errors import QuotaMet, WrongPassphrase
from witnesses.models import AlarmSeen, OpeningRequest, OpeningState, WitnessAlarm
from witnesses.opening import approve, open_identity


def count(action):
    return Entry.objects.filter(action=action).count()


def seen_once(ask, custodians, lawyer, **changes):
    opening, code = ask(**changes)
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    return open_identity(opening, opening_code=code, actor=changes.get("actor", lawyer))


@pytest.fixture
def quotas(settings):
    settings.DADKHAH_OPENING_QUOTAS = {
        "requests_per_person": 10,
        "openings_per_person": 2,
        "openings_per_case": 3,
        "emergencies_per_person": 1,
    }


def test_fifty_scripted_requests_meet_the_quota_and_an_alarm(ask, lawyer, custodians, auditor):
    refused = 0
    for _number in range(50):
        try:
            ask()
        except QuotaMet:
            refused += 1
    assert (OpeningRequest.objects.count(), refused) == (10, 40)
    assert (count(Action.OPENING_REQUESTED), count(Action.OPENING_QUOTA_MET)) == (10, 40)
    own, house = WitnessAlarm.objects.order_by("raised_at")
    assert (own.person, own.acts, house.person, house.acts) == (lawyer, 8, None, 24)
    assert count(Action.BURST_ALARM) == 2
    for user in (*custodians, auditor):
        assert unseen_alarms(user).count() == 2


def test_a_day_later_there_is_room_again(ask):
    for _number in range(10):
        ask()
    with pytest.raises(QuotaMet):
        ask()
    OpeningRequest.objects.update(created_at=timezone.now() - timedelta(days=1, seconds=1))
    ask()


def test_a_person_is_shown_so_many_identities_a_day_and_the_request_stays(ask, custodians, lawyer, quotas):
    for _number in range(2):
        seen_once(ask, custodians, lawyer)
    opening, code = ask()
    for user in custodians[:2]:
        approve(opening, passphrase=PASSPHRASES[user.username], reason="Needed", actor=user)
    with pytest.raises(QuotaMet, match="come back later"):
        open_identity(opening, opening_code=code, actor=lawyer)
    opening.refresh_from_db()
    assert opening.state == OpeningState.APPROVED
    assert (count(Action.IDENTITY_OPENED), count(Action.OPENING_QUOTA_MET)) == (2, 1)
    OpeningRequest.objects.filter(state=OpeningState.OPENED).update(
        opened_at=timezone.now() - timedelta(days=1, seconds=1)
    )
    assert open_identity(opening, opening_code=code, actor=lawyer).full_names


def test_a_case_shows_so_many_identities_a_day_whoever_asks(ask, case, custodians, lawyer, outsider, quotas):
    add_member(case, user=outsider, actor=lawyer)
    for user in (lawyer, lawyer, outsider):
        seen_once(ask, custodians, lawyer, actor=user)
    with pytest.raises(QuotaMet, match="of this case"):
        seen_once(ask, custodians, lawyer, actor=outsider)


def test_failing_passphrases_raise_the_alarm_too(ask, custodians, settings):
    settings.DADKHAH_OPENING_BURST = {"person": 3, "house": 24}
    opening, _code = ask()
    for _number in range(4):
        with pytest.raises(WrongPassphrase):
            approve(opening, passphrase="five quiet rivers under snow", reason="Needed", actor=custodians[0])
    assert [alarm.person for alarm in WitnessAlarm.objects.all()] == [custodians[0]]


def test_an_alarm_goes_on_for_each_until_they_have_seen_it(ask, custodians, auditor, lawyer, settings):
    settings.DADKHAH_OPENING_BURST = {"person": 1, "house": 24}
    ask()
    alarm = WitnessAlarm.objects.get()
    acknowledge(alarm, actor=custodians[0])
    acknowledge(alarm, actor=custodians[0])
    assert not unseen_alarms(custodians[0]).exists()
    assert unseen_alarms(custodians[1]).get() == alarm
    assert unseen_alarms(auditor).get() == alarm
    assert all_alarms(custodians[0]).get().seen_by_me
    assert (AlarmSeen.objects.count(), count(Action.ALARM_SEEN)) == (1, 1)
    with pytest.raises(NotPermitted):
        acknowledge(alarm, actor=lawyer)
    assert not all_alarms(lawyer).exists()


def test_one_alarm_an_hour_about_one_person_is_enough(ask, settings):
    settings.DADKHAH_OPENING_BURST = {"person": 2, "house": 24}
    for _number in range(5):
        ask()
    assert WitnessAlarm.objects.count() == 1


def test_custodians_and_auditors_find_it_on_their_desks_and_nobody_else(
    client_for, ask, custodians, auditor, lawyer, administrator, settings
):
    settings.DADKHAH_OPENING_BURST = {"person": 1, "house": 24}
    ask()
    alarms = reverse("witnesses:alarms")
    for user in (*custodians, auditor):
        client = client_for(user)
        assert f'href="{alarms}"' in client.get("/").content.decode()
        assert "unusually many at once" in client.get("/").content.decode()
        page = client.get(alarms)
        assert "no-store" in page["Cache-Control"]
        assert lawyer.full_name in page.content.decode()
        assert traces(page.content, [*CANARIES, REASON]) == []
        seen = client.post(reverse("witnesses:see_alarm", args=[WitnessAlarm.objects.get().pk]))
        assert seen.status_code == 302
        assert "unusually many at once" not in client.get("/").content.decode()
    for user in (lawyer, administrator):
        assert client_for(user).get(alarms).status_code == 403


def test_the_page_says_that_the_quota_is_met(client_for, witness, lawyer, settings):
    settings.DADKHAH_OPENING_QUOTAS = settings.DADKHAH_OPENING_QUOTAS | {"requests_per_person": 0}
    answer = client_for(lawyer).post(
        reverse("witnesses:request_opening", args=[witness.case_id, witness.pk]),
        {
            "fields_wanted": ["kin"],
            "reason": REASON,
            "seconds": 60,
            "confirmation": witness.pseudonym,
            "password": "correct horse battery staple",
        },
    )
    assert answer.status_code == 422
    assert "more are not allowed" in answer.content.decode()
    assert REASON in answer.content.decode(), "nothing typed is lost"


def test_the_page_of_alarms_says_what_a_burst_came_to_in_one_more_statement(
    client_for, ask, custodians, lawyer, settings
):
    settings.DADKHAH_OPENING_BURST = {"person": 2, "house": 24}
    for _number in range(2):
        ask()
    own = WitnessAlarm.objects.get()
    client = client_for(custodians[0])
    assert "by now" not in client.get(reverse("witnesses:alarms")).content.decode()
    for _number in range(3):
        ask()
    assert acts_by_now([own]) == {own.pk: 5}
    page = client.get(reverse("witnesses:alarms")).content.decode()
    assert "2 requests, openings and failures within an hour" in page
    assert "5 by now" in page
    # Another's acts are not this person's, and what came hours later has an alarm of its own.
    later = WitnessAlarm.objects.create(kind="burst", person=custodians[0], acts=1)
    house = WitnessAlarm.objects.create(kind="burst", acts=1)
    past = WitnessAlarm.objects.create(
        kind="burst", person=lawyer, acts=8, raised_at=timezone.now() - timedelta(hours=3)
    )
    removal = WitnessAlarm.objects.create(kind="removal", person=lawyer)
    with CaptureQueriesContext(connection) as queries:
        counted = acts_by_now([own, later, house, past, removal])
    assert counted == {own.pk: 5, later.pk: 0, house.pk: 5, past.pk: 0}
    assert len(queries) <= 2
