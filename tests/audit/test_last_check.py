"""The list of entries and the sensitive acts say how the last verification ended, and offer another."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry, VerificationRun
from audit.verified import breaks_found, last_verified
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]
Verify = Callable[[Client], Any]
PAGES = ("audit:entries", "audit:sensitive")


def shown(desk: Client, page: str) -> str:
    answer = desk.get(reverse(page))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def broken_of(said: str) -> list[str]:
    """The verifications that the sensitive acts list as having found breaks."""
    section = said.partition('id="breaks"')[2].partition("</section>")[0]
    return re.findall(r"/log/verifications/([0-9a-f-]+)/", section)


def test_of_the_verifications_that_found_breaks_each_is_listed_once(
    desk: Client, verify: Verify, write: Write, log_key: object
) -> None:
    write(3)
    rename("system:clerk", "user:x")
    first, second, third = (verify(desk).context["run"] for _three in range(3))
    hide_entry_of(second)
    assert broken_of(shown(desk, "audit:sensitive")) == [str(run.pk) for run in (third, second, first)]
    now = timezone.now()
    assert breaks_found(now - timedelta(days=2), now - timedelta(days=1)).count == 0
    assert breaks_found(now - timedelta(days=2), first.ended_at).count == 0  # its entry came a moment later


@pytest.mark.parametrize("page", PAGES)
def test_a_log_that_nobody_verified_is_not_called_whole(desk: Client, write: Write, page: str) -> None:
    write(1)
    said = shown(desk, page)
    assert "Nobody has had the log verified on these pages yet:" in said
    assert "Last found whole" not in said
    assert f'action="{reverse("audit:verify")}"' in said


@pytest.mark.parametrize("page", PAGES)
def test_the_last_verification_is_said_with_how_far_it_reached(
    desk: Client, verify: Verify, write: Write, log_key: object, page: str
) -> None:
    write(3)
    run = verify(desk).context["run"]
    size = Entry.objects.filter(action="log.verified").count() + run.total - 1
    said = shown(desk, page)
    assert "Last found whole:" in said
    assert f"up to entry {size}." in said
    assert f'href="{reverse("audit:run", args=[run.pk])}"' in said
    assert "An earlier verification found breaks" not in said


@pytest.mark.parametrize("page", PAGES)
def test_a_verification_that_found_breaks_stands_at_the_top_until_another_finds_none(
    desk: Client, verify: Verify, write: Write, log_key: object, page: str
) -> None:
    write(3)
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '1' AND subject_kind = 'test.thing'")
    run = verify(desk).context["run"]
    said = shown(desk, page)
    assert "The last verification found that the log is not what was recorded." in said
    assert f'href="{reverse("audit:run", args=[run.pk])}"' in said
    assert "Last found whole" not in said
    tamper("UPDATE audit_entry SET actor = 'system:clerk' WHERE actor = 'user:x'")
    verify(desk)
    said = shown(desk, page)
    assert "Last found whole:" in said
    assert "An earlier verification found breaks:" in said
    assert f'href="{reverse("audit:run", args=[run.pk])}"' in said


def test_a_verification_whose_page_is_gone_is_read_in_its_entry(
    desk: Client, verify: Verify, write: Write, log_key: object
) -> None:
    write(1)
    verify(desk)
    VerificationRun.objects.all().delete()
    entry = Entry.objects.get(action="log.verified")
    said = shown(desk, "audit:entries").partition('id="last-check"')[2].partition("</p>")[0]
    assert reverse("audit:entry", args=[entry.pk]) in said


def rename(old: str, new: str) -> None:
    tamper(
        "UPDATE audit_entry SET actor = %s WHERE actor = %s AND subject_kind = 'test.thing' AND subject_id = '1'",
        (new, old),
    )


def hide_entry_of(run: VerificationRun) -> None:
    """As an index that lacks it would: no list of verifications finds the entry."""
    [hidden] = [
        entry for entry in Entry.objects.filter(action="log.verified") if str(run.pk).encode() in entry.body
    ]
    key = hidden.pk if connection.vendor == "postgresql" else hidden.pk.hex
    tamper("UPDATE audit_entry SET action = 'nothing.known' WHERE id = %s", (key,))


@pytest.mark.parametrize("page", [*PAGES, "audit:state"])
def test_a_verification_that_found_breaks_is_told_though_its_entry_is_hidden(
    desk: Client, verify: Verify, write: Write, log_key: object, page: str
) -> None:
    write(3)
    whole = verify(desk).context["run"]
    rename("system:clerk", "user:x")
    run = verify(desk).context["run"]
    hide_entry_of(run)
    found = last_verified()
    assert found.newest is not None
    assert (found.newest.run, found.newest.ok, found.broken) == (run.pk, False, None)
    said = shown(desk, page)
    top = said.partition('id="runs-title"')[0]
    assert reverse("audit:run", args=[run.pk]) in top
    assert reverse("audit:run", args=[whole.pk]) not in top
    assert "Last found whole" not in said
    if page != "audit:state":
        assert "The last verification found that the log is not what was recorded." in said
    if page == "audit:sensitive":
        assert broken_of(said) == [str(run.pk)]


@pytest.mark.parametrize("page", [*PAGES, "audit:state"])
def test_a_hidden_one_stays_told_after_a_later_one_found_none(
    desk: Client, verify: Verify, write: Write, log_key: object, page: str
) -> None:
    write(3)
    rename("system:clerk", "user:x")
    run = verify(desk).context["run"]
    rename("user:x", "system:clerk")
    last = verify(desk).context["run"]
    VerificationRun.objects.filter(pk=last.pk).delete()  # an entry without a row tells as well
    hide_entry_of(run)
    found = last_verified()
    assert found.newest is not None
    assert (found.newest.run, found.newest.ok) == (last.pk, True)
    assert found.broken is not None
    assert found.broken.run == run.pk
    assert reverse("audit:run", args=[run.pk]) in shown(desk, page).partition('id="runs-title"')[0]


@pytest.mark.parametrize("outcome", ["", "[]", '{"ok": "no", "size": "x"}'])
def test_a_row_that_says_nothing_is_none_that_found_the_log_whole(
    desk: Client, verify: Verify, write: Write, log_key: object, outcome: str
) -> None:
    write(1)
    run = verify(desk).context["run"]
    VerificationRun.objects.filter(pk=run.pk).update(outcome=outcome)
    found = last_verified()
    assert found.newest is not None
    assert not found.newest.ok


def test_a_verification_that_failed_or_goes_on_is_none_that_found_breaks(
    desk: Client, verify: Verify, write: Write, log_key: object
) -> None:
    write(1)
    run = verify(desk).context["run"]
    for state in (VerificationRun.State.FAILED, VerificationRun.State.RUNNING):
        VerificationRun.objects.create(
            actor="user:x", channel="page", requested_at=timezone.now(), state=state, ended_at=timezone.now()
        )
    found = last_verified()
    assert found.newest is not None
    assert (found.newest.run, found.newest.ok, found.broken) == (run.pk, True, None)


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_keep_to_few_queries(
    desk: Client, verify: Verify, write: Write, log_key: object, page: str
) -> None:
    write(60)
    verify(desk)
    with CaptureQueriesContext(connection) as asked:
        desk.get(reverse(page))
    assert len(asked) < 20
