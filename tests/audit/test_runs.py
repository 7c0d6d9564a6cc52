"""Verifications that people ask for: one at a time, seen from outside while they go, and never left hanging."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit import pulse, runs
from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.errors import BadNote, VerificationBusy
from audit.keys import load_signer
from audit.models import Entry, VerificationRun
from audit.notes import Signer
from audit.progress import outcome_of, progress_of
from audit.runs import carry_out, end_dead_runs, request_run
from audit.tasks import requeue_verifications
from config.reconciling import _STEPS
from tests.audit.conftest import CLERK
from tests.audit.test_given import MAILED
from tests.tampering import tamper

ClientFor = Callable[[User | None], Client]
Write = Callable[[int], list[Entry]]
State = VerificationRun.State


@pytest.fixture
def asked(write: Write) -> VerificationRun:
    """A run that waits over a log of three entries."""
    write(3)
    return request_run(actor=CLERK)


def aged(run: VerificationRun, **moments: timedelta) -> VerificationRun:
    """The run, with some of its moments set back."""
    VerificationRun.objects.filter(pk=run.pk).update(
        **{name: timezone.now() - ago for name, ago in moments.items()}
    )
    run.refresh_from_db()
    return run


def test_a_second_request_joins_the_run_that_is_going_on(asked: VerificationRun, auditor: User) -> None:
    assert request_run(actor=auditor).pk == asked.pk
    assert Entry.objects.filter(action=Action.LOG_VERIFICATION_ASKED.value).count() == 1


def test_the_table_holds_no_second_unfinished_run(asked: VerificationRun) -> None:
    with pytest.raises(Exception, match="audit_one_run_at_a_time"):
        VerificationRun.objects.create(actor="x", channel="page", requested_at=timezone.now())


def test_a_run_is_carried_out_once(asked: VerificationRun) -> None:
    carry_out(str(asked.pk))
    carry_out(str(asked.pk))
    assert Entry.objects.filter(action=Action.LOG_VERIFIED.value).count() == 1
    asked.refresh_from_db()
    assert asked.state == State.DONE
    assert asked.checked == asked.total > 0


def test_the_outcome_lists_faults_by_kind_and_place(asked: VerificationRun) -> None:
    tamper("UPDATE audit_entry SET actor = 'user:x' WHERE subject_kind = 'test.thing'")
    carry_out(str(asked.pk))
    asked.refresh_from_db()
    outcome = outcome_of(asked)
    assert not outcome.ok
    assert outcome.kinds == [("A column of an entry says something else than its content.", 3)]
    assert len(outcome.faults) == 3


@pytest.mark.parametrize(
    "outcome",
    [
        "",
        "no JSON",
        "[]",
        "7",
        "[" * 100_000,
        '{"ok": true}',
        '{"ok": false, "size": 5, "fault_count": 3, "faults": []}',
        {"size": "many"},
        {"size": True},
        {"fault_count": None},
        {"root": 7},
        {"kinds": []},
        {"kinds": {"gap": "x"}},
        {"faults": 7},
        {"faults": ["x"]},
        {"faults": [{"kind": ["x"], "place": "", "detail": ""}]},
        {"notices": [{}]},
        {"incomparable": [{"kind": "unreadable"}]},
        {"compared": [{"place": "x", "up_to": "y", "of": 1}]},
    ],
)
def test_an_outcome_that_was_made_to_say_something_else_is_shown_as_such(
    asked: VerificationRun, desk: Client, outcome: str | dict[str, object]
) -> None:
    carry_out(str(asked.pk))
    asked.refresh_from_db()
    written = json.dumps(json.loads(asked.outcome) | outcome) if isinstance(outcome, dict) else outcome
    VerificationRun.objects.filter(pk=asked.pk).update(outcome=written)
    page = desk.get(reverse("audit:run", args=[asked.pk])).content.decode()
    assert "its row in the database is not as it was written" in page
    assert "All agree" not in page
    assert desk.get(reverse("audit:state")).status_code == 200
    assert desk.get(reverse("audit:sensitive")).status_code == 200


@pytest.mark.parametrize("column", ["requested_at", "started_at", "beat_at", "ended_at"])
def test_a_run_dated_at_the_end_of_the_calendar_closes_no_page(
    asked: VerificationRun, desk: Client, column: str
) -> None:
    carry_out(str(asked.pk))
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    VerificationRun.objects.filter(pk=asked.pk).update(**{column: last})
    for page in (reverse("audit:run", args=[asked.pk]), reverse("audit:state"), reverse("audit:sensitive")):
        assert desk.get(page).status_code == 200


def test_a_run_whose_program_died_is_ended_with_a_sentence(asked: VerificationRun, desk: Client) -> None:
    VerificationRun.objects.filter(pk=asked.pk).update(state=State.RUNNING)
    aged(asked, beat_at=timedelta(minutes=3))
    assert end_dead_runs() == 1
    page = desk.get(reverse("audit:run", args=[asked.pk])).content.decode()
    assert "The program stopped while it verified" in page
    assert "Verified" not in page
    assert request_run(actor=CLERK).pk != asked.pk


def test_a_run_that_still_beats_is_left_alone(asked: VerificationRun) -> None:
    VerificationRun.objects.filter(pk=asked.pk).update(state=State.RUNNING)
    aged(asked, beat_at=timedelta(seconds=30))
    assert end_dead_runs() == 0


def test_a_run_that_the_queue_forgot_is_carried_out_by_the_reconciler(asked: VerificationRun) -> None:
    assert requeue_verifications() == 0
    aged(asked, requested_at=timedelta(minutes=2))
    assert requeue_verifications() == 1
    asked.refresh_from_db()
    assert asked.state == State.DONE
    assert requeue_verifications in _STEPS


def test_a_run_asked_for_under_a_clock_that_was_put_right_since_is_carried_out(
    asked: VerificationRun,
) -> None:
    aged(asked, requested_at=-timedelta(days=1))
    assert requeue_verifications() == 1
    asked.refresh_from_db()
    assert asked.state == State.DONE


def test_a_run_that_goes_on_is_shown_as_going_on_under_whatever_clock_others_were_asked_for(
    write: Write, desk: Client
) -> None:
    write(1)
    for _ in range(6):
        ended = request_run(actor=CLERK)
        carry_out(str(ended.pk))
        aged(ended, requested_at=-timedelta(days=1))
    waits = request_run(actor=CLERK)
    assert reverse("audit:run", args=[waits.pk]) in desk.get(reverse("audit:state")).content.decode()


def test_a_failure_that_nobody_foresaw_ends_the_run_and_is_reported(
    asked: VerificationRun, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(**_arguments: Any) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(runs, "verify_log", explode)
    with pytest.raises(OSError, match="disk"):
        carry_out(str(asked.pk))
    page = desk.get(reverse("audit:run", args=[asked.pk])).content.decode()
    assert "could not be finished" in page
    assert "the disk is gone" not in page


def test_rate_and_time_left_are_told_once_they_mean_something(asked: VerificationRun) -> None:
    now = timezone.now()
    asked.started_at, asked.beat_at, asked.checked, asked.total = now, now, 10, 100
    assert progress_of(asked).words == ""
    asked.started_at = now - timedelta(seconds=10)
    assert progress_of(asked).words == "1 entry a second · about 2 minutes left"
    asked.checked = 50
    assert progress_of(asked).words == "5 entries a second · about 10 seconds left"


def test_a_page_without_scripts_looks_again_by_itself(asked: VerificationRun, desk: Client) -> None:
    page = desk.get(reverse("audit:run", args=[asked.pk])).content.decode()
    assert '<noscript><meta http-equiv="refresh"' in page
    fragment = desk.get(
        reverse("audit:run", args=[asked.pk]), headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in fragment
    assert 'hx-trigger="every' in fragment


def test_an_unknown_verification_is_not_found(desk: Client) -> None:
    assert desk.get(reverse("audit:run", args=[uuid.uuid4()])).status_code == 404


def note_file(text: str, name: str = "checkpoint") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/plain")


def compared(desk: Client, capture: Any, *notes: str) -> Any:
    """The outcome's page after these notes were sent."""
    with capture(execute=True):
        answer = desk.post(reverse("audit:compare"), {"notes": [note_file(note) for note in notes]})
    return desk.get(answer["Location"]) if answer.status_code == 302 else answer


