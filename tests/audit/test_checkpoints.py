"""Signing the log, never against what was signed before, and proving entries to a checkpoint."""

import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from audit.actions import Action
from audit.checkpoints import _promise, latest_checkpoint, prove, sign_checkpoint
from audit.errors import (
    LogForked,
    LogKeyExists,
    LogKeyMissing,
    LogKeyUnsafe,
    LogKeyWrong,
    NotInTree,
    Unavailable,
)
from audit.keys import PRIVATE_FILE, PUBLIC_FILE, create_log_key, load_signer, load_verifiers
from audit.merkle import consistency_proof, leaf_hash, verify_consistency, verify_inclusion
from audit.models import Checkpoint, CheckpointSignature, Entry
from audit.notes import Signer, open_note
from audit.sequencing import sequence_pending
from audit.tiles import StoredNodes
from audit.verification import verify_log
from tests.audit.conftest import CLERK
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]


def test_a_checkpoint_is_a_note_that_anyone_with_the_public_key_can_open(write: Write, log_key: Path) -> None:
    write(7)
    checkpoint = sign_checkpoint(actor=CLERK)
    text = open_note(checkpoint.note, load_verifiers())
    origin, size, _root, end = text.split("\n")
    assert (size, end) == ("7", "")
    assert origin == load_signer().name
    assert text == checkpoint.text
    assert latest_checkpoint() == checkpoint


def test_the_signing_is_itself_an_entry_that_the_next_checkpoint_covers(write: Write, log_key: Path) -> None:
    write(3)
    first = sign_checkpoint(actor=CLERK)
    entry = Entry.objects.get(action=Action.CHECKPOINT_SIGNED.value)
    with pytest.raises(NotInTree):
        prove([entry.pk], first)
    second = sign_checkpoint(actor=CLERK)
    assert second.size == 4
    assert prove([entry.pk], second)[0].index == 3


@pytest.mark.parametrize("count", [1, 5, 256, 300])
def test_every_entry_can_be_proven_to_the_checkpoint(write: Write, log_key: Path, count: int) -> None:
    entries = write(count)
    checkpoint = sign_checkpoint(actor=CLERK)
    asked = [entries[0].pk, entries[-1].pk, entries[count // 2].pk]
    for proven in prove(asked, checkpoint):
        leaf = leaf_hash(proven.body)
        assert verify_inclusion(proven.index, checkpoint.size, leaf, proven.proof, bytes(checkpoint.root))


def test_an_earlier_checkpoint_is_the_beginning_of_a_later_one(write: Write, log_key: Path) -> None:
    write(200)
    first = sign_checkpoint(actor=CLERK)
    write(100)
    second = sign_checkpoint(actor=CLERK)
    proof = consistency_proof(first.size, second.size, StoredNodes())
    assert verify_consistency(first.size, second.size, bytes(first.root), bytes(second.root), proof)


def test_an_empty_log_can_be_signed(db: None, log_key: Path) -> None:
    assert sign_checkpoint(actor=CLERK).size == 0


def test_it_never_signs_a_shorter_log(write: Write, log_key: Path) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)
    tamper("DELETE FROM audit_leaf WHERE leaf_index >= 3")
    with pytest.raises(LogForked, match="shorter"):
        sign_checkpoint(actor=CLERK)
    assert Checkpoint.objects.count() == 1


def test_it_never_signs_a_fork(write: Write, log_key: Path) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)
    tamper("UPDATE audit_leaf SET leaf_hash = %s WHERE leaf_index = 2", (b"\x02" * 32,))
    with pytest.raises(LogForked, match="no longer contains"):
        sign_checkpoint(actor=CLERK)
    assert Checkpoint.objects.count() == 1


