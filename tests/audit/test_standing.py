"""The page of the log's state goes on to name what was found, and puts verifications and stamps in the order of the log."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.keys import PUBLIC_FILE
from audit.models import Entry, VerificationRun
from audit.sequencing import sequence_pending
from audit.standing import standing
from tests.audit.conftest import CLERK
from tests.tampering import tamper

ClientFor = Callable[[User | None], Client]
Write = Callable[[int], list[Entry]]
Verify = Callable[[Client], Any]


def rename(old: str, new: str) -> None:
    tamper("UPDATE audit_entry SET actor = %s WHERE actor = %s AND subject_id = '1'", (new, old))


def test_breaks_that_were_found_stay_on_the_page_after_later_runs_found_none(
    desk: Client, verify: Verify, write: Write
) -> None:
    actor = write(3)[0].actor
    rename(actor, "user:x")
    broken = verify(desk).context["run"]
    assert standing().broken is None  # the verdict itself says it
    rename("user:x", actor)
    for _again in range(6):
        verify(desk)
    found = standing()
    assert found.verified is not None
    assert found.verified.ok
    assert broken.pk not in [run.pk for run in found.runs]
    assert found.broken is not None
    assert found.broken.run == broken.pk
    page = desk.get(reverse("audit:state")).content.decode()
    assert 'id="found-breaks"' in page
    assert reverse("audit:run", args=[broken.pk]) in page


def test_a_verification_under_a_clock_set_back_stands_first_and_the_verdict_leads_to_it(
    desk: Client, verify: Verify, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3)
    for _again in range(6):
        verify(desk)
    sequence_pending()
    rename("system:clerk", "user:x")
    back = timezone.now() - timedelta(days=1)
    with monkeypatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: back)
        verify(desk)
    [newest] = VerificationRun.objects.filter(requested_at=back)
    found = standing()
    assert found.runs[0].pk == newest.pk
    assert found.verified is not None
    assert not found.verified.ok
    assert found.verified.run == newest.pk
    page = desk.get(reverse("audit:state")).content.decode()
    assert page.count(reverse("audit:run", args=[newest.pk])) == 2


@pytest.mark.postgres
@pytest.mark.django_db
def test_entries_that_get_no_place_are_not_signed_either(write: Write, log_key: Path) -> None:
    """Whatever keeps the tree from growing, the page must not take it for a log in which nothing happens."""
    write(3)
    sign_checkpoint(actor=CLERK)
    sequence_pending()
    tamper("UPDATE audit_checkpoint SET made_at = %s", (timezone.now() - timedelta(days=2),))
    assert not standing().signing_overdue
    with transaction.atomic():
        for number in range(2):
            log.append(Action.EVIDENCE_RECEIVED, subject=log.Subject("a.thing", str(number)), actor=CLERK)
    found = standing()
    assert found.waiting == 2
    assert found.signing_overdue
    assert found.signed is not None
    assert found.signed.uncovered == 2


def said_of_the_checkpoint(desk: Client) -> str:
    """What the page of the state says beside "Last checkpoint", as a reader sees it."""
    page = desk.get(reverse("audit:state")).content.decode()
    [row] = re.findall(r"<dt>Last checkpoint</dt>\s*<dd>(.*?)</dd>", page, re.DOTALL)[:1]
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


def test_of_a_checkpoint_only_the_signature_is_said_to_have_been_looked_at(
    desk: Client, write: Write, log_key: Path
) -> None:
    """Opening the page reads no entry, so it must not call them verified."""
    write(3)
    size = sign_checkpoint(actor=CLERK).size
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_id = '1' AND subject_kind = 'test.thing'")
    said = said_of_the_checkpoint(desk)
    assert "Verified" not in said
    assert said.startswith("The signature fits")
    assert f"the note alone was looked at just now, not the {size} entries under it" in said


def test_a_signature_that_does_not_fit_and_one_that_nobody_can_check_are_said_to_be_that(
    desk: Client, write: Write, log_key: Path
) -> None:
    write(3)
    sign_checkpoint(actor=CLERK)
    public = log_key.parent / PUBLIC_FILE
    kept = public.read_text()
    public.unlink()
    assert "the log's public key is not at hand" in html.unescape(said_of_the_checkpoint(desk))
    public.write_text(kept)
    public.chmod(0o600)
    tamper("UPDATE audit_checkpoint SET root = %s", (b"\x01" * 32,))
    assert said_of_the_checkpoint(desk).startswith("The signature does not fit")


def test_the_numbers_of_the_page_add_up(desk: Client, write: Write, log_key: Path) -> None:
    write(3)
    checkpoint = sign_checkpoint(actor=CLERK)
    found = standing()
    assert found.signed is not None
    assert found.size == checkpoint.size + found.signed.since
    assert "1 entry since: that of the signing, which only the next one can cover" in said_of_the_checkpoint(
        desk
    )
    write(2)
    found = standing()
    assert found.signed is not None
    assert found.size == checkpoint.size + found.signed.since
    assert f"{found.signed.since} entries since, that of the signing among them" in said_of_the_checkpoint(
        desk
    )


@pytest.mark.postgres
@pytest.mark.django_db
def test_entries_that_wait_are_counted_among_those_since_and_it_is_said(
    desk: Client, write: Write, log_key: Path
) -> None:
    write(3)
    checkpoint = sign_checkpoint(actor=CLERK)
    sequence_pending()
    with transaction.atomic():
        log.append(Action.EVIDENCE_RECEIVED, subject=log.Subject("a.thing", "1"), actor=CLERK)
    found = standing()
    assert found.signed is not None
    assert found.size + found.waiting == checkpoint.size + found.signed.since
    assert "those that wait for their place are counted in" in said_of_the_checkpoint(desk)
