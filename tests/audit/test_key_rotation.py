"""New keys for the log: introduced by the old ones, finished after a crash at any step, never by a stranger."""

import itertools
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.actions import Action
from audit.checkpoints import sign_checkpoint
from audit.cosignatures import TreeHead
from audit.errors import BadNote, FolderBusy, LogForked, LogKeyWrong
from audit.faults import FaultKind
from audit.folder_lock import alone_in
from audit.key_history import own_generations
from audit.key_rotation import NEXT_MLDSA_FILE, RotationReason, rotate_log_key
from audit.keys import MLDSA_FILE, NEXT_FILE, PRIVATE_FILE, PUBLIC_FILE, load_signers, load_verifiers
from audit.models import Checkpoint, CheckpointSignature, Entry, KeyRotation
from audit.notes import Signer, sign_note, split_note
from audit.rotations import Rotation, follow
from audit.signature_kinds import ED25519, MLDSA44
from audit.verification import verify_log
from config.key_making import make_missing_keys
from tests.audit.conftest import CLERK
from tests.audit.crashes import Killed, killed_at
from tests.tampering import tamper

Write = Callable[[int], list[Entry]]
ORIGIN = "example.com/log"
HEAD = TreeHead(ORIGIN, 7, bytes(32))
# Whoever signs a checkpoint anew, with another key, has to take the signatures away that the log remembers.
BOTH_GONE = [FaultKind.SIGNATURE_REMOVED] * 2


def kinds() -> list[FaultKind]:
    return [fault.kind for fault in verify_log().faults]


def rotate() -> KeyRotation:
    return rotate_log_key(reason=RotationReason.PLANNED, actor=CLERK)


def test_the_log_goes_on_under_new_keys_that_the_old_ones_introduced(write: Write, log_key: Path) -> None:
    write(5)
    old_keys, old_files = load_verifiers(), log_key.read_text()
    before = sign_checkpoint(actor=CLERK)
    rotate()
    assert log_key.read_text() != old_files
    assert old_files not in "".join(
        path.read_text() for path in log_key.parent.iterdir() if "log" in path.name
    )
    assert load_verifiers()[:2] == old_keys
    assert [key.kind for key in load_verifiers()] == [ED25519, MLDSA44] * 2
    write(3)
    after = sign_checkpoint(actor=CLERK)
    by = {row.key_hash for row in after.signatures.all()}
    assert by == {key.key_hash.hex() for key in load_verifiers()[2:]}
    assert before.signatures.count() == 2
    assert verify_log().ok
    chain, stray = follow(old_keys, KeyRotation.objects.values_list("note", flat=True))
    assert (len(chain), stray) == (2, [])
    assert chain[1].keys == tuple(load_verifiers()[2:])


def test_the_rotation_is_in_the_log_with_its_reason(write: Write, log_key: Path) -> None:
    import json

    write(1)
    row = rotate()
    entry = Entry.objects.get(action=Action.LOG_KEY_ROTATED.value)
    facts = json.loads(bytes(entry.body))["facts"]
    assert entry.subject_id == str(row.pk)
    assert facts["reason"] == "planned"
    assert (len(facts["old"]), len(facts["new"])) == (2, 2)


@pytest.mark.parametrize(("column", "value"), [("made_at", "2019-01-01 00:00:00"), ("id", uuid.uuid4().hex)])
def test_a_rotation_that_was_renamed_or_dated_anew_is_named(
    write: Write, log_key: Path, column: str, value: str
) -> None:
    write(1)
    rotate()
    assert kinds() == []
    tamper(f"UPDATE audit_keyrotation SET {column} = %s", (value,))
    assert kinds() == [FaultKind.CHECKPOINT_CHANGED]


def test_keys_can_be_rotated_again_and_again(write: Write, log_key: Path) -> None:
    for _round in range(3):
        write(2)
        rotate()
    sign_checkpoint(actor=CLERK)
    assert len(own_generations()[0]) == 4
    assert verify_log().ok