def test_a_checkpoint_from_outside_that_fits_is_said_to_be_contained(
    desk: Client, write: Write, log_key: object, django_capture_on_commit_callbacks: Any
) -> None:
    write(3)
    notes = [sign_checkpoint(actor=CLERK).note]
    write(3)
    notes.append(sign_checkpoint(actor=CLERK).note)
    page = compared(desk, django_capture_on_commit_callbacks, *notes)
    said = page.content.decode()
    assert "The log contains what the 2 checkpoints from outside say." in said
    of, newest = page.context["outcome"].size, notes[1].split("\n")[1]
    assert f"Compared with checkpoint 2 of those that were given: up to entry {newest} of {of}." in said
    assert f"What comes after entry {newest}, or was cut off there, nobody outside vouches for" in said


def test_a_log_that_was_rebuilt_is_told_by_a_checkpoint_that_left_the_house(
    desk: Client, write: Write, log_key: object, django_capture_on_commit_callbacks: Any
) -> None:
    write(3)
    note = sign_checkpoint(actor=CLERK).note
    forget_the_log()
    write(40)
    page = compared(desk, django_capture_on_commit_callbacks, note)
    assert "Broken" in page.content.decode()
    assert "The log does not contain what was signed." in page.content.decode()


def test_a_log_that_was_rolled_back_is_told_too(
    desk: Client, write: Write, log_key: object, django_capture_on_commit_callbacks: Any
) -> None:
    write(60)
    note = sign_checkpoint(actor=CLERK).note
    forget_the_log()
    write(3)
    page = compared(desk, django_capture_on_commit_callbacks, note)
    assert "Broken" in page.content.decode()


