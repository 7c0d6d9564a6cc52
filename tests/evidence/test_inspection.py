"""What an item is, by its content; a failure is shown and can be tried again."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone, translation

from accounts.models import User
from audit.models import Entry
from evidence.inspection import inspect, retry_inspection
from evidence.media_types import identify, tool
from evidence.models import EvidenceItem
from evidence.pending import MOST_TRIES, requeue_pending
from evidence.stopped import Stopped
from tests.evidence.conftest import TakeIn
from tests.evidence.test_intake import stored_files

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x02\0\0\0", "image/png"),
        ("متن ساده".encode(), "text/plain"),
        (b"", "application/x-empty"),
        (b"X-Mailer: x\r\nFrom: a@example.org\r\nSubject: s\r\n\r\ntext", "message/rfc822"),
        ("X-Spam: no\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nTo: ب\n\nمتن".encode(), "message/rfc822"),
        (b"To: all\n\nNo message at all.", "text/plain"),
        (b"Once there was a letter.\nFrom: a\nTo: b\n", "text/plain"),
    ],
)
def test_a_type_comes_from_content(head: bytes, media_type: str) -> None:
    assert identify(head) == media_type
    assert tool().startswith("libmagic 5.")


def test_a_wrong_name_changes_nothing_and_custody_names_the_tool(take_in: TakeIn) -> None:
    item = take_in(PDF, original_name="holiday.jpg")
    inspect(item.pk)
    item.refresh_from_db()
    assert (item.media_type, item.inspection_failure) == ("application/pdf", "")
    event = item.custody.get(kind="format_identified")
    assert (event.tool, event.agent) == (tool(), "system:inspection")
    assert Entry.objects.filter(action="evidence.format_identified").count() == 1


def test_running_twice_changes_nothing(take_in: TakeIn) -> None:
    item = take_in()
    inspect(item.pk)
    inspect(item.pk)
    assert item.custody.filter(kind="format_identified").count() == 1


def test_a_failure_is_shown_counted_and_can_be_tried_again(
    take_in: TakeIn, house: Path, lawyer: User, django_capture_on_commit_callbacks
) -> None:
    item = take_in(PDF)
    (path,) = stored_files(house)
    aside = path.rename(house / "aside")
    inspect(item.pk)
    item.refresh_from_db()
    assert item.inspected_at is None
    assert item.inspection_failure == Stopped.GONE
    assert item.inspection_tries == 1
    with translation.override("fa"):
        assert item.why_not_examined == str(Stopped.GONE.label)
        assert not item.why_not_examined.isascii()
    aside.rename(path)
    with django_capture_on_commit_callbacks(execute=True):
        retry_inspection(item, actor=lawyer)
    item.refresh_from_db()
    assert item.media_type == "application/pdf"


def test_taking_in_asks_for_the_inspection_on_commit(
    take_in: TakeIn, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        item = take_in(PDF)
    item.refresh_from_db()
    assert item.media_type == "application/pdf"


def test_what_the_queue_lost_is_found_in_the_database_but_not_tried_for_ever(take_in: TakeIn) -> None:
    fresh, lost, hopeless = take_in(PDF), take_in(b"a"), take_in(b"b")
    old = timezone.now() - timedelta(hours=1)
    EvidenceItem.objects.filter(pk__in=[lost.pk, hopeless.pk]).update(received_at=old)
    EvidenceItem.objects.filter(pk=hopeless.pk).update(
        inspection_tries=MOST_TRIES, inspection_failure="given up"
    )
    assert requeue_pending() == 1
    assert requeue_pending() == 0
    assert list(EvidenceItem.objects.filter(inspected_at=None).order_by("received_at")) == [hopeless, fresh]


def test_a_file_over_which_every_worker_died_is_given_up_and_may_be_tried_again(
    take_in: TakeIn,
    lawyer: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks,
) -> None:
    item = take_in(PDF)
    EvidenceItem.objects.filter(pk=item.pk).update(received_at=timezone.now() - timedelta(hours=1))

    def dies(_item: object) -> str:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("evidence.inspection._identify", dies)
        for _worker in range(MOST_TRIES):
            with pytest.raises(SystemExit):
                inspect(item.pk)
        assert requeue_pending() == 1
        assert requeue_pending() == 0
    item.refresh_from_db()
    assert item.inspection_failure == Stopped.OTHER
    with django_capture_on_commit_callbacks(execute=True):
        retry_inspection(item, actor=lawyer)
    item.refresh_from_db()
    assert (item.media_type, item.inspection_failure) == ("application/pdf", "")


def test_a_store_that_is_away_is_waited_for_and_blamed_on_no_file(take_in: TakeIn, house: Path) -> None:
    item = take_in(PDF)
    EvidenceItem.objects.update(received_at=timezone.now() - timedelta(hours=1))
    vault = house / "data" / "vault"
    vault.rename(vault.with_name("unmounted"))
    for _round in range(2 * MOST_TRIES):
        inspect(item.pk)
        # Nobody is sent to wait for it meanwhile.
        assert requeue_pending() == 0
    item.refresh_from_db()
    assert (item.inspection_failure, item.inspection_tries) == (Stopped.VAULT_AWAY, 0)
    vault.with_name("unmounted").rename(vault)
    assert requeue_pending() == 1
    item.refresh_from_db()
    assert (item.media_type, item.inspection_failure) == ("application/pdf", "")


def test_what_was_noted_before_there_were_codes_is_still_shown() -> None:
    assert EvidenceItem(inspection_failure="An older sentence.").why_not_examined == "An older sentence."


def test_what_came_in_under_a_clock_that_ran_ahead_is_not_left_waiting_for_it(take_in: TakeIn) -> None:
    item = take_in(PDF)
    EvidenceItem.objects.filter(pk=item.pk).update(received_at=timezone.now() + timedelta(days=9999))
    assert requeue_pending() == 1


def test_a_queue_that_is_away_stops_no_intake(
    take_in: TakeIn, django_capture_on_commit_callbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_item_id: object) -> None:
        raise ConnectionError("the broker does not answer")

    monkeypatch.setattr("evidence.intake.ask_for_inspection", away)
    with django_capture_on_commit_callbacks(execute=True):
        item = take_in(b"a note")
    assert EvidenceItem.objects.get(pk=item.pk).inspected_at is None
