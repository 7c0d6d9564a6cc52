"""Checkpoints that left the house, and what they show about the log that is here.

The signed checkpoints inside the database show what was changed by whoever could not sign. Whoever owns the machine
can rewrite the log, sign it anew, or put an old copy back, and then all inside agrees; only a checkpoint held
elsewhere shows it. What each shows, given that our key signed it:

- it is larger than the log: the log was **rolled back** to an older copy, or its end was cut together with every
  trace of it;
- the log had another root at its size: the log was **forked**, that is, changed before that size and signed anew;
- that, and no checkpoint from outside fits at any size, and the log does not remember having been signed at any of
  their sizes: it was **rebuilt** from scratch, or an older copy was put back and written on; a checkpoint from before
  the copy would fit only the latter. (A log in which single entries were rewritten still carries, of its own,
  a checkpoint of each size at which it was ever signed; one made anew was signed at other sizes.)
- two of them are of one size and have different roots: whoever holds the key has shown two logs, a **split view**.

One that our key did not sign proves nothing about the log. It is no break, and never passes for agreement either: it
is listed as not comparable. Whoever is sure that it came from this house must speak, for were the keys exchanged
together with the log, the true checkpoints would be the ones that look foreign.
"""

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from audit.errors import BadNote, LogKeyMissing, LogKeyWrong, SignatureUnsupported
from audit.faults import FaultKind, LogReport
from audit.key_history import own_generations
from audit.merkle import HASH_BYTES
from audit.notes import split_note
from audit.rotations import Generation
from audit.signed_rows import StoredCheckpoint

# Whoever wrote a note may have put any number of signatures under it.
_KEYS_NAMED = 4


@dataclass(frozen=True, slots=True)
class OutsideCheckpoint:
    """A checkpoint as it came back to us; `place` says where from."""

    place: str
    origin: str
    size: int
    root: bytes
    text: str
    signatures: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class SetAside:
    """What was given as a checkpoint and is none that can be used; `reason` says why, and what to do."""

    kind: FaultKind
    place: str
    reason: str


def parse_outside(note: str, *, place: str) -> OutsideCheckpoint:
    """Read a checkpoint (C2SP tlog-checkpoint) that travelled, from its note. Raises BadNote where it is none."""
    text, signatures = split_note(_as_sent(note))
    origin, size, root, *_extensions = [*text.split("\n"), "", ""]
    try:
        raw = base64.b64decode(root, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    plain = size.isascii() and size.isdigit() and str(int(size[:20])) == size
    if not origin or not plain or len(raw) != HASH_BYTES:
        raise BadNote(_("This is a signed note, but not the checkpoint of a log."))
    return OutsideCheckpoint(place, origin, int(size), raw, text, signatures)


def _as_sent(note: str) -> str:
    """Undo what mail and editors do to line ends, and to what opens and closes a file.

    Nothing is lost by that: the signature is over the text as it was, and is checked after this.
    """
    return note.removeprefix("\ufeff").replace("\r\n", "\n").strip("\n") + "\n"


def signed_by_us(outside: OutsideCheckpoint, chain: Sequence[Generation]) -> FaultKind | None:
    """Return None where a key that was ours at that size signed it, and else what is wrong with it."""
    if outside.origin != settings.DADKHAH_LOG_ORIGIN:
        return FaultKind.OTHER_LOG
    known = {key.id: (key, generation) for generation in chain for key in generation.keys}
    fault: FaultKind | None = FaultKind.FOREIGN_KEY
    for name, raw in outside.signatures:
        key, generation = known.get((name, raw[:4]), (None, None))
        if key is None or generation is None:
            continue
        try:
            if not key.verifies(outside.text, raw):
                return FaultKind.BAD_SIGNATURE
        except SignatureUnsupported:
            continue
        fault = None if generation.covers(outside.size) else FaultKind.KEY_OUT_OF_TIME
    return fault


def is_signed_by_us(outside: OutsideCheckpoint) -> bool:
    """Say the same in one word, by the keys that are here; False where they are not to be had."""
    try:
        return signed_by_us(outside, own_generations()[0]) is None
    except (LogKeyMissing, LogKeyWrong):
        return False


def compare(
    report: LogReport,
    against: Sequence[OutsideCheckpoint],
    roots: Mapping[int, bytes],
    *,
    chain: Sequence[Generation],
    checkpoints: Sequence[StoredCheckpoint],
    remembered: Collection[int],
) -> None:
    """Say in the report what the checkpoints from outside show.

    `roots` holds the root that the log has at each of their sizes, as far as it goes; `checkpoints` are the stored
    ones, and `remembered` the sizes at which the log's entries say that it was signed.
    """
    ours = []
    for outside in against:
        kind = signed_by_us(outside, chain)
        if kind is None:
            ours.append(outside)
        elif kind is FaultKind.KEY_OUT_OF_TIME:
            report.add(kind, outside.place)
        else:
            report.set_aside(kind, outside.place, _more(kind, outside))
    _name_split_views(report, ours, checkpoints)
    fitting = {one.size for one in ours if roots.get(one.size) == one.root}
    contradicted = False
    for outside in ours:
        place = f"{outside.place}, size {outside.size}"
        if outside.size > report.size:
            report.add(FaultKind.ROLLED_BACK, place, f"The log ends at {report.size}.")
        elif roots.get(outside.size) != outside.root:
            contradicted = True
            good = max((size for size in fitting if size < outside.size), default=0)
            report.add(
                FaultKind.FORKED, place, f"The difference lies among leaves {good} to {outside.size - 1}."
            )
        else:
            report.agrees_with(outside.place, outside.size)
    known = {one.size for one in checkpoints} | set(remembered)
    # Every log fits the empty one.
    if contradicted and not fitting - {0} and not any(one.size in known for one in ours):
        report.add(FaultKind.REBUILT, "log")


def _more(kind: FaultKind, outside: OutsideCheckpoint) -> str:
    """What whoever looks for the log that it belongs to needs to know of it."""
    if kind is FaultKind.OTHER_LOG:
        return f"It is of the log {outside.origin}; this one is {settings.DADKHAH_LOG_ORIGIN}."
    if kind is FaultKind.FOREIGN_KEY:
        keys = ", ".join(f"{name}+{raw[:4].hex()}" for name, raw in outside.signatures[:_KEYS_NAMED])
        return f"It is of size {outside.size}, signed by {keys}."
    return ""


def _name_split_views(
    report: LogReport, ours: Sequence[OutsideCheckpoint], checkpoints: Sequence[StoredCheckpoint]
) -> None:
    """Name every size of which our key signed two roots, here or outside."""
    seen = {one.size: ("the stored checkpoint", one.root) for one in checkpoints}
    for outside in ours:
        place, root = seen.setdefault(outside.size, (outside.place, outside.root))
        if root != outside.root:
            report.add(FaultKind.SPLIT_VIEW, f"{place} and {outside.place}, size {outside.size}")
