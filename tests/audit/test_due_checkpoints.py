"""The checkpoint of every day: only when it is due, without a key only a warning, and two signers never clash."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.due_checkpoints import sign_when_due, signing_trouble
from audit.models import Checkpoint, CheckpointSignature, Entry
from audit.standing import standing
from audit.verification import verify_log
from config.reconciling import reconcile
from tests.audit.conftest import CLERK
from tests.audit.crashes import Killed
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]


@pytest.fixture
def hours_go_by() -> Callable[[int], None]:
    """Let the checkpoints look older by so many hours."""

    def pass_by(hours: int) -> None:
        then = timezone.now() - timedelta(hours=hours)
        stored = then if connection.vendor == "postgresql" else then.strftime("%Y-%m-%d %H:%M:%S.%f")
        tamper("UPDATE audit_checkpoint SET made_at = %s", (stored,))

    return pass_by


def test_the_log_is_signed_once_a_day_when_it_has_grown(
    write: Write, log_key: Path, hours_go_by: Callable[[int], None]
) -> None:
    assert sign_when_due() == 0  # an empty log is nothing to sign
    write(3)
    assert sign_when_due() == 1
    write(1)
    assert sign_when_due() == 0
    hours_go_by(25)
    assert sign_when_due() == 1
    assert Entry.objects.filter(actor="system:daily-checkpoint").count() == 2


def test_a_log_that_only_spoke_of_its_own_signing_is_not_signed_again(
    write: Write, log_key: Path, hours_go_by: Callable[[int], None]
) -> None:
    write(3)
    sign_checkpoint(actor=CLERK)
    hours_go_by(1000)
    assert sign_when_due() == 0
    assert Checkpoint.objects.count() == 1


def test_a_checkpoint_dated_by_a_clock_that_was_put_right_since_holds_up_no_signing(
    write: Write, log_key: Path, hours_go_by: Callable[[int], None]
) -> None:
    """A machine that believed for an hour that it is 2099 would have been signed again in 2099."""
    write(3)
    sign_checkpoint(actor=CLERK)
    write(1)
    hours_go_by(-23)
    assert sign_when_due() == 0  # two machines' clocks may differ: that is no reason to sign at each round
    hours_go_by(-1000)
    assert standing().signing_overdue
    assert sign_when_due() == 1
    assert sign_when_due() == 0
    assert not standing().signing_overdue


def test_how_often_is_a_setting(
    write: Write, log_key: Path, settings: Any, hours_go_by: Callable[[int], None]
) -> None:
    write(3)
    sign_checkpoint(actor=CLERK)
    write(1)
    hours_go_by(5)
    settings.DADKHAH_CHECKPOINT_EVERY = timedelta(hours=6)
    assert sign_when_due() == 0
    settings.DADKHAH_CHECKPOINT_EVERY = timedelta(hours=4)
    assert reconcile() >= 1
    assert Checkpoint.objects.count() == 2


def test_a_missing_key_is_a_warning_and_a_sentence_for_the_page(
    write: Write, log_key: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(3)
    assert signing_trouble() == ""
    log_key.unlink()
    assert sign_when_due() == 0
    assert "log_signing.key" in caplog.text
    assert "log_signing.key" in signing_trouble()
    assert not Checkpoint.objects.exists()


def test_a_promise_that_a_crash_left_behind_is_signed_though_the_log_grew_on(
    write: Write, log_key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the promise and the signature: the next signing makes good, exactly once."""
    write(3)
    with monkeypatch.context() as patch:

        def killed(*_words: Any, **_named: Any) -> None:
            raise Killed

        patch.setattr("audit.notes.Signer.signature_line", killed)
        with pytest.raises(Killed):
            sign_checkpoint(actor=CLERK)
    assert Checkpoint.objects.get().signatures.count() == 0
    write(4)
    sign_checkpoint(actor=CLERK)
    sizes = list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
    assert sizes == [3, 7]
    assert CheckpointSignature.objects.count() == 4
    assert Entry.objects.filter(action=Action.CHECKPOINT_SIGNED.value).count() == 2
    assert verify_log().ok


# SQLite's tests live in memory, where threads wait for nobody; tests/config shows two processes on a file.
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_signers_at_once_never_clash_and_sign_one_history(write: Write, log_key: Path) -> None:
    with transaction.atomic():
        write(20)
    failures: list[BaseException] = []
    start = threading.Barrier(4)

    def sign() -> None:
        try:
            start.wait()
            for _ in range(3):
                sign_checkpoint(actor=CLERK)
        except BaseException as error:  # noqa: BLE001 - the test shows it
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sign) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    report = verify_log()
    assert report.faults == []
    checkpoints = Checkpoint.objects.count()
    assert CheckpointSignature.objects.count() == 2 * checkpoints
    assert Entry.objects.filter(action=Action.CHECKPOINT_SIGNED.value).count() == checkpoints