@pytest.mark.parametrize("change", MAILED)
def test_a_checkpoint_whose_line_ends_a_mail_changed_is_compared(
    desk: Client, write: Write, log_key: object, change: Any, django_capture_on_commit_callbacks: Any
) -> None:
    write(3)
    note = change(sign_checkpoint(actor=CLERK).note.encode()).decode()
    page = compared(desk, django_capture_on_commit_callbacks, note)
    assert page.status_code == 200
    [run] = VerificationRun.objects.all()
    assert (json.loads(run.outcome)["incomparable"], len(json.loads(run.outcome)["compared"])) == ([], 1)


@pytest.mark.parametrize(
    "note", ["", "no note", "\x00\x01", "origin\n3\nAAAA\n\n— other AAAAAAAA\n", "x" * 70_000, "é" * 10]
)
def test_what_is_no_checkpoint_of_this_log_is_said_and_starts_nothing(
    desk: Client, write: Write, log_key: object, note: str, django_capture_on_commit_callbacks: Any
) -> None:
    write(1)
    page = compared(desk, django_capture_on_commit_callbacks, note)
    assert page.status_code == 422
    assert page.context["form"].errors["notes"]
    assert not VerificationRun.objects.exists()


def test_bytes_that_are_no_text_are_said_to_be_none(desk: Client, log_key: object) -> None:
    file = SimpleUploadedFile("checkpoint", b"\xff\xfe\x00")
    assert desk.post(reverse("audit:compare"), {"notes": [file]}).status_code == 422


def test_what_is_no_checkpoint_is_refused_when_it_is_handed_in(write: Write, log_key: object) -> None:
    signer = load_signer()
    for note in ("nonsense", "a text\n\n" + signer.signature_line("a text\n")):
        with pytest.raises(BadNote, match="no checkpoint of a log"):
            request_run(actor=CLERK, against=[note])


def test_of_several_files_the_one_that_is_no_checkpoint_is_named(write: Write, log_key: object) -> None:
    write(1)
    note = sign_checkpoint(actor=CLERK).note
    with pytest.raises(BadNote, match="number 2 is no checkpoint of a log, so none was compared"):
        request_run(actor=CLERK, against=[note, "nonsense"])


