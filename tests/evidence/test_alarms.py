"""An alarm stays until a person closes it and says why."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.errors import NotPermitted
from accounts.models import User
from audit.models import Entry
from cases.models import Case
from evidence.alarms import alarms, alarms_of, close_alarm, open_alarms, raise_alarm
from evidence.derivative_words import DerivativeKind
from evidence.errors import AlarmClosed, BadReason
from evidence.fixity import check_fixity
from evidence.lineage import CopyFacts, add_copy
from evidence.models import FixityAlarm
from evidence.vocabulary import AlarmState
from tests.evidence.conftest import TakeIn
from tests.evidence.test_intake import stored_files
from tests.evidence.things import put_on_the_shelf

WHY = "Restored from the backup of Tuesday"


@pytest.fixture
def alarm(take_in: TakeIn, house: Path, auditor: User) -> FixityAlarm:
    """About an object that was away and is back."""
    item = take_in()
    [path] = stored_files(house)
    content = path.read_bytes()
    path.unlink()
    check_fixity(item, actor=auditor)
    path.write_bytes(content)
    return FixityAlarm.objects.get()


def test_a_later_clean_check_is_shown_but_closes_nothing(alarm: FixityAlarm, auditor: User) -> None:
    item = alarm.object.receipts.get()
    check_fixity(item, actor=auditor)
    [shown] = alarms(auditor)
    assert (shown.closed_at, shown.later_finding) == (None, "verified")
    assert list(alarms_of(item)) == [alarm]
    assert open_alarms().count() == 1


def test_it_is_closed_once_with_a_reason_that_the_log_commits_to(alarm: FixityAlarm, auditor: User) -> None:
    with pytest.raises(BadReason):
        close_alarm(alarm, reason="  fixed  ", actor=auditor)
    close_alarm(alarm, reason=WHY, actor=auditor)
    alarm.refresh_from_db()
    assert (alarm.closed_by, alarm.closing_reason) == (auditor, WHY)
    [entry] = Entry.objects.filter(action="vault.alarm_closed")
    assert WHY.encode() not in bytes(entry.body)
    with pytest.raises(AlarmClosed):
        close_alarm(alarm, reason=WHY, actor=auditor)
    assert open_alarms().count() == 0


def test_what_is_still_broken_raises_a_new_one_after_the_closing(
    alarm: FixityAlarm, auditor: User, house: Path
) -> None:
    close_alarm(alarm, reason=WHY, actor=auditor)
    item = alarm.object.receipts.get()
    stored_files(house)[0].unlink()
    for _time in range(2):
        check_fixity(item, actor=auditor)
    assert FixityAlarm.objects.count() == 2
    assert open_alarms().count() == 1


def test_only_who_reviews_custody_closes_or_lists(
    alarm: FixityAlarm, lawyer: User, administrator: User
) -> None:
    for user in (lawyer, administrator):
        with pytest.raises(NotPermitted):
            close_alarm(alarm, reason=WHY, actor=user)
        assert list(alarms(user)) == []


def test_an_alarm_about_the_store_stands_on_no_item(case: Case, lawyer: User) -> None:
    ring = put_on_the_shelf(case, lawyer)
    with transaction.atomic():
        raise_alarm(AlarmState.STORE_AWAY, about=None, actor=lawyer)
    assert list(alarms_of(ring)) == []


def test_the_page_of_an_alarm_about_the_store_speaks_of_no_item(
    take_in: TakeIn, auditor: User, lawyer: User, administrator: User, client: Client
) -> None:
    item = take_in()
    with transaction.atomic():
        alarm = raise_alarm(AlarmState.STORE_AWAY, about=None, actor=auditor)
    address = reverse("evidence:alarm", args=[alarm.pk])
    client.force_login(auditor)
    page = client.get(address).content.decode()
    assert "The store as a whole" in page
    assert "about no single item" in page
    assert "members of the item" not in page
    assert "No file was read or stored since" in page
    check_fixity(item, actor=auditor)
    assert "A file was read or stored:" in client.get(address).content.decode()
    assert "A file was read or stored:" in client.get(reverse("evidence:alarms")).content.decode()
    for user in (lawyer, administrator):
        client.force_login(user)
        assert client.get(address).status_code in (403, 404)
    assert "store was not reachable" in client.get("/").content.decode()


def test_an_alarm_about_something_that_was_made_names_its_item_and_what_it_is(
    take_in: TakeIn,
    house: Path,
    lawyer: User,
    auditor: User,
    client: Client,
    capsys: pytest.CaptureFixture[str],
) -> None:
    item = take_in()
    before = set(stored_files(house))
    told = CopyFacts(DerivativeKind.TRANSLATION, original_name="t.txt", language="fa")
    copy = add_copy(item, io.BytesIO(b"a translation"), facts=told, actor=lawyer)
    [path] = set(stored_files(house)) - before
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(SystemExit):
        call_command("check_fixity")
    assert f"{item.reference} (translation {copy.number}): truncated" in capsys.readouterr().out
    client.force_login(auditor)
    page = client.get(reverse("evidence:alarms")).content.decode()
    assert "No exhibit" not in page
    assert "Translation" in page
    assert item.reference in page
    assert (
        item.reference
        in client.get(reverse("evidence:alarm", args=[FixityAlarm.objects.get().pk])).content.decode()
    )


def test_the_filter_for_open_alarms_is_no_verb_in_persian(client: Client, auditor: User) -> None:
    client.force_login(auditor)
    page = client.get(reverse("evidence:alarms"), headers={"accept-language": "fa"}).content.decode()
    assert "باز کردن" not in page
    assert ">باز" in page