def test_a_promise_by_a_clock_that_was_put_right_before_it_was_signed_is_no_break(
    write: Write, log_key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine died between the two, and came back with its clock a day behind."""
    write(2)
    with monkeypatch.context() as ahead:
        ahead.setattr("audit.checkpoints.timezone.now", lambda: datetime.now(UTC) + timedelta(days=1))
        _promise()
    sign_checkpoint(actor=CLERK)
    sign_checkpoint(actor=CLERK)
    assert verify_log().faults == []


def test_a_promise_that_a_crash_left_unsigned_is_signed_next(write: Write, log_key: Path) -> None:
    write(5)
    checkpoint = sign_checkpoint(actor=CLERK)
    tamper("DELETE FROM audit_checkpointsignature")
    sequence_pending()
    tamper("DELETE FROM audit_leaf WHERE leaf_index = 5")
    assert sign_checkpoint(actor=CLERK) == checkpoint
    assert CheckpointSignature.objects.count() == 2  # Ed25519 and ML-DSA-44


@pytest.mark.django_db(transaction=True)
def test_it_refuses_to_sign_inside_a_transaction_that_could_be_undone(log_key: Path) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        sign_checkpoint(actor=CLERK)
    assert not Checkpoint.objects.exists()


def test_the_key_is_for_its_owner_alone_and_is_never_replaced(log_key: Path, settings: Any) -> None:
    assert stat.S_IMODE(log_key.stat().st_mode) == 0o600
    assert log_key.read_text().startswith("PRIVATE+KEY+")
    with pytest.raises(LogKeyExists):
        create_log_key(settings.DADKHAH_KEYS_DIR)


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (lambda key: key.unlink(), LogKeyMissing),
        (lambda key: key.chmod(0o640), LogKeyUnsafe),
        (lambda key: key.chmod(0o604), LogKeyUnsafe),
        (lambda key: key.write_text("nonsense"), LogKeyWrong),
        (lambda key: key.write_bytes(b"\xff\xfe"), LogKeyWrong),
        (lambda key: key.write_text(key.read_text()[:-6]), LogKeyWrong),
        (lambda key: key.write_text(Signer.generate("another.example/log").line), LogKeyWrong),
    ],
)
def test_a_missing_exposed_or_wrong_key_signs_nothing(
    write: Write, log_key: Path, harm: Callable[[Path], None], error: type[Unavailable]
) -> None:
    write(2)
    harm(log_key)
    with pytest.raises(error) as raised:
        sign_checkpoint(actor=CLERK)
    assert isinstance(raised.value, Unavailable)
    assert "PRIVATE" not in str(raised.value)
    assert not Checkpoint.objects.exists()
    assert Entry.objects.count() == 2


def test_an_empty_or_spoiled_public_key_is_refused(log_key: Path, settings: Any) -> None:
    public = settings.DADKHAH_KEYS_DIR / PUBLIC_FILE
    for text in ("", "nonsense"):
        public.write_text(text)
        with pytest.raises(LogKeyWrong):
            load_verifiers()


@pytest.mark.program("openssl")
def test_openssl_accepts_the_signature(write: Write, log_key: Path, tmp_path: Path) -> None:
    """The same check that a prosecutor makes, with a program that we did not write."""
    from audit.notes import split_note

    write(3)
    text, [(_name, raw), _mldsa] = split_note(sign_checkpoint(actor=CLERK).note)
    der = bytes.fromhex("302a300506032b6570032100") + load_verifiers()[0].public
    for name, content in (("key.der", der), ("text", text.encode()), ("signature", raw[4:])):
        (tmp_path / name).write_bytes(content)
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin", "-in", "text",
         "-sigfile", "signature"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert log_key.name == PRIVATE_FILE


def test_the_key_of_another_installation_signs_nothing(write: Write, log_key: Path, settings: Any) -> None:
    write(2)
    sign_checkpoint(actor=CLERK)
    for name in (PRIVATE_FILE, PUBLIC_FILE):
        (Path(settings.DADKHAH_KEYS_DIR) / name).unlink()
    create_log_key(Path(settings.DADKHAH_KEYS_DIR))
    with pytest.raises(LogKeyWrong, match="not the one that signed this log before"):
        sign_checkpoint(actor=CLERK)
    assert Checkpoint.objects.count() == 1
