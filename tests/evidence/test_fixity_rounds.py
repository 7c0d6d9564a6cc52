"""Rounds: every object that is due is read once, a kill loses nothing, and a disk that is away accuses nobody."""

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import NotPermitted
from accounts.models import User
from audit.actors import Channel, SystemActor
from audit.models import Checkpoint, Entry
from audit.proof_file import CHECK_TREE
from config import reconciling
from evidence import fixity_rounds
from evidence.errors import RoundGoesOn, VaultUnavailable
from evidence.fixity import check_fixity, check_object
from evidence.fixity_recording import record_in_round
from evidence.fixity_reporting import CHECK_PAPER, take_report
from evidence.fixity_rounds import SILENT_FOR, Share, ask_for_round, unheard, work_on
from evidence.fixity_schedule import read_what_is_due, work_a_share
from evidence.models import EvidenceItem, FixityAlarm, FixityReading, FixityReport, FixityRound, StoredObject
from evidence.vault.facts import CheckOutcome
from evidence.vault.local_store import LocalStore
from evidence.vault.stores import unreadable
from evidence.vocabulary import ReadingMethod
from tests.evidence.conftest import TakeIn

BY_HAND = SystemActor("fixity", Channel.COMMAND)


@pytest.fixture
def five(take_in: TakeIn) -> list[EvidenceItem]:
    return [take_in(f"letter {number}".encode()) for number in range(5)]


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The shares that were asked for, instead of a worker."""
    asked: list[str] = []
    monkeypatch.setattr("evidence.fixity_schedule.ask_for_share", lambda pk: asked.append(str(pk)))
    return asked


def full_round(**options: Any) -> FixityRound:
    return worked(ask_for_round(ReadingMethod.FULL, actor=BY_HAND), **options)


def worked(going_on: FixityRound, **options: Any) -> FixityRound:
    work_on(going_on, actor=BY_HAND, **options)
    going_on.refresh_from_db()
    return going_on


def path_of(house: Path, item: EvidenceItem) -> Path:
    name = item.object.name
    return house / "data" / "vault" / "objects" / name[:2] / name


def test_a_round_reads_every_object_once_and_enters_it_in_every_receipt(
    five: list[EvidenceItem], take_in: TakeIn
) -> None:
    again = take_in(b"letter 0", source="another family")
    ended = full_round()
    assert (ended.due, ended.verified, ended.faults) == (5, 5, 0)
    assert FixityReading.objects.filter(round=ended).count() == 5
    for item in [*five, again]:
        event = item.custody.get(kind="fixity_checked")
        assert (event.outcome, event.agent) == ("verified", "system:fixity")
        assert Entry.objects.filter(action="evidence.fixity_checked", subject_id=str(item.pk)).count() == 1


def test_every_damage_is_counted_by_its_kind_and_raises_one_alarm(
    five: list[EvidenceItem], house: Path
) -> None:
    flipped, cut, gone = (path_of(house, item) for item in five[:3])
    for path in (flipped, cut):
        path.chmod(0o600)
    flipped.write_bytes(flipped.read_bytes()[:-1] + b"\0")
    cut.write_bytes(cut.read_bytes()[:-1])
    gone.unlink()
    ended = full_round()
    assert (ended.verified, ended.mismatch, ended.truncated, ended.missing) == (2, 1, 1, 1)
    assert {alarm.object_id: alarm.state for alarm in FixityAlarm.objects.all()} == {
        five[0].object_id: "mismatch",
        five[1].object_id: "truncated",
        five[2].object_id: "missing",
    }
    full_round()
    assert Entry.objects.filter(action="vault.alarm_raised").count() == 3


def test_a_store_that_is_away_is_one_alarm_and_accuses_no_object(
    five: list[EvidenceItem], house: Path
) -> None:
    vault = house / "data" / "vault"
    vault.rename(vault.with_name("unmounted"))
    vault.mkdir()
    for _time in range(2):
        with pytest.raises(VaultUnavailable):
            full_round()
    assert FixityReading.objects.count() == 0
    assert [(alarm.object, alarm.state) for alarm in FixityAlarm.objects.all()] == [(None, "store_away")]
    vault.rmdir()
    vault.with_name("unmounted").rename(vault)
    assert full_round().verified == 5
    assert FixityRound.objects.count() == 1


def test_a_store_that_goes_away_in_the_middle_accuses_no_object(
    five: list[EvidenceItem], house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = house / "data" / "vault"
    read = fixity_rounds.check_object

    def unplugged_after_two(stored: StoredObject) -> object:
        if FixityReading.objects.count() == 2:
            shutil.rmtree(vault)
        return read(stored)

    monkeypatch.setattr(fixity_rounds, "check_object", unplugged_after_two)
    with pytest.raises(VaultUnavailable):
        full_round()
    assert set(FixityReading.objects.values_list("finding", flat=True)) == {"verified"}
    assert FixityAlarm.objects.get().object is None


def test_another_vault_in_the_place_of_ours_accuses_no_object(five: list[EvidenceItem], house: Path) -> None:
    marker = house / "data" / "vault" / "vault.json"
    other = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa"
    content = marker.read_text()
    [own] = [line.split('"')[3] for line in content.splitlines() if '"recipient"' in line]
    marker.chmod(0o600)
    marker.write_text(content.replace(own, other))
    scrub = ask_for_round(ReadingMethod.SCRUB, actor=BY_HAND)
    with pytest.raises(VaultUnavailable, match="another vault"):
        worked(scrub)
    assert FixityReading.objects.count() == 0


def test_one_that_cannot_be_read_is_named_only_if_others_can_be(
    five: list[EvidenceItem], house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sick = {five[0].object.name}
    refuse_to_open(monkeypatch, sick)
    assert full_round().unreadable == 1
    sick |= {item.object.name for item in five}
    with pytest.raises(VaultUnavailable):
        full_round()
    assert FixityReading.objects.filter(finding="unreadable").count() == 1


def refuse_to_open(monkeypatch: pytest.MonkeyPatch, names: set[str]) -> None:
    """As a failing disk does: these objects give an error of the device."""
    opens = LocalStore.open

    def failing(self: LocalStore, name: str) -> object:
        if name in names:
            raise unreadable()
        return opens(self, name)

    monkeypatch.setattr(LocalStore, "open", failing)


def test_a_killed_round_goes_on_where_it_was(five: list[EvidenceItem]) -> None:
    begun = ask_for_round(ReadingMethod.FULL, actor=BY_HAND)
    assert work_on(begun, share=Share(2, 60)) is False
    read = set(FixityReading.objects.values_list("object_id", flat=True))
    assert len(read) == 2
    # As if the process had died with the round in its hand.
    FixityRound.objects.update(lease="dead", beat_at=timezone.now())
    assert work_on(begun) is False
    FixityRound.objects.update(beat_at=timezone.now() - SILENT_FOR - timedelta(seconds=1))
    assert work_on(begun) is True
    begun.refresh_from_db()
    assert (begun.verified, FixityReading.objects.count()) == (5, 5)


def test_a_large_object_is_read_without_a_second_reader(
    five: list[EvidenceItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixity_rounds, "_BYTES_A_SECOND", 1)
    begun = ask_for_round(ReadingMethod.FULL, actor=BY_HAND)
    taken: list[bool] = []

    def slowly(stored: StoredObject) -> CheckOutcome:
        later = timezone.now() + timedelta(seconds=stored.stored_size)
        with monkeypatch.context() as patch:
            patch.setattr("django.utils.timezone.now", lambda: later)
            taken.append(FixityRound.objects.filter(unheard()).exists())
        return check_object(stored)

    monkeypatch.setattr(fixity_rounds, "check_object", slowly)
    assert work_on(begun) is True
    assert taken == [False] * 5


def test_whoever_takes_over_by_hand_stops_the_other(
    five: list[EvidenceItem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixity_rounds, "_BEAT_SECONDS", -1.0)
    begun = ask_for_round(ReadingMethod.FULL, actor=BY_HAND)
    first = fixity_rounds._Work(begun.pk, begun.method, fixity_rounds.ALL, BY_HAND, lambda _round: None)
    assert first.claim(take_over=False)
    assert worked(begun, take_over=True).verified == 5
    assert first.read_share() in (True, False)
    assert FixityReading.objects.count() == 5


def test_an_object_is_recorded_once_in_a_round_however_often_it_is_read(five: list[EvidenceItem]) -> None:
    begun = ask_for_round(ReadingMethod.FULL, actor=BY_HAND)
    found = check_object(five[0].object)
    for _time in range(2):
        record_in_round(begun.pk, five[0].object, found, actor=BY_HAND)
    assert FixityReading.objects.count() == 1
    assert five[0].custody.filter(kind="fixity_checked").count() == 1


def test_a_reading_is_never_changed(five: list[EvidenceItem]) -> None:
    full_round()
    for change in (
        lambda: FixityReading.objects.update(finding="verified"),
        lambda: FixityReading.objects.all().delete(),
        lambda: FixityReport.objects.update(body="{}"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_what_was_read_lately_is_not_due_and_what_was_not_is(
    five: list[EvidenceItem], queued: list[str], settings: Any
) -> None:
    assert read_what_is_due() == 0
    StoredObject.objects.filter(pk=five[0].object_id).update(checked_at=timezone.now() - timedelta(days=91))
    # A moment ahead of the clock was not written by a reading.
    StoredObject.objects.filter(pk=five[1].object_id).update(checked_at=timezone.now() + timedelta(days=9))
    assert read_what_is_due() == 1
    begun = FixityRound.objects.get()
    assert (begun.due, begun.on_demand, queued) == (2, False, [str(begun.pk)])
    work_a_share(begun.pk)
    begun.refresh_from_db()
    assert (begun.verified, begun.ended_at is None) == (2, False)
    StoredObject.objects.update(checked_at=timezone.now() - timedelta(days=91))
    # One scheduled round a day, however many objects become due in it.
    assert read_what_is_due() == 0
    settings.DADKHAH_FIXITY_EVERY = None
    FixityRound.objects.update(started_at=timezone.now() - timedelta(days=2))
    assert read_what_is_due() == 0


def test_a_share_is_bounded_and_a_person_who_waits_gets_the_next_at_once(
    five: list[EvidenceItem], queued: list[str], settings: Any
) -> None:
    settings.DADKHAH_FIXITY_OBJECTS_AT_ONCE = 2
    begun = ask_for_round(ReadingMethod.FULL, actor=BY_HAND)
    work_a_share(begun.pk)
    begun.refresh_from_db()
    assert (begun.read, queued) == (2, [str(begun.pk)])


def test_a_share_that_finds_another_at_work_asks_for_nothing(
    five: list[EvidenceItem], queued: list[str], settings: Any
) -> None:
    settings.DADKHAH_FIXITY_OBJECTS_AT_ONCE = 2
    begun = ask_for_round(ReadingMethod.FULL, actor=BY_HAND)
    FixityRound.objects.filter(pk=begun.pk).update(lease="another", beat_at=timezone.now())
    work_a_share(begun.pk)
    begun.refresh_from_db()
    assert (begun.read, begun.lease, queued) == (0, "another", [])


def test_the_reconciler_does_it(five: list[EvidenceItem]) -> None:
    assert read_what_is_due in reconciling._STEPS


def test_a_scheduled_round_becomes_one_over_everything_when_somebody_asks(
    five: list[EvidenceItem], queued: list[str]
) -> None:
    StoredObject.objects.filter(pk=five[0].object_id).update(checked_at=timezone.now() - timedelta(days=91))
    read_what_is_due()
    asked = ask_for_round(ReadingMethod.FULL, actor=BY_HAND)
    assert (FixityRound.objects.count(), asked.due, asked.on_demand) == (1, 5, True)
    assert worked(asked).verified == 5


def test_a_scrub_needs_no_key_and_leaves_the_custody_alone_unless_it_finds_something(
    five: list[EvidenceItem], house: Path
) -> None:
    path_of(house, five[0]).unlink()
    for key in (house / "keys").glob("vault*.agekey"):
        key.unlink()
    ended = worked(ask_for_round(ReadingMethod.SCRUB, actor=BY_HAND))
    assert (ended.verified, ended.missing) == (4, 1)
    assert [item.custody.filter(kind="fixity_checked").count() for item in five] == [1, 0, 0, 0, 0]
    entry = Entry.objects.get(action="vault.scrubbed")
    facts = json.loads(bytes(entry.body))["facts"]
    assert facts["objects"] == 4
    lines = sorted(f"{item.object.sha256.hex} {item.object.stored_blake3.hex}\n" for item in five[1:])
    digest = hashlib.sha256(b"dadkhah/scrub-readings/v1\n" + "".join(lines).encode())
    assert facts["readings_sha256"] == digest.hexdigest()


def test_a_custodian_may_not_ask_and_nobody_acts_for_the_system(custodian_a: User) -> None:
    for actor in (custodian_a, SystemActor("inspection")):
        with pytest.raises(NotPermitted):
            ask_for_round(ReadingMethod.FULL, actor=actor)


def test_the_report_is_fixed_by_the_log_and_a_stranger_can_check_it(
    five: list[EvidenceItem], house: Path, auditor: User, tmp_path: Path
) -> None:
    path_of(house, five[0]).unlink()
    ended = full_round()
    report = FixityReport.objects.get(round=ended)
    body = json.loads(report.body)
    assert body["counts"] == {
        "verified": 4,
        "mismatch": 0,
        "truncated": 0,
        "missing": 1,
        "unreadable": 0,
    }
    assert [fault["exhibits"] for fault in body["faults"]] == [[five[0].reference]]
    facts = json.loads(bytes(Entry.objects.get(pk=report.entry_id).body))["facts"]
    assert facts["report_sha256"] == hashlib.sha256(report.body.encode()).hexdigest()
    assert Checkpoint.objects.exists()
    taken = take_report(ended, actor=auditor)
    zipfile.ZipFile(taken.content).extractall(tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"report.json", "report.pdf", "checkpoint", "proof.json", "HOW-TO-CHECK.txt"}
    assert (tmp_path / "out" / "report.pdf").read_bytes().startswith(b"%PDF")
    assert run_the_check(tmp_path / "out") == "report.json: OK\nIN THE TREE\n"


def run_the_check(folder: Path) -> str:
    script = CHECK_PAPER + CHECK_TREE
    ended = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    return ended.stdout


def test_a_round_that_goes_on_has_no_report(five: list[EvidenceItem], auditor: User, lawyer: User) -> None:
    begun = ask_for_round(ReadingMethod.FULL, actor=BY_HAND)
    with pytest.raises(RoundGoesOn):
        take_report(begun, actor=auditor)
    with pytest.raises(NotPermitted):
        take_report(begun, actor=lawyer)


def test_a_check_of_one_item_is_refused_rather_than_accusing_it_when_the_disk_is_away(
    five: list[EvidenceItem], house: Path, auditor: User
) -> None:
    shutil.rmtree(house / "data" / "vault")
    with pytest.raises(VaultUnavailable):
        check_fixity(five[0], actor=auditor)
    assert five[0].custody.count() == 1


def test_the_command_says_how_it_ended(five: list[EvidenceItem], house: Path) -> None:
    out = io.StringIO()
    call_command("check_fixity", json=True, stdout=out)
    found = json.loads(out.getvalue())
    assert (found["ok"], found["due"], found["counts"]["verified"]) == (True, 5, 5)
    path_of(house, five[0]).unlink()
    for options in ({}, {"scrub": True}):
        out = io.StringIO()
        with pytest.raises(SystemExit):
            call_command("check_fixity", stdout=out, **options)
        assert f"{five[0].reference}: missing" in out.getvalue()


def test_scrubbing_asks_the_database_by_the_batch_not_by_the_object(
    five: list[EvidenceItem], take_in: TakeIn
) -> None:
    def questions() -> int:
        begun = ask_for_round(ReadingMethod.SCRUB, actor=BY_HAND)
        with CaptureQueriesContext(connection) as asked:
            work_on(begun, actor=BY_HAND)
        return len(asked)

    few = questions()
    for number in range(20):
        take_in(f"more {number}".encode())
    # Signing the longer log at the end asks for some more nodes of its tree.
    assert questions() < few + 15
