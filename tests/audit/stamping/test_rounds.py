"""The queue: what waits is asked for, kept once, retried, and never stands in anybody's way."""

import json
import subprocess
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.errors import AuthoritiesUnusable
from audit.models import Checkpoint, Entry, StampAttempt, TimeStamp
from audit.stamp_state import stamp_state
from audit.stamping import keeping, waiting
from audit.stamping.authorities import authority_named
from audit.stamping.flaws import Flaw
from audit.stamping.rounds import stamp_now, stamp_pending
from audit.stamping.tokens import write_request
from audit.stamping.waiting import pause_after
from config import reconciling
from config.reconciling import reconcile
from tests.audit.conftest import CLERK
from tests.audit.stamping.local_authority import DAY, LocalAuthority, answering, hanging, honest

pytestmark = [pytest.mark.django_db, pytest.mark.program("openssl")]


def entries(action):
    return [
        json.loads(bytes(entry.body)) for entry in Entry.objects.filter(action=action).order_by("recorded_at")
    ]


def let_time_pass(span):
    """As if every try had been made so much earlier."""
    for attempt in StampAttempt.objects.all():
        StampAttempt.objects.filter(pk=attempt.pk).update(tried_at=attempt.tried_at - span)


def test_a_checkpoint_is_stamped_by_reconciling(local, checkpoint):
    assert reconcile() >= 1
    stamp = TimeStamp.objects.get()
    assert (stamp.checkpoint, stamp.authority, stamp.algorithm) == (checkpoint, "local", "sha256")
    assert abs(stamp.generated_at - timezone.now()) < timedelta(minutes=1)
    assert not StampAttempt.objects.exists()
    assert stamp_pending() == 0


def test_the_step_stands_among_the_others():
    assert stamp_pending in reconciling._STEPS


