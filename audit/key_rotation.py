"""Giving the log new keys, signed by the old ones, so that a crash at any step is finished by running it again.

The order, and why:
 1. the new keys are durable in files of their own, before anything names them;
 2. the log is signed under the old keys, and in one transaction the old keys sign the new ones and the log records it:
    from this commit on the old keys sign nothing more (`audit.key_history.require_current`);
 3. the new public halves join `.pub`;
 4. the new private files take the place of the old ones, the Ed25519 key last: its `.next` file is the sign that
    something is left to do.

The old private keys are replaced, not kept: nothing needs them, and whoever found one could sign a past that never was
for all who have not heard of the rotation.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.checkpoints import sign_checkpoint
from audit.cosignatures import TreeHead
from audit.errors import BadNote, LogKeyWrong
from audit.folder_lock import alone_in
from audit.key_files import read_key_file, sync_folder, write_new, write_public
from audit.key_history import require_current
from audit.keys import (
    MLDSA_FILE,
    NEXT_FILE,
    PRIVATE_FILE,
    PUBLIC_FILE,
    lines_of,
    load_signer,
    load_signers,
    load_verifiers,
)
from audit.log import append
from audit.models import Checkpoint, KeyRotation
from audit.notes import Signer, sign_note, split_note
from audit.rotations import Rotation
from audit.sequencing import lock_tree, sequence_pending
from audit.signature_kinds import ED25519, MLDSA44, Kind, mldsa_is_here

NEXT_MLDSA_FILE = "log_signing_mldsa.next.key"


class RotationReason(StrEnum):
    """Why the log gets new keys. A closed list: a free text could name somebody, and the log forgets nothing."""

    PLANNED = "planned"
    EXPOSED = "exposed"
    LOST = "lost"
    PERSON_LEFT = "person_left"
    MACHINE_LEFT = "machine_left"

    @property
    def label(self) -> Promise:
        """The reason for a reader, in the reader's language."""
        return _REASONS[self]


_REASONS: dict[RotationReason, Promise] = {
    RotationReason.PLANNED: _("a planned change of keys"),
    RotationReason.EXPOSED: _("the key may have been seen by others"),
    RotationReason.LOST: _("a copy of the key was lost"),
    RotationReason.PERSON_LEFT: _("somebody who had access to the key has left"),
    RotationReason.MACHINE_LEFT: _("the machine that held the key was given away"),
}


def rotate_log_key(*, reason: RotationReason, actor: Actor) -> KeyRotation:
    """Give the log new keys and return the rotation; or finish one that broke off, and return that.

    Raises what `sign_checkpoint` raises, or FolderBusy; then no key was replaced. Raises RuntimeError inside another
    transaction.
    """
    folder: Path = settings.DADKHAH_KEYS_DIR
    with alone_in(folder):
        new = _next_keys(folder)
        rotation = _introducing(new[0])
        if rotation is None:
            rotation = _record(new, reason=reason, actor=actor)
        _switch(folder, rotation)
    sequence_pending()
    return rotation


def _next_keys(folder: Path) -> list[Signer]:
    """Return the keys to come, made where they are not there yet."""
    origin = settings.DADKHAH_LOG_ORIGIN
    keys = [_next_key(folder / NEXT_FILE, origin, ED25519)]
    if mldsa_is_here() and _introducing(keys[0]) is None:
        keys.append(_next_key(folder / NEXT_MLDSA_FILE, origin, MLDSA44))
    return keys


def _next_key(path: Path, origin: str, kind: Kind) -> Signer:
    if not path.exists():
        write_new(path, Signer.generate(origin, kind).line + "\n")
    try:
        return Signer.parse(read_key_file(path, secret=True))
    except BadNote as error:
        raise LogKeyWrong(
            _("The file %(name)s does not hold a signing key. Remove it and run rotate_log_key again.")
            % {"name": path.name}
        ) from error


def _introducing(new: Signer) -> KeyRotation | None:
    """Return the rotation that names this key, where one was recorded before a crash."""
    for rotation in KeyRotation.objects.order_by("-made_at"):
        if new.verifier in Rotation.parse(split_note(rotation.note)[0]).keys:
            return rotation
    return None


def _record(new: Sequence[Signer], *, reason: RotationReason, actor: Actor) -> KeyRotation:
    old = load_signers()
    checkpoint = sign_checkpoint(actor=actor)
    head = TreeHead(checkpoint.origin, checkpoint.size, bytes(checkpoint.root))
    rotation = Rotation(head, tuple(signer.verifier for signer in new))
    note = sign_note(rotation.text, old)
    with transaction.atomic(durable=True):
        lock_tree(wait=True)
        # Under the lock that signing takes too: of two rotations at once the second finds that its key is no more.
        require_current(old)
        _require_latest(checkpoint)
        row = KeyRotation.objects.create(note=note, made_at=timezone.now())
        facts: dict[str, Json] = {
            "size": checkpoint.size,
            "root": bytes(checkpoint.root).hex(),
            "old": [_name(signer) for signer in old],
            "new": [_name(signer) for signer in new],
            "reason": reason.value,
        }
        append(Action.LOG_KEY_ROTATED, subject=row, actor=actor, facts=facts)
    return row


def _require_latest(checkpoint: Checkpoint) -> None:
    """Nothing larger may have been signed meanwhile under the old keys: it would come to stand after their end."""
    if Checkpoint.objects.filter(size__gt=checkpoint.size).exists():
        raise LogKeyWrong(_("The log was signed by somebody else at this moment. Run rotate_log_key again."))


def _switch(folder: Path, row: KeyRotation) -> None:
    """Put the new keys where the old ones were. Safe to run twice."""
    rotation = Rotation.parse(split_note(row.note)[0])
    published = load_verifiers()
    if rotation.keys[0] not in published:
        write_public(folder / PUBLIC_FILE, lines_of([*published, *rotation.keys]))
    if any(key.kind is MLDSA44 for key in rotation.keys):
        _replace(folder / NEXT_MLDSA_FILE, folder / MLDSA_FILE)
    else:
        (folder / MLDSA_FILE).unlink(missing_ok=True)
    _replace(folder / NEXT_FILE, folder / PRIVATE_FILE)
    if load_signer().verifier != rotation.keys[0]:
        raise LogKeyWrong(
            _(
                "The signing key was replaced by a rotation that did not come to its end. Nothing was signed. "
                "Run rotate_log_key again; it finishes what was begun."
            )
        )


def _replace(new: Path, old: Path) -> None:
    if new.exists():
        new.replace(old)
        sync_folder(old.parent)


def _name(signer: Signer) -> str:
    return f"{signer.name}+{signer.verifier.key_hash.hex()}"
