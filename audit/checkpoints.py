"""Signing the log at its size and root, and proving entries to a checkpoint.

The order, and why: first the size and root are written and committed, and only then signed, so that a crash can
never leave a signature in the world for a tree that we do not stand by. What a crash left unsigned is signed the next
time. The entry CHECKPOINT_SIGNED is appended with the signatures and is therefore covered by the next checkpoint,
never by its own, whose root it could not contain.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import Action
from audit.actors import Actor
from audit.errors import LogForked, NotInTree
from audit.key_history import require_current
from audit.keys import load_signers
from audit.log import append, instant
from audit.merkle import inclusion_proof, root
from audit.models import Checkpoint, CheckpointSignature
from audit.notes import Signer
from audit.sequencing import lock_tree, sequence_pending
from audit.tiles import StoredNodes, nodes_under, tree_size


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry with the audit path (RFC 6962 section 2.1.1) from its leaf to a checkpoint's root."""

    id: uuid.UUID
    index: int
    body: bytes
    proof: list[bytes]


def sign_checkpoint(*, actor: Actor) -> Checkpoint:
    """Sign the log as it stands, every committed entry included, and return the checkpoint with its note.

    Safe where two do it at once. Raises LogKeyMissing, LogKeyUnsafe or LogKeyWrong (also for the key of another
    installation) before anything is written; LogForked where the log is smaller than the last checkpoint or does not
    begin with it; RuntimeError inside another transaction, whose undoing would leave a signed note without its row.
    """
    signers = load_signers()
    require_current(signers)
    checkpoint = _promise()
    for promised in [*_left_unsigned(before=checkpoint.size), checkpoint]:
        with transaction.atomic(durable=True):
            _sign(promised, signers=signers, actor=actor)
    sequence_pending()
    return checkpoint


def latest_checkpoint() -> Checkpoint | None:
    """Return the largest checkpoint that bears a signature, or None."""
    return Checkpoint.objects.filter(signatures__isnull=False).order_by("-size").first()


def covering_checkpoint(size: int) -> Checkpoint | None:
    """Return the earliest checkpoint that bears a signature and covers the first `size` entries, or None.

    Whoever names it on a document gives the same document on every later day.
    """
    signed = Checkpoint.objects.filter(signatures__isnull=False, size__gte=size)
    return signed.order_by("size").first()


def prove(entry_ids: Iterable[uuid.UUID], checkpoint: Checkpoint) -> list[ProvenEntry]:
    """Return each entry with its proof to the checkpoint, in the order of the log.

    Raises NotInTree where an entry is unknown or stands after the checkpoint: sign a new one first.
    """
    wanted = set(entry_ids)
    leaves = _leaves(wanted, checkpoint.size)
    if len(leaves) != len(wanted):
        raise NotInTree(_("An entry is not covered by this checkpoint. Sign a new checkpoint and try again."))
    if not leaves:
        return []
    nodes = StoredNodes(nodes_under(checkpoint.size, bytes(checkpoint.root)))
    nodes.read_ahead(checkpoint.size, [index for index, _id, _body in leaves])
    return [
        ProvenEntry(id=key, index=index, body=body, proof=inclusion_proof(index, checkpoint.size, nodes))
        for index, key, body in leaves
    ]


def _leaves(entry_ids: Collection[uuid.UUID], size: int) -> list[tuple[int, uuid.UUID, bytes]]:
    """Return index, id and body of these entries, as far as they stand below `size`, in the order of the log."""
    if not entry_ids:
        return []
    adapted = [key if connection.vendor == "postgresql" else key.hex for key in entry_ids]
    marks = ", ".join(["%s"] * len(adapted))
    sql = f"""
        SELECT l.leaf_index, l.entry_id, e.body FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
        WHERE l.entry_id IN ({marks}) AND l.leaf_index < %s ORDER BY l.leaf_index
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*adapted, size])
        rows = cursor.fetchall()
    return [
        (int(index), key if isinstance(key, uuid.UUID) else uuid.UUID(key), bytes(body))
        for index, key, body in rows
    ]


def _promise() -> Checkpoint:
    """Make the size and root durable. Finds again a promise that a crash left unsigned."""
    with transaction.atomic(durable=True):
        lock_tree(wait=True)
        sequence_pending(wait=True)
        size = tree_size()
        last = Checkpoint.objects.order_by("-size").first()
        if last is not None:
            _check_against(last, size)
            if last.size == size and last.origin == settings.DADKHAH_LOG_ORIGIN:
                return last
        return Checkpoint.objects.create(
            origin=settings.DADKHAH_LOG_ORIGIN,
            size=size,
            root=_root_now(size),
            made_at=timezone.now(),
        )


def _root_now(size: int) -> bytes:
    try:
        return root(size, StoredNodes())
    except (
        LookupError
    ) as error:  # places are missing: somebody wrote an index far beyond the end, or took leaves away
        raise LogForked(
            _(
                "The log no longer contains what was signed last: its past was changed. Nothing was signed. "
                "Run verify_audit_log and keep the database as it is."
            )
        ) from error


def _left_unsigned(*, before: int) -> list[Checkpoint]:
    """Return the promises that a crash left unsigned while the log grew on."""
    return list(Checkpoint.objects.filter(signatures__isnull=True, size__lt=before).order_by("size"))


def _check_against(last: Checkpoint, size: int) -> None:
    if size < last.size:
        raise LogForked(
            _(
                "The log is shorter than when it was last signed: entries were removed. Nothing was signed. "
                "Run verify_audit_log and keep the database as it is."
            )
        )
    try:
        same = root(last.size, StoredNodes()) == bytes(last.root)
    except LookupError:
        same = False
    if not same:
        raise LogForked(
            _(
                "The log no longer contains what was signed last: its past was changed. Nothing was signed. "
                "Run verify_audit_log and keep the database as it is."
            )
        )


def _sign(checkpoint: Checkpoint, *, signers: Sequence[Signer], actor: Actor) -> None:
    # Under the lock that a rotation of keys takes too: a key that was replaced meanwhile signs nothing any more.
    lock_tree(wait=True)
    if not require_current(signers).covers(checkpoint.size):
        raise LogForked(
            _(
                "The log is not longer than when its key was rotated. Run verify_audit_log before signing again."
            )
        )
    _check_against(checkpoint, tree_size())
    signed = [key for key in signers if _add_signature(checkpoint, key)]
    if signed:
        append(
            Action.CHECKPOINT_SIGNED,
            subject=checkpoint,
            actor=actor,
            facts={
                "size": checkpoint.size,
                "root": bytes(checkpoint.root).hex(),
                # Before a crash, maybe, and by another clock than that of this entry.
                "promised_at": instant(checkpoint.made_at),
                "keys": [f"{key.name}+{key.verifier.key_hash.hex()}" for key in signed],
            },
        )


def _add_signature(checkpoint: Checkpoint, signer: Signer) -> bool:
    _row, created = CheckpointSignature.objects.get_or_create(
        checkpoint=checkpoint,
        key_name=signer.name,
        key_hash=signer.verifier.key_hash.hex(),
        defaults={"line": signer.signature_line(checkpoint.text), "made_at": timezone.now()},
    )
    return created