def test_a_stamp_and_its_entry_say_the_same(local, checkpoint):
    assert stamp_pending() == 1
    stamp = TimeStamp.objects.get()
    (entry,) = entries(Action.LOG_STAMPED)
    assert entry["actor"] == "system:stamping"
    assert entry["subject_id"] == str(checkpoint.pk)
    facts = entry["facts"]
    assert facts["authority"] == "local"
    assert facts["serial"] == stamp.serial
    assert facts["policy"] == stamp.policy
    assert facts["algorithm"] == "sha256"
    assert facts["generated_at"].startswith(f"{stamp.generated_at:%Y-%m-%dT%H:%M:%S}")
    assert facts["response"] == keeping.digest(bytes(stamp.response))


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_openssl_accepts_the_stored_stamp(authority, desk, listed, checkpoint, tmp_path, algorithm):
    listed(authority.entry("local", desk.url, algorithm=algorithm))
    assert stamp_pending() == 1
    stamp = TimeStamp.objects.get()
    (tmp_path / "stamp.tsr").write_bytes(stamp.response)
    (tmp_path / "stamp.tsq").write_bytes(stamp.request)
    (tmp_path / "checkpoint.txt").write_text(checkpoint.text)
    for against in (["-data", "checkpoint.txt"], ["-queryfile", "stamp.tsq"]):
        command = ["openssl", "ts", "-verify", "-in", "stamp.tsr", *against]
        command += ["-CAfile", str(authority.folder / "chain.pem")]
        command += ["-untrusted", str(authority.folder / "certificate.pem")]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        assert "Verification: OK" in ended.stdout
    (tmp_path / "checkpoint.txt").write_text(checkpoint.text.replace("\n3\n", "\n4\n"))
    command[command.index("-queryfile") : command.index("-queryfile") + 2] = ["-data", "checkpoint.txt"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_two_authorities_stamp_the_same_checkpoint(tmp_path, authority, desk, open_desk, listed, checkpoint):
    second = LocalAuthority.found(tmp_path / "second", subject="Second TSA", key="rsa2048")
    listed(
        authority.entry("first", desk.url),
        second.entry("second", open_desk(honest(second)).url, algorithm="sha512"),
    )
    assert [stamp_pending(), stamp_pending(), stamp_pending()] == [1, 1, 0]
    assert set(TimeStamp.objects.values_list("authority", "algorithm")) == {
        ("first", "sha256"),
        ("second", "sha512"),
    }


def test_one_authority_that_is_down_does_not_hold_up_the_other(
    authority, desk, open_desk, listed, checkpoint
):
    closed = open_desk(honest(authority))
    closed.close()
    listed(authority.entry("down", closed.url), authority.entry("up", desk.url))
    stamp_pending(), stamp_pending()
    assert [stamp.authority for stamp in TimeStamp.objects.all()] == ["up"]


def test_without_an_authority_nothing_is_asked_or_noted(checkpoint):
    assert stamp_pending() == 0
    assert not StampAttempt.objects.exists()
    assert not stamp_state().configured


def test_an_unsigned_promise_is_not_stamped(local):
    Checkpoint.objects.create(origin="x", size=0, root=bytes(32), made_at=timezone.now())
    assert stamp_pending() == 0


def test_the_newest_checkpoint_comes_first(local, desk, checkpoint, write):
    write(2)
    newest = sign_checkpoint(actor=CLERK)
    assert stamp_pending() == 1
    assert TimeStamp.objects.get().checkpoint == newest
    assert stamp_pending() == 1
    assert len(desk.asked) == 2


def test_a_new_authority_is_not_asked_for_years(local, checkpoint, write, monkeypatch):
    monkeypatch.setattr(waiting, "NEWEST", 2)
    for _day in range(3):
        write(1)
        sign_checkpoint(actor=CLERK)
    assert stamp_state().waiting == 2


def test_an_authority_that_is_down_is_asked_again_and_comes_back(local, desk, checkpoint):
    stamper, desk.behaviour = desk.behaviour, lambda request: answering(b"", 500)
    assert stamp_pending() == 0
    assert StampAttempt.objects.get().failure == "http_error: HTTP 500"
    assert stamp_pending() == 0
    assert len(desk.asked) == 1
    desk.behaviour = stamper
    let_time_pass(timedelta(minutes=1))
    assert stamp_pending() == 1
    assert not StampAttempt.objects.exists()


def test_each_failure_makes_the_pause_longer_up_to_an_hour(local, desk, checkpoint):
    desk.behaviour = lambda request: answering(b"", 500)
    for pause in (1, 5, 30, 60, 60):
        stamp_pending()
        asked = len(desk.asked)
        let_time_pass(timedelta(minutes=pause, seconds=-30))
        stamp_pending()
        assert len(desk.asked) == asked
        let_time_pass(timedelta(seconds=30))
    assert StampAttempt.objects.get().tries == 5
    assert [pause_after(tries).total_seconds() / 60 for tries in (1, 2, 3, 4, 50)] == [1, 5, 30, 60, 60]


def test_an_authority_that_is_down_rests_for_all_checkpoints(local, desk, checkpoint, write):
    desk.behaviour = lambda request: answering(b"", 500)
    stamp_pending()
    write(1)
    sign_checkpoint(actor=CLERK)
    stamp_pending()
    assert len(desk.asked) == 1


def test_a_clock_that_was_set_back_does_not_silence_the_queue(local, checkpoint, desk):
    stamper, desk.behaviour = desk.behaviour, lambda request: answering(b"", 500)
    stamp_pending()
    desk.behaviour = stamper
    let_time_pass(-DAY)
    assert stamp_pending() == 1


def test_a_checkpoint_that_cannot_be_stamped_does_not_hold_up_the_others(local, desk, checkpoint, write):
    write(1)
    newest = sign_checkpoint(actor=CLERK)
    stamper = desk.behaviour
    desk.behaviour = lambda request: answering(b"no token")
    stamp_pending()
    assert StampAttempt.objects.get().checkpoint == newest
    desk.behaviour = stamper
    let_time_pass(timedelta(minutes=1))
    assert stamp_pending() == 1
    assert TimeStamp.objects.get().checkpoint == checkpoint


def test_an_authority_that_hangs_is_left_after_the_limit(local, desk, checkpoint, monkeypatch):
    monkeypatch.setattr("audit.stamping.asking.ask.__kwdefaults__", {"seconds": 0.2})
    desk.behaviour = hanging(3)
    assert stamp_pending() == 0
    assert StampAttempt.objects.get().failure == Flaw.TOO_SLOW.value


@pytest.mark.parametrize("answer", [b"garbage", b"<html>Please sign in</html>", b""])
def test_nonsense_is_counted_and_neither_kept_nor_logged(local, desk, checkpoint, answer):
    desk.behaviour = lambda request: answering(answer)
    assert stamp_pending() == 0
    assert StampAttempt.objects.get().failure.startswith(Flaw.MALFORMED.value)
    assert not TimeStamp.objects.exists()
    assert entries(Action.STAMP_REFUSED) == []


def test_a_bad_token_is_refused_counted_and_logged_once(tmp_path, local, desk, checkpoint):
    stranger = LocalAuthority.found(tmp_path / "stranger")
    desk.behaviour = honest(stranger)
    for _round in range(3):
        assert stamp_pending() == 0
        let_time_pass(timedelta(hours=1))
    assert not TimeStamp.objects.exists()
    attempt = StampAttempt.objects.get()
    assert (attempt.tries, attempt.failure) == (3, "spoofed")
    (refused,) = entries(Action.STAMP_REFUSED)
    assert refused["facts"]["flaw"] == "spoofed"
    assert refused["facts"]["authority"] == "local"
    desk.behaviour = honest(LocalAuthority.found(tmp_path / "third", subject="Third", root="Third root"))
    stamp_pending()
    assert [entry["facts"]["flaw"] for entry in entries(Action.STAMP_REFUSED)] == ["spoofed", "wrong_key"]


def test_an_answer_for_another_checkpoint_is_refused(local, authority, desk, checkpoint):
    other = []
    desk.behaviour = lambda request: answering(other[0])
    other.append(authority.reply(write_request(b"other bytes", algorithm="sha256", policy=None)))
    stamp_pending()
    assert StampAttempt.objects.get().failure == "wrong_imprint"
    assert not TimeStamp.objects.exists()


@pytest.mark.program("faketime")
def test_a_lie_about_the_time_is_refused(local, authority, desk, checkpoint):
    desk.behaviour = honest(authority, at=datetime.now(UTC) - DAY / 2)
    stamp_pending()
    assert StampAttempt.objects.get().failure.startswith("wrong_time: ")


def test_signing_does_not_wait_for_an_authority(local, desk, log_key, write):
    desk.behaviour = hanging(30)
    write(1)
    began = timezone.now()
    sign_checkpoint(actor=CLERK)
    assert timezone.now() - began < timedelta(seconds=5)
    assert desk.asked == []


def test_a_wrong_list_stops_no_other_step(listed, checkpoint):
    listed({"name": "broken"})
    with pytest.raises(AuthoritiesUnusable):
        stamp_pending()
    assert reconcile() >= 0


def test_asking_now_asks_for_everything_without_regard_to_pauses(local, desk, checkpoint, write):
    stamper, desk.behaviour = desk.behaviour, lambda request: answering(b"", 500)
    write(1)
    sign_checkpoint(actor=CLERK)
    (failed,) = stamp_now(actor=CLERK)
    assert failed.refused is not None
    assert failed.refused.flaw is Flaw.HTTP_ERROR
    desk.behaviour = stamper
    assert [outcome.stamp is not None for outcome in stamp_now(actor=CLERK)] == [True, True]
    assert TimeStamp.objects.count() == 2


def test_an_answer_that_comes_twice_is_kept_once(local, authority, checkpoint):
    pinned = authority_named("local")
    kept = []
    for _again in range(2):
        request = write_request(checkpoint.text.encode(), algorithm="sha256", policy=None)
        answer = authority.reply(request)
        kept.append(
            keeping.keep_answer(answer, request=request, checkpoint=checkpoint, authority=pinned, actor=CLERK)
        )
    assert kept[0] == kept[1] == TimeStamp.objects.get()
    assert len(entries(Action.LOG_STAMPED)) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_get_one_stamp(local, desk, checkpoint):
    failures = []

    def work():
        try:
            stamp_pending()
            stamp_now(actor=CLERK)
        except Exception as error:  # noqa: BLE001 - told to the test, which is in another thread
            failures.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert failures == []
    assert TimeStamp.objects.count() == 1
    assert len(entries(Action.LOG_STAMPED)) == 1


def test_the_last_stamp_is_the_one_that_covers_most(authority, desk, listed, checkpoint):
    listed(authority.entry("local", desk.url))
    assert stamp_pending() == 1
    first = TimeStamp.objects.get()
    larger = Checkpoint.objects.create(
        origin=checkpoint.origin, size=checkpoint.size + 5, root=checkpoint.root, made_at=checkpoint.made_at
    )
    TimeStamp.objects.create(
        checkpoint=larger,
        authority="local",
        algorithm="sha256",
        request=first.request,
        response=first.response,
        generated_at=first.generated_at - timedelta(seconds=1),
        serial="2",
        policy=first.policy,
        received_at=first.received_at,
    )
    state = stamp_state()
    assert state.last.checkpoint_id == larger.pk
    assert state.authorities[0].last.checkpoint_id == larger.pk
