"""A copy of the whole log for a stranger: one folder that `verify_log.py`, which lies in it, checks without us.

Entries are one file: each its length in two bytes (big-endian) and its body, in the order of the tree. That is the
entry bundle of C2SP tlog-tiles, one after another; 256 of them are one bundle. One file rather than one per bundle,
because a million entries would be four thousand files, each to be made durable, for a reader who reads all of them.
`tiles/L` holds the hashes of level L, also one after another, so that a changed entry can be named by its place.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.checkpoints import covering_checkpoint, latest_checkpoint, sign_checkpoint
from audit.copied_rows import CopiedRows
from audit.damage import ERRORS, is_absence, words_of
from audit.errors import LogForked, LogUnavailable, TargetExists
from audit.faults import Fault, FaultKind
from audit.key_files import read_key_file
from audit.keys import PUBLIC_FILE, load_signers
from audit.letter import letter
from audit.log import Subject, append
from audit.merkle import HASH_BYTES, TreeHasher, complete_root, leaf_hash
from audit.models import Checkpoint, Entry, Leaf
from audit.rows import bodies_in_order
from audit.sequencing import sequence_pending
from audit.snapshot import one_view
from audit.stamping.handing_out import pinned_certificates
from audit.structure import database_faults
from audit.tiles import HEIGHT, WIDTH, tree_size

_VERIFIER = Path(__file__).parent / "verifier" / "verify_log.py"
_NO_HASH = bytes(HASH_BYTES)
_WALKED_GAP = 100_000


@dataclass(frozen=True, slots=True)
class Exported:
    """What was handed out. `sums` is the SHA-256 of the list of files.

    `signed` is the size of the largest checkpoint in it that bears a signature, `broken` at how many places no entry
    stands, or another one than was hashed into the tree; `forked` says that the entries do not lead to the root of that
    checkpoint, though there are enough. `structure` is what is wrong with the database it came from.
    """

    path: Path
    entries: int
    checkpoints: int
    signed: int
    broken: int
    forked: bool
    sums: str
    structure: Sequence[Fault] = ()


def export_log(target: Path, *, actor: Actor, sign: bool = True) -> Exported:
    """Write the log into the new folder `target` and return what it holds.

    The export is itself an entry, which stands in it. With `sign` the log is signed first, so that the signature
    covers all of it, and an entry that is not what the tree holds ends the export; without, a broken log can be taken
    out as it is. The folder appears whole or not at all. Raises TargetExists before anything is done, LogUnavailable
    where it cannot be written, LogForked for a log that is broken, LogKeyMissing or LogKeyWrong without its public
    keys, and what signing raises. A database that is not as it was made ends nothing and is told in what is returned.
    """
    target = target.absolute()
    if os.path.lexists(target):
        raise TargetExists(_("%(path)s exists already. Name a folder that does not.") % {"path": target})
    structure = _structure()
    # The entry about the signing comes after all that is signed, so this one says by which keys it will be.
    keys = [f"{signer.name}+{signer.verifier.key_hash.hex()}" for signer in load_signers()] if sign else []
    # It says too where the copy ends: whoever cuts another one back to elsewhere is betrayed by that.
    end = "next_checkpoint" if sign else "as_it_is"
    facts: dict[str, Json] = {"signed": sign, "keys": keys, "end": end}
    with transaction.atomic():
        told = append(Action.LOG_EXPORTED, subject=Subject("audit.log", "whole"), actor=actor, facts=facts)
    sequence_pending(wait=True)
    if sign:
        sign_checkpoint(actor=actor)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            exported = _write_all(partial, target, told if sign else None)
            partial.rename(target)
            _sync(target.parent)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise LogUnavailable(
            _("The export could not be written: %(reason)s. Nothing was left behind.")
            % {"reason": error.strerror}
        ) from error
    return replace(exported, structure=structure)


def _structure() -> list[Fault]:
    try:
        return database_faults(connection)
    except ERRORS as error:
        if is_absence(error):
            raise
        return [Fault(FaultKind.UNREADABLE, "guards", words_of(error))]


def _write_all(folder: Path, target: Path, told: Entry | None) -> Exported:
    """Write all files; `told` is the entry about the copy, where the log was signed for it."""
    files = _Files(folder)
    # Read before the view, so that every key in it has its rotation there even where one is made at this moment.
    keys = _keys()
    with one_view():
        # What is exported ends where it was signed first: the entry about the signing is left to the next export, and
        # so is whatever others sign meanwhile.
        signed = _first_over(told) if told else latest_checkpoint()
        size = signed.size if told and signed else tree_size()
        broken, forked = _write_entries(files, size, signed, strict=told is not None)
        rows, sizes = CopiedRows(size, to_the_end=told is None), [0]
        for covered, note in rows.notes():
            files.write(f"checkpoints/{covered:012}", [note.encode()])
            sizes.append(covered)
        for number, note in enumerate(rows.rotations()):
            files.write(f"rotations/{number:04}", [note.encode()])
        certificates = pinned_certificates()
        for number, stamp in enumerate(rows.stamps()):
            name = f"stamps/{stamp.size:012}-{number:02}"
            files.write(f"{name}.tsq", [stamp.request])
            files.write(f"{name}.tsr", [stamp.response])
            if stamp.authority in certificates:
                files.write(f"{name}.pem", [certificates[stamp.authority]])
    files.write("keys", [line for line in keys if line.strip() not in rows.later_keys])
    files.write("verify_log.py", [_VERIFIER.read_bytes()])
    files.write("README.txt", [letter(signed=told is not None).encode()])
    return Exported(target, size, len(sizes) - 1, max(sizes), broken, forked, files.close())


def _first_over(told: Entry) -> Checkpoint:
    """The first signed checkpoint that covers the entry about a copy; raises LogForked where nothing could cover it."""
    leaf = Leaf.objects.filter(entry_id=told.pk).first()
    first = covering_checkpoint(leaf.index + 1) if leaf else None
    if first is None:
        raise LogForked(
            _(
                "The entry about this copy has no place in the log, and without it nobody could tell the copy from one "
                "whose end was cut. It was not taken out. Run verify_audit_log; to take the log out as it is, add "
                "--as-it-is."
            )
        )
    return first


def _keys() -> list[bytes]:
    lines = read_key_file(settings.DADKHAH_KEYS_DIR / PUBLIC_FILE, secret=False).splitlines()
    return [f"{line.strip()}\n".encode() for line in lines if line.strip()]


def _write_entries(
    files: "_Files", size: int, signed: Checkpoint | None, *, strict: bool
) -> tuple[int, bool]:
    """Write entries and hashes in one pass, each level's roots in memory until it is written: 32 bytes per tile.

    Return at how many places the entry is not what was hashed into the tree, and whether those that `signed` covers do
    not lead to its root. Where it is `strict` raises LogForked for the first of either.
    """
    broken, forked = 0, False
    levels: list[bytearray] = [bytearray()]
    tree = TreeHasher()

    def bodies() -> Iterator[bytes]:
        nonlocal broken, forked
        for at, (body, hashed) in enumerate(_gapless(size)):
            if leaf_hash(body) != hashed:
                if strict:
                    raise _broken(at)
                broken += 1
            row.append(hashed)
            if len(row) == WIDTH:
                tile = complete_root(row)
                tree.append(tile, level=HEIGHT)
                levels[0] += tile
                spill.write(b"".join(row))
                row.clear()
            if signed and at + 1 == signed.size:
                forked = tree.root(row) != bytes(signed.root)
            yield len(body).to_bytes(2, "big") + body
        if strict and forked:
            raise _rootless()
        spill.write(b"".join(row))

    row: list[bytes] = []
    with tempfile.TemporaryFile(dir=files.folder) as spill:
        files.write("entries.bin", bodies())
        spill.seek(0)
        files.write("tiles/0", iter(lambda: spill.read(1 << 20), b""))
    level, hashes = 1, bytes(levels[0])
    while hashes:
        files.write(f"tiles/{level}", [hashes])
        step = WIDTH * HASH_BYTES
        full = range(0, len(hashes) - step + 1, step)
        hashes = b"".join(
            complete_root([hashes[at + one : at + one + HASH_BYTES] for one in range(0, step, HASH_BYTES)])
            for at in full
        )
        level += 1
    return broken, forked


def _broken(at: int) -> LogForked:
    return LogForked(
        _(
            "The log is broken at leaf %(at)d: what stands there is not what its tree holds. It was not taken out. Run "
            "verify_audit_log; to take it out as it is, add --as-it-is."
        )
        % {"at": at}
    )


def _rootless() -> LogForked:
    return LogForked(
        _(
            "The log is broken: its entries do not lead to the root that was signed. It was not taken out. Run "
            "verify_audit_log; to take it out as it is, add --as-it-is."
        )
    )


def _gapless(size: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield body and leaf hash of each place; an entry or a place that is gone yields nothing in its stead."""
    at = 0
    for index, hashed, body in bodies_in_order(size):
        if index - at > _WALKED_GAP:
            raise LogForked(_("The log has lost too many places to be exported. Run verify_audit_log."))
        for _missing in range(at, index):
            yield b"", _NO_HASH
        yield body, hashed
        at = index + 1


class _Files:
    """Writes files below one folder, each durable, and knows their digests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._digests: dict[str, str] = {}

    def write(self, name: str, parts: Iterable[bytes]) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        digest = hashlib.sha256()
        with path.open("xb", buffering=1 << 20) as file:
            for part in parts:
                digest.update(part)
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        self._digests[name] = digest.hexdigest()

    def close(self) -> str:
        """List the digests, make the folders durable, and return the digest of the list."""
        sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(self._digests.items())).encode()
        self.write("SHA256SUMS", [sums])
        for folder in sorted({(self.folder / name).parent for name in self._digests}):
            _sync(folder)
        return self._digests["SHA256SUMS"]


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
