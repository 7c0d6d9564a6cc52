"""Publishing the log as static files (C2SP tlog-tiles) that independent monitors can follow.

The order is the promise: tiles first, durable; then the keys and their rotations; then the entry that says so; then
the checkpoint, by rename. So a reader never meets a checkpoint whose tiles are missing, and a run that was killed is
finished by the next. Full tiles are never written again. Only hashes leave the house unless entries are asked for:
entries tell who did what, so the entry that says that they were handed out comes before any of them.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json, canonical_json
from audit.checkpoints import latest_checkpoint
from audit.cosignatures import TreeHead
from audit.errors import BadNote, LogForked, NothingSigned, PublicationRefused
from audit.folder_lock import alone_in
from audit.key_history import own_generations, rotation_notes
from audit.keys import lines_of, load_verifiers
from audit.log import append
from audit.merkle import TreeHasher, complete_root, leaf_hash, root
from audit.models import Checkpoint, Entry, Leaf
from audit.notes import signed_by, split_note
from audit.published_folder import PublishedFolder, make_folder
from audit.sequencing import sequence_pending
from audit.tile_paths import CHECKPOINT, PUBLIC_KEYS, ROTATIONS, WIDTH, TileName, tiles_of
from audit.tiles import StoredNodes, read_hashes

_NAMES = {CHECKPOINT, PUBLIC_KEYS, ROTATIONS, "tile"}


@dataclass(frozen=True, slots=True)
class Published:
    """What stands in the folder now, and how many files this run wrote."""

    head: TreeHead
    written: int


def publish_log(folder: Path, *, actor: Actor, with_entries: bool = False) -> Published:
    """Publish the last signed checkpoint with its tiles into `folder`, writing only what is new.

    Raises NothingSigned without a checkpoint; PublicationRefused where the folder holds anything else than this log;
    LogForked where what was published before is larger than, or no part of, this log; FolderBusy; FolderUnwritable.
    """
    checkpoint = latest_checkpoint()
    if checkpoint is None:
        raise NothingSigned(_("The log was never signed. Run sign_checkpoint, then publish it."))
    make_folder(folder)
    with alone_in(folder):
        pen = PublishedFolder(folder)
        _require_own(pen, checkpoint)
        pen.sweep()
        note = checkpoint.note.encode()
        if with_entries:
            # What hands something out is recorded, and in the tree, before it is to be had.
            _record(folder, checkpoint, note, with_entries=True, actor=actor)
        _write_tiles(pen, checkpoint, with_entries=with_entries)
        pen.settle()
        pen.replace(PUBLIC_KEYS, lines_of(load_verifiers()).encode())
        pen.replace(ROTATIONS, json.dumps(rotation_notes(), ensure_ascii=False, indent=1).encode())
        if pen.written or pen.read(CHECKPOINT) != note:
            _record(folder, checkpoint, note, with_entries=with_entries, actor=actor)
            pen.replace(CHECKPOINT, note)
    return Published(TreeHead(checkpoint.origin, checkpoint.size, bytes(checkpoint.root)), pen.written)


def _require_own(pen: PublishedFolder, checkpoint: Checkpoint) -> None:
    """What is there must be what this log published before, as its own past says."""
    before = pen.read(CHECKPOINT)
    if before is None:
        strange = sorted(
            path.name for path in pen.folder.iterdir() if path.name not in _NAMES and path.name[0] != "."
        )
        if strange:
            raise PublicationRefused(
                _("%(path)s holds something else: %(name)s. Publish into an empty folder.")
                % {"path": pen.folder, "name": strange[0]}
            )
        return
    chain, _stray = own_generations()
    try:
        signed_by(before.decode(), [key for generation in chain for key in generation.keys])
        head = TreeHead.parse(split_note(before.decode())[0])
    except (BadNote, UnicodeDecodeError) as error:
        raise PublicationRefused(
            _("%(path)s holds the checkpoint of another log. Publish into an empty folder.")
            % {"path": pen.folder}
        ) from error
    if head.origin != checkpoint.origin:
        raise PublicationRefused(
            _("%(path)s holds the checkpoint of another log. Publish into an empty folder.")
            % {"path": pen.folder}
        )
    if head.size > checkpoint.size or not _begins_with(head):
        raise LogForked(
            _(
                "The log no longer contains what was published before (%(size)d entries): it was cut, restored from "
                "an old copy or changed. Nothing was published. Run verify_audit_log and keep the database as it is."
            )
            % {"size": head.size}
        )


def _begins_with(head: TreeHead) -> bool:
    try:
        return root(head.size, StoredNodes()) == head.root
    except LookupError:
        return False


def _write_tiles(pen: PublishedFolder, checkpoint: Checkpoint, *, with_entries: bool) -> None:
    """Derive every tile from the leaves alone, so that no stored tile is believed, and compare the root."""
    tree = TreeHasher()
    rising: list[list[bytes]] = []
    for name in tiles_of(checkpoint.size):
        if name.level == len(rising):
            rising.append([])
        hashes = _hashes(name, rising)
        if len(hashes) != name.width:
            raise _changed()
        pen.write_once(name.path, b"".join(hashes))
        if name.level == 0:
            for hashed in hashes:
                tree.append(hashed)
            if with_entries:
                pen.write_once(name.entries_path, _bundle(name, hashes))
        if name.width == WIDTH:
            rising[name.level].append(complete_root(hashes))
    if tree.root() != bytes(checkpoint.root):
        raise _changed()


def _hashes(name: TileName, rising: list[list[bytes]]) -> list[bytes]:
    start = name.index * WIDTH
    if name.level:
        return rising[name.level - 1][start : start + name.width]
    return read_hashes(0, start, start + name.width)


def _bundle(name: TileName, hashes: list[bytes]) -> bytes:
    """The entries of a tile, each behind its length in two bytes (C2SP tlog-tiles, log entries)."""
    start = name.index * WIDTH
    bodies = [
        bytes(leaf.entry.body)
        for leaf in Leaf.objects.filter(index__gte=start, index__lt=start + name.width)
        .select_related("entry")
        .order_by("index")
    ]
    if [leaf_hash(body) for body in bodies] != hashes:
        raise _changed()
    return b"".join(len(body).to_bytes(2, "big") + body for body in bodies)


def _record(folder: Path, checkpoint: Checkpoint, note: bytes, *, with_entries: bool, actor: Actor) -> None:
    """Record the publishing before it is visible; a run that was killed after this finds its entry again."""
    facts: dict[str, Json] = {
        "size": checkpoint.size,
        "root": bytes(checkpoint.root).hex(),
        "note": f"sha256:{hashlib.sha256(note).hexdigest()}",
        # Two folders are two acts; a path can hold a name, so its digest stands for it.
        "place": f"sha256:{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()}",
        "entries": with_entries,
    }
    told = b'"facts":' + canonical_json(facts)
    bodies = Entry.objects.filter(action=Action.LOG_PUBLISHED.value, subject_id=str(checkpoint.pk))
    if with_entries:  # each who takes them out does so in their own name
        bodies = bodies.filter(actor=actor.audit_name)
    if any(told in bytes(body) for body in bodies.values_list("body", flat=True)):
        return
    with transaction.atomic(durable=True):
        append(Action.LOG_PUBLISHED, subject=checkpoint, actor=actor, facts=facts)
    sequence_pending(wait=with_entries)


def _changed() -> LogForked:
    return LogForked(
        _(
            "The log no longer contains what was signed last: its past was changed. Nothing was published. "
            "Run verify_audit_log and keep the database as it is."
        )
    )