def test_a_crash_at_any_step_is_finished_by_running_it_again(
    write: Write, log_key: Path, settings: Any
) -> None:
    """One rotation after the other, each killed one step later, until one comes through."""
    folder = Path(settings.DADKHAH_KEYS_DIR)
    write(3)
    at, finished = 0, False
    while not finished:
        at += 1
        before = KeyRotation.objects.count()
        try:
            with killed_at(at):
                rotate()
            finished = True
        except Killed:
            half = KeyRotation.objects.count() == before + 1
            assert make_missing_keys(folder, data=settings.DADKHAH_DATA_DIR) == []
            if half and (folder / NEXT_FILE).exists():
                # The old key signs nothing any more, and says what to do.
                with pytest.raises(LogKeyWrong, match="rotate_log_key again"):
                    sign_checkpoint(actor=CLERK)
            if not half or (folder / NEXT_FILE).exists():
                rotate()
        assert KeyRotation.objects.count() == before + 1
        assert not (folder / NEXT_FILE).exists()
        assert not (folder / NEXT_MLDSA_FILE).exists()
        write(1)
        sign_checkpoint(actor=CLERK)
        assert verify_log().faults == []
    assert at > 10


def test_a_key_folder_of_before_the_last_rotation_is_called_that_and_not_unfinished(
    write: Write, log_key: Path
) -> None:
    write(3)
    of_before = {path: path.read_bytes() for path in log_key.parent.iterdir() if path.is_file()}
    rotate()
    for path, content in of_before.items():
        path.write_bytes(content)
    write(1)
    for act in (rotate, lambda: sign_checkpoint(actor=CLERK), rotate):
        with pytest.raises(LogKeyWrong, match="newest copy of the key folder"):
            act()
    assert verify_log().ok


def test_only_one_rotation_is_at_work_at_a_time(write: Write, log_key: Path, settings: Any) -> None:
    write(1)
    with alone_in(settings.DADKHAH_KEYS_DIR), pytest.raises(FolderBusy, match="Another process"):
        rotate()
    assert not KeyRotation.objects.exists()


def test_a_forked_log_gets_no_new_key(write: Write, log_key: Path) -> None:
    write(5)
    sign_checkpoint(actor=CLERK)
    tamper("UPDATE audit_leaf SET leaf_hash = %s WHERE leaf_index = 2", (b"\x02" * 32,))
    with pytest.raises(LogForked):
        rotate()
    assert not KeyRotation.objects.exists()


def test_a_key_that_no_rotation_introduced_signs_nothing(write: Write, log_key: Path, settings: Any) -> None:
    write(2)
    sign_checkpoint(actor=CLERK)
    stranger = Signer.generate(load_signers()[0].name)
    log_key.write_text(stranger.line)
    public = settings.DADKHAH_KEYS_DIR / PUBLIC_FILE
    public.write_text(public.read_text() + stranger.verifier.line + "\n")
    with pytest.raises(LogKeyWrong, match="not the one that signed this log before"):
        sign_checkpoint(actor=CLERK)


def test_a_second_key_that_was_exchanged_signs_nothing(write: Write, log_key: Path, settings: Any) -> None:
    write(2)
    sign_checkpoint(actor=CLERK)
    stranger = Signer.generate(load_signers()[0].name, MLDSA44)
    (settings.DADKHAH_KEYS_DIR / MLDSA_FILE).write_text(stranger.line)
    public = settings.DADKHAH_KEYS_DIR / PUBLIC_FILE
    public.write_text(f"{load_verifiers()[0].line}\n{stranger.verifier.line}\n")
    with pytest.raises(LogKeyWrong, match="not the one that signed this log before"):
        sign_checkpoint(actor=CLERK)


def _sign_row(checkpoint: Checkpoint, signer: Signer) -> None:
    tamper("DELETE FROM audit_checkpointsignature WHERE checkpoint_id = %s", (_key(checkpoint),))
    CheckpointSignature.objects.create(
        checkpoint=checkpoint,
        key_name=signer.name,
        key_hash=signer.verifier.key_hash.hex(),
        line=signer.signature_line(checkpoint.text),
        made_at=checkpoint.made_at,
    )


def _key(row: Any) -> object:
    from django.db import connection

    return row.pk if connection.vendor == "postgresql" else row.pk.hex


def test_a_checkpoint_by_a_key_that_is_only_in_the_public_file_is_named_foreign(
    write: Write, log_key: Path, settings: Any
) -> None:
    write(2)
    checkpoint = sign_checkpoint(actor=CLERK)
    stranger = Signer.generate(load_signers()[0].name)
    public = settings.DADKHAH_KEYS_DIR / PUBLIC_FILE
    public.write_text(public.read_text() + stranger.verifier.line + "\n")
    _sign_row(checkpoint, stranger)
    assert kinds() == [*BOTH_GONE, FaultKind.ROTATION_REMOVED, FaultKind.FOREIGN_KEY]