def test_a_note_by_another_key_is_named_and_never_passes_for_agreement(write: Write, log_key: object) -> None:
    write(1)
    note = sign_checkpoint(actor=CLERK).note.replace("dadkhah", "another")
    run = request_run(actor=CLERK, against=[note])
    carry_out(str(run.pk))
    run.refresh_from_db()
    assert [one["kind"] for one in json.loads(run.outcome)["incomparable"]] == ["other_log"]
    assert json.loads(Entry.objects.get(action=Action.LOG_VERIFIED.value).body)["facts"]["not_compared"] == 1


def test_a_checkpoint_of_another_house_is_neither_agreement_nor_a_break(
    desk: Client, write: Write, log_key: object, django_capture_on_commit_callbacks: Any
) -> None:
    write(1)
    note = sign_checkpoint(actor=CLERK).note.replace("dadkhah", "another")
    page = compared(desk, django_capture_on_commit_callbacks, note).content.decode()
    assert "Not comparable" in page
    assert "The log itself agrees with all that is stored" in page
    assert "If you are sure that this checkpoint came from this house" not in page
    assert "It is of the log another.example/log; this one is dadkhah.example/log." in page
    assert "nobody outside" not in page
    assert "Broken" not in page
    assert "The log contains what" not in page
    state = desk.get(reverse("audit:state")).content.decode()
    assert "1 checkpoint that was given said nothing about this log" in state
    assert state.count("Not comparable") == 2


def test_a_key_that_is_unknown_here_may_be_newer_than_a_rotation_that_this_log_lacks(
    desk: Client, write: Write, log_key: object, django_capture_on_commit_callbacks: Any
) -> None:
    write(3)
    text = sign_checkpoint(actor=CLERK).text
    note = text + "\n" + Signer.generate(load_signer().name).signature_line(text)
    page = compared(desk, django_capture_on_commit_callbacks, note).content.decode()
    size = text.split("\n")[1]
    assert f"It is of size {size}, signed by dadkhah.example/log+" in page
    assert "put back from an old backup" in page
    assert "If you are sure that this checkpoint came from this house" in page


def test_notes_from_outside_do_not_join_a_run_without_them(asked: VerificationRun, log_key: object) -> None:
    note = sign_checkpoint_note()
    with pytest.raises(VerificationBusy):
        request_run(actor=CLERK, against=[note])


def sign_checkpoint_note() -> str:
    return sign_checkpoint(actor=CLERK).note


def forget_the_log() -> None:
    """As the owner of the machine: an empty log, as if nothing had ever been."""
    tables = ("audit_checkpointsignature", "audit_checkpoint", "audit_leaf", "audit_tile", "audit_entry")
    for table in tables:
        tamper(f'DELETE FROM "{table}"')


@pytest.fixture
def slow_reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """A verification that stops half-way until it is let go: (it has begun, let it go)."""
    begun, go = threading.Event(), threading.Event()
    whole = runs.verify_log

    def held(**arguments: Any) -> Any:
        arguments["progress"](4_096, 10_000)
        begun.set()
        assert go.wait(30)
        return whole(**arguments)

    monkeypatch.setattr(runs, "verify_log", held)
    monkeypatch.setattr(pulse, "EVERY_SECONDS", 0.05)
    yield begun, go
    go.set()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_others_see_how_far_a_run_is_while_it_reads(
    slow_reading: tuple[threading.Event, threading.Event],
) -> None:
    """On SQLite in memory all threads share one lock; there the browser's journey shows it, on a file."""
    begun, go = slow_reading
    run = request_run(actor=CLERK)
    worker = threading.Thread(target=lambda: (carry_out(str(run.pk)), connection.close()))
    worker.start()
    assert begun.wait(30)
    for _ in range(200):
        run.refresh_from_db()
        if run.checked == 4_096:
            break
        threading.Event().wait(0.05)
    go.set()
    worker.join()
    assert (run.checked, run.total, run.state) == (4_096, 10_000, State.RUNNING)
    run.refresh_from_db()
    assert run.state == State.DONE
    assert json.loads(run.outcome)["ok"]
