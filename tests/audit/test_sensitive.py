"""Sensitive acts: counted, tied to nights of the office, found in bursts, and bounded."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit import sensitive
from audit.actions import Action
from audit.actors import Channel, SystemActor
from audit.log import Subject, append
from audit.runs import Asker
from audit.sensitive import BURST_ACTS, Kind, sensitive_acts

ClientFor = Callable[[User | None], Client]
THING = Subject("test.thing", "1")
NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)


@pytest.fixture
def desk(client_for: ClientFor, auditor: User) -> Client:
    return client_for(auditor)


@pytest.fixture
def at(db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Record an act at a moment: `at(moment, Action.IDENTITY_OPENED, actor="user:a")`."""

    def act(
        moment: datetime, action: Action, *, actor: str = "user:a", channel: Channel = Channel.PAGE
    ) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)
        append(action, subject=THING, actor=Asker(actor, channel))
        monkeypatch.undo()

    return act


def of(moment: datetime, days: int = 2) -> Any:
    return sensitive_acts(moment - timedelta(days=days), moment + timedelta(days=days))


def test_acts_are_counted_by_kind(at: Callable[..., None]) -> None:
    at(NOON, Action.IDENTITY_OPENED)
    at(NOON, Action.ROLE_GRANTED)
    at(NOON - timedelta(days=9), Action.ROLE_GRANTED)
    counted = {count.action: count.count for _kind, counts in of(NOON).kinds for count in counts}
    assert counted[Action.IDENTITY_OPENED] == 1
    assert counted[Action.ROLE_GRANTED] == 1
    assert counted[Action.DOSSIER_DOWNLOADED] == 0


def test_counting_stops_and_says_so(at: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensitive, "MOST", 3)
    for _ in range(5):
        at(NOON, Action.ACCESS_REFUSED)
    monkeypatch.setattr(sensitive, "MOST", 3)
    counts = dict(of(NOON).kinds)[Kind.REFUSALS]
    refused = next(count for count in counts if count.action is Action.ACCESS_REFUSED)
    assert (refused.count, refused.more) == (3, True)


def test_a_night_is_a_night_of_the_office(at: Callable[..., None], settings: Any) -> None:
    at(NOON, Action.EVIDENCE_VIEWED, actor="user:day")
    at(NOON.replace(hour=20, minute=30), Action.EVIDENCE_VIEWED, actor="user:late")
    at(NOON.replace(hour=3), Action.EVIDENCE_VIEWED, actor="user:early")
    at(NOON.replace(hour=3), Action.EVIDENCE_VIEWED, actor="system:task", channel=Channel.TASK)
    settings.DADKHAH_OFFICE_ZONE = ZoneInfo("Europe/Stockholm")
    assert {night.actor for night in of(NOON).nights} == {"user:late", "user:early"}
    settings.DADKHAH_OFFICE_ZONE = ZoneInfo("Asia/Tehran")
    assert {night.actor for night in of(NOON).nights} == {"user:late"}


def test_many_sensitive_acts_at_once_are_a_burst_and_slow_ones_are_none(at: Callable[..., None]) -> None:
    for number in range(BURST_ACTS + 2):
        at(NOON + timedelta(seconds=30 * number), Action.EVIDENCE_DOWNLOADED, actor="user:fast")
        at(NOON + timedelta(minutes=30 * number), Action.EVIDENCE_DOWNLOADED, actor="user:slow")
    [burst] = of(NOON).bursts
    assert (burst.actor, burst.count) == ("user:fast", BURST_ACTS + 2)
    assert (burst.since, burst.until) == (NOON, NOON + timedelta(seconds=30 * (BURST_ACTS + 1)))


def test_two_bursts_apart_are_two(at: Callable[..., None]) -> None:
    for hour in (0, 5):
        for number in range(BURST_ACTS):
            at(NOON + timedelta(hours=hour, seconds=number), Action.IDENTITY_OPENED)
    assert [burst.count for burst in of(NOON).bursts] == [BURST_ACTS, BURST_ACTS]


def test_each_count_leads_to_the_entries_that_it_counts(desk: Client, at: Callable[..., None]) -> None:
    now = timezone.now()
    for _ in range(BURST_ACTS):
        at(now - timedelta(hours=1), Action.IDENTITY_OPENED, actor="user:a")
    page = desk.get(reverse("audit:sensitive"))
    [one] = [one for one in page.context["kinds"][0]["counts"] if one["count"]]
    assert len(desk.get(one["href"]).context["rows"]) == BURST_ACTS
    assert len(desk.get(page.context["bursts"][0]["href"]).context["rows"]) == BURST_ACTS


def test_the_page_takes_few_queries_for_a_quarter(desk: Client, at: Callable[..., None]) -> None:
    for hour in range(30):
        at(timezone.now() - timedelta(hours=hour), Action.IDENTITY_OPENED, actor=f"user:{hour}")
    since = (timezone.now() - timedelta(days=90)).date().isoformat()
    with CaptureQueriesContext(connection) as asked:
        answer = desk.get(
            reverse("audit:sensitive"), {"since": since, "until": timezone.now().date().isoformat()}
        )
    assert answer.status_code == 200
    assert len(asked) < 20


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2020-01-01", "until": "2026-01-01"},
        {"since": "2026-01-02", "until": "2026-01-01"},
        {"since": "nonsense", "until": "2026-01-01"},
        {"since": "2026-01-01"},
        {"since": "9999-12-01", "until": "9999-12-31T12:00"},
    ],
)
def test_a_period_that_cannot_be_shown_is_said_and_the_last_month_is_shown(desk: Client, query: Any) -> None:
    answer = desk.get(reverse("audit:sensitive"), query)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert "What stands here are the last 30 days." in answer.content.decode()
    assert answer.context["until"] - answer.context["since"] == timedelta(days=30)


def test_a_period_beyond_the_longest_is_a_mistake_of_ours(db: None) -> None:
    with pytest.raises(ValueError, match="92 days"):
        sensitive_acts(NOON, NOON + timedelta(days=93))


def test_the_system_is_no_person_at_night(at: Callable[..., None]) -> None:
    append(Action.EVIDENCE_IDENTIFIED, subject=THING, actor=SystemActor("inspection"))
    assert of(timezone.now()).nights == []