def test_a_checkpoint_by_the_old_key_after_its_end_is_named(write: Write, log_key: Path) -> None:
    write(2)
    old = load_signers()[0]
    rotate()
    write(2)
    _sign_row(sign_checkpoint(actor=CLERK), old)
    assert kinds() == [*BOTH_GONE, FaultKind.KEY_OUT_OF_TIME]


def test_a_checkpoint_by_the_new_key_before_its_time_is_named(write: Write, log_key: Path) -> None:
    write(2)
    checkpoint = sign_checkpoint(actor=CLERK)
    write(2)
    rotate()
    _sign_row(checkpoint, load_signers()[0])
    assert kinds() == [*BOTH_GONE, FaultKind.KEY_OUT_OF_TIME]


def test_a_rotation_that_no_key_of_the_log_signed_is_named(write: Write, log_key: Path) -> None:
    write(2)
    checkpoint = sign_checkpoint(actor=CLERK)
    stranger = Signer.generate(checkpoint.origin)
    head = TreeHead(checkpoint.origin, checkpoint.size, bytes(checkpoint.root))
    note = sign_note(Rotation(head, (Signer.generate(checkpoint.origin).verifier,)).text, [stranger])
    KeyRotation.objects.create(note=note, made_at=checkpoint.made_at)
    assert kinds() == [FaultKind.BAD_ROTATION]


def generation(origin: str = ORIGIN) -> list[Signer]:
    return [Signer.generate(origin), Signer.generate(origin, MLDSA44)]


def public(signers: list[Signer]) -> tuple[Any, ...]:
    return tuple(signer.verifier for signer in signers)


def test_a_rotation_without_the_old_second_signature_leads_nowhere() -> None:
    """Whoever breaks Ed25519 one day must not be able to leave the other signature out."""
    old, new = generation(), generation()
    text = Rotation(HEAD, public(new)).text
    assert len(follow(public(old), [sign_note(text, old)])[0]) == 2
    assert follow(public(old), [sign_note(text, old[:1])])[0][0].until is None
    assert follow(public(old), [sign_note(text, old[1:])])[0][0].until is None
    spoiled = sign_note(text, [old[0], Signer.generate(ORIGIN, MLDSA44)])
    assert len(follow(public(old), [spoiled])[0]) == 1


def test_of_two_rotations_by_one_key_the_second_is_left_over() -> None:
    old = generation()
    notes = [sign_note(Rotation(HEAD, public(generation())).text, old) for _twice in range(2)]
    chain, stray = follow(public(old), notes)
    assert (len(chain), stray) == (2, notes[1:])


def test_rotations_are_followed_in_whatever_order_they_come() -> None:
    steps = [generation() for _ in range(4)]
    notes = [
        sign_note(Rotation(TreeHead(ORIGIN, at, bytes(32)), public(new)).text, old)
        for at, (old, new) in enumerate(itertools.pairwise(steps))
    ]
    assert [g.keys for g in follow(public(steps[0]), notes[::-1])[0]] == [public(step) for step in steps]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("v1", "v2", 1),
        lambda text: text.replace("\n7\n", "\n07\n"),
        lambda text: text.replace(ORIGIN + "\n7", "other.example\n7"),
        lambda text: "\n".join(text.split("\n")[:4]) + "\n",
        lambda text: text + text.split("\n")[4] + "\n",
        lambda text: "\n".join([*text.split("\n")[:4], *text.split("\n")[5:]]),
    ],
)
def test_it_reads_no_rotation_of_another_form(change: Callable[[str], str]) -> None:
    text = Rotation(HEAD, public(generation())).text
    assert Rotation.parse(text).text == text
    with pytest.raises(BadNote):
        Rotation.parse(change(text))


def test_a_rotation_is_no_checkpoint_and_a_checkpoint_no_rotation(write: Write, log_key: Path) -> None:
    write(1)
    text, _lines = split_note(rotate().note)
    with pytest.raises(BadNote):
        TreeHead.parse(text)
    with pytest.raises(BadNote):
        Rotation.parse(Checkpoint.objects.get().text)
    assert log_key.name == PRIVATE_FILE
