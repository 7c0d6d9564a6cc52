"""Sensitive acts: counted, tied to nights of the office, found in bursts, and bounded."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit import sensitive, verified
from audit.actions import Action
from audit.actors import Channel, SystemActor
from audit.log import Subject, append
from audit.models import Entry, VerificationRun
from audit.runs import Asker
from audit.sensitive import BURST_ACTS, sensitive_acts
from audit.sensitive_kinds import Kind
from tests.tampering import tamper

ClientFor = Callable[[User | None], Client]
THING = Subject("test.thing", "1")
NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)


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
    counts = [one for kind in page.context["kinds"] for one in kind["counts"]]
    [one] = [one for one in counts if one["sentence"] == Action.IDENTITY_OPENED.sentence]
    assert len(desk.get(one["href"]).context["rows"]) == BURST_ACTS
    assert len(desk.get(page.context["bursts"][0]["href"]).context["rows"]) == BURST_ACTS


def test_the_period_that_is_shown_unasked_is_the_one_that_is_marked(desk: Client, db: None) -> None:
    page = desk.get(reverse("audit:sensitive"))
    [marked] = [one for one in page.context["periods"] if one["active"]]
    assert marked["label"] == "Last 30 days"
    again = desk.get(reverse("audit:sensitive") + marked["href"])
    assert (again.context["since"], again.context["until"]) == (page.context["since"], page.context["until"])


def test_a_period_without_a_night_is_one_like_any_other(desk: Client, db: None, log_key: object) -> None:
    asked = {"since": "2026-11-26 10:00", "until": "2026-11-26 11:00"}
    page = desk.get(reverse("audit:sensitive"), asked)
    assert (page.status_code, list(page.context["nights"])) == (200, [])
    assert desk.post(reverse("audit:report"), asked).status_code == 200


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


def test_what_was_done_stands_before_what_was_not_which_is_folded(
    desk: Client, at: Callable[..., None]
) -> None:
    at(timezone.now() - timedelta(hours=1), Action.VALUES_ERASED)
    page = desk.get(reverse("audit:sensitive"))
    [kind] = [kind for kind in page.context["kinds"] if kind["label"] == Kind.HOUSE.label]
    assert [one["sentence"] for one in kind["counts"]] == [Action.VALUES_ERASED.sentence]
    assert Action.LOG_KEY_ROTATED.sentence in kind["never"]
    assert len(kind["never"]) == len(Kind.HOUSE.actions) - 1
    [alarms] = [kind for kind in page.context["kinds"] if kind["label"] == Kind.ALARMS.label]
    assert alarms["counts"] == []
    assert f"None found in this period: {len(Kind.ALARMS.actions)}<" in page.content.decode()


# Verifications that found breaks


Verify = Callable[[Client], Any]
Write = Callable[[int], list[Entry]]


def rename(old: str, new: str) -> None:
    tamper("UPDATE audit_entry SET actor = %s WHERE actor = %s AND subject_id = '1'", (new, old))


@pytest.fixture
def found_breaks(desk: Client, write: Write, verify: Verify) -> Any:
    """One verification that found breaks, between two that found none; its page."""
    actor = write(3)[0].actor
    verify(desk)
    rename(actor, "user:x")
    page = verify(desk)
    rename("user:x", actor)
    verify(desk)
    return page


def test_a_verification_that_found_breaks_is_a_sensitive_act_and_one_that_found_none_is_not(
    desk: Client, auditor: User, found_breaks: Any
) -> None:
    page = desk.get(reverse("audit:sensitive"))
    [row] = page.context["broken"]
    assert (page.context["breaks"].count, page.context["breaks"].more) == (1, False)
    assert (row["who"], row["found"].faults) == (
        auditor.full_name,
        found_breaks.context["outcome"].fault_count,
    )
    assert row["href"] == reverse("audit:run", args=[found_breaks.context["run"].pk])
    assert "1 verification found that the log is not what was recorded." in page.content.decode()


def test_where_the_page_of_such_a_verification_is_gone_its_entry_is_shown(
    desk: Client, found_breaks: Any
) -> None:
    VerificationRun.objects.all().delete()
    [row] = desk.get(reverse("audit:sensitive")).context["broken"]
    assert row["href"] == reverse("audit:entry", args=[row["found"].entry.pk])
    assert desk.get(row["href"]).status_code == 200


def test_a_verification_whose_entry_nobody_can_read_any_more_is_shown_as_one_that_found_breaks(
    desk: Client, write: Write, verify: Verify
) -> None:
    write(1)
    verify(desk)
    tamper("UPDATE audit_entry SET body = %s WHERE action = 'log.verified'", (b"{{",))
    [row] = desk.get(reverse("audit:sensitive")).context["broken"]
    assert not row["found"].ok


def test_the_breaks_of_another_period_are_not_shown(desk: Client, found_breaks: Any) -> None:
    page = desk.get(reverse("audit:sensitive"), {"since": "2020-01-01", "until": "2020-02-01"})
    assert page.context["broken"] == []
    assert "None was found in this period." in page.content.decode()


@pytest.mark.parametrize(
    ("language", "said", "never_said"),
    [
        (
            "en",
            ["None was found in this period.", "Nothing was found at night", "None found in this period: "],
            ["Nobody worked", "Not done", "There was none"],
        ),
        ("fa", ["در این دوره موردی یافت نشد.", "کاری در ساعت‌های شب یافت نشد"], ["کار نکرده", "انجام نشده"]),
    ],
)
def test_what_is_not_found_is_not_said_never_to_have_been_done(
    desk: Client, db: None, language: str, said: list[str], never_said: list[str]
) -> None:
    """An index can hide what was done; the page knows only what it found."""
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    period = {"since": "2020-01-01", "until": "2020-02-01"}
    page = desk.get(reverse("audit:sensitive"), period).content.decode()
    assert [words for words in said if words not in page] == []
    assert [words for words in never_said if words in page] == []


def test_reading_verifications_stops_and_says_so(
    desk: Client, found_breaks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verified, "_READ", 1)  # the last, which found none
    page = desk.get(reverse("audit:sensitive"))
    assert (page.context["breaks"].count, page.context["breaks"].more) == (0, True)
    assert "Choose a shorter period" in page.content.decode()


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (Action.LOG_GUARDS_RESTORED, Kind.ALARMS),
        (Action.WITNESSING_REFUSED, Kind.ALARMS),
        (Action.FIXITY_FAILED, Kind.ALARMS),
        (Action.LOG_PUBLISHED, Kind.HANDED_OUT),
        (Action.LOG_EXPORTED, Kind.HANDED_OUT),
        (Action.REGISTER_EXPORTED, Kind.HANDED_OUT),
        (Action.COLLECTOR_TRACE_READ, Kind.REVEALS),
        (Action.CUSTODIAN_REMOVED, Kind.RIGHTS),
        (Action.LOG_KEY_ROTATED, Kind.HOUSE),
        (Action.VAULT_KEY_ROTATED, Kind.HOUSE),
        (Action.EVIDENCE_DISPOSED, Kind.HOUSE),
    ],
)
def test_what_a_reviewer_looks_for_stands_in_its_kind(action: Action, kind: Kind) -> None:
    assert [one for one in Kind if action in one.actions] == [kind]


def test_no_act_is_counted_twice() -> None:
    actions = [action for kind in Kind for action in kind.actions]
    assert len(actions) == len(set(actions))


def test_what_the_page_cannot_look_for_is_told(client_for: ClientFor, auditor: User) -> None:
    where, told = reverse("audit:sensitive"), "The address asks for what this page cannot look for:"
    assert told in client_for(auditor).get(where, {"sinse": "2026-01-01"}).content.decode()
    known = {"since": "2026-07-01", "until": "2026-07-03"}
    assert told not in client_for(auditor).get(where, known).content.decode()
