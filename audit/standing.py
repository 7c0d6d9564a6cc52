"""The state of the log at a glance: what is signed, stamped, verified and guarded, and what is overdue.

Reads a handful of rows however long the log is: nothing here counts entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from audit.actions import Action
from audit.errors import AuthoritiesUnusable, LogKeyMissing, LogKeyWrong
from audit.guards import missing_guards
from audit.key_history import own_generations
from audit.models import Checkpoint, CheckpointSignature, Entry, VerificationRun
from audit.notes import Verifier, is_line_of
from audit.queries import latest, newest
from audit.rotations import Generation
from audit.signature_kinds import ED25519
from audit.signatures import bears_ours
from audit.stamp_state import StampState, stamp_state
from audit.verified import Verified, as_id, last_verified

SIGN_EVERY = timedelta(days=1)
STAMP_EVERY = timedelta(days=2)
VERIFY_EVERY = timedelta(days=7)
_RUNS = 5
# Cosignatures come daily from a few witnesses: the newest of each is among these.
_SIGNATURES_READ = 200
# The signing itself leaves an entry that no checkpoint but the next can cover.
_OWN_ENTRY = 1
# One question for the three, so that they are of one moment.
_EXTENT = """
    SELECT (SELECT coalesce(max(leaf_index) + 1, 0) FROM audit_leaf), (SELECT count(*) FROM audit_unsequenced),
        EXISTS (SELECT 1 FROM audit_entry WHERE recorded_at < %s)
"""


@dataclass(frozen=True, slots=True)
class Signed:
    """The last checkpoint; `fits` is None where no key is at hand to check its signature with.

    `since` are all entries that it does not cover, waiting ones too; `uncovered` those without that of its own signing.
    `fingerprint` is that of the Ed25519 key under it, empty where it bears none of ours.
    """

    checkpoint: Checkpoint
    note: str
    root: str
    keys: Sequence[str]
    fingerprint: str
    fits: bool | None
    since: int
    uncovered: int


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The last cosignature of one witness."""

    name: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that the page of the log's state says.

    `broken` is the last verification that found breaks, among the newest hundred, where later ones found none.
    """

    size: int
    waiting: int
    signed: Signed | None
    stamps: StampState | None
    stamps_unusable: str
    published: Entry | None
    verified: Verified | None
    broken: Verified | None
    running: VerificationRun | None
    runs: Sequence[VerificationRun]
    witnesses: Sequence[Witnessed]
    missing_guards: Sequence[str]
    signing_overdue: bool = False
    stamp_overdue: bool = False
    verification_overdue: bool = False
    keys_missing: bool = field(default=False)


def standing() -> Standing:
    """Return the state of the log now."""
    now = timezone.now()
    size, waiting, is_old = _extent(now - VERIFY_EVERY)
    chain, keys_missing = _own_chain()
    own = [key for generation in chain for key in generation.keys]
    lines = _newest_signatures()
    runs = _newest_runs()
    # What waits for its place is as little signed as what came to it.
    signed = _signed(lines, chain, size + waiting)
    checked = last_verified()
    stamps, unusable = _stamps()
    last_stamp = stamps.last if stamps else None
    return Standing(
        size=size,
        waiting=waiting,
        signed=signed,
        stamps=stamps,
        stamps_unusable=unusable,
        published=latest(Action.LOG_PUBLISHED),
        verified=checked.newest,
        broken=checked.broken,
        running=next((run for run in runs if run.is_unfinished), None),
        runs=runs,
        witnesses=_witnesses(lines, own),
        missing_guards=missing_guards(connection),
        signing_overdue=_signing_overdue(signed, now, size + waiting),
        stamp_overdue=last_stamp is not None and last_stamp.generated_at < now - STAMP_EVERY,
        verification_overdue=_verification_overdue(checked.newest, now, is_old=is_old),
        keys_missing=keys_missing,
    )


def _extent(moment: datetime) -> tuple[int, int, bool]:
    """How large the tree is, how many entries wait for a place in it, and whether any is older than the moment."""
    written = Entry._meta.get_field("recorded_at").get_db_prep_value(moment, connection)
    with connection.cursor() as cursor:
        cursor.execute(_EXTENT, [written])
        size, waiting, is_old = cursor.fetchone()
    return size, waiting, bool(is_old)


def signature_fits(checkpoint: Checkpoint) -> bool | None:
    """Whether a checkpoint bears the signature of a key that was ours at its size; None where no key is at hand.

    That the tree still has its root is for the verification to say.
    """
    chain, _missing = _own_chain()
    if not chain:
        return None
    return bears_ours(checkpoint.text, checkpoint.signature_lines(), size=checkpoint.size, chain=chain)


def _own_chain() -> tuple[list[Generation], bool]:
    try:
        return own_generations()[0], False
    except (LogKeyMissing, LogKeyWrong):
        return [], True


def _newest_signatures() -> list[CheckpointSignature]:
    """Signature lines, those of the largest checkpoint first, each with its checkpoint."""
    lines = CheckpointSignature.objects.select_related("checkpoint")
    return list(lines.order_by("-checkpoint__size", "made_at", "id")[:_SIGNATURES_READ])


def _signed(lines: Sequence[CheckpointSignature], chain: Sequence[Generation], size: int) -> Signed | None:
    if not lines:
        return None
    checkpoint = lines[0].checkpoint
    own = [key for generation in chain for key in generation.keys]
    known = {key.key_hash.hex() for key in own}
    under = [
        line
        for line in lines
        if line.checkpoint_id == checkpoint.pk and is_line_of(line.line, line.key_name, line.key_hash)
    ]
    written = [line.line for line in under]
    note = f"{checkpoint.text}\n{''.join(written)}"
    return Signed(
        checkpoint=checkpoint,
        note=note,
        root=bytes(checkpoint.root).hex(),
        keys=[f"{line.key_name}+{line.key_hash}" for line in under if line.key_hash in known],
        fingerprint=_fingerprint(under, own),
        fits=bears_ours(checkpoint.text, written, size=checkpoint.size, chain=chain) if chain else None,
        since=max(0, size - checkpoint.size),
        uncovered=max(0, size - checkpoint.size - _OWN_ENTRY),
    )


def _fingerprint(under: Sequence[CheckpointSignature], own: Sequence[Verifier]) -> str:
    hashes = {line.key_hash for line in under}
    signing = [key for key in own if key.kind is ED25519 and key.key_hash.hex() in hashes]
    return signing[-1].fingerprint if signing else ""


def _signing_overdue(signed: Signed | None, now: datetime, size: int) -> bool:
    if signed is None:
        return size > 0
    # As far ahead is as overdue: it was dated by a clock that has been put right since.
    return signed.uncovered > 0 and abs(now - signed.checkpoint.made_at) > SIGN_EVERY


def _verification_overdue(verified: Verified | None, now: datetime, *, is_old: bool) -> bool:
    """Counted from the first entry of a log that nobody has asked about: a young one owes no verification yet."""
    return is_old if verified is None else abs(now - verified.at) > VERIFY_EVERY


def _newest_runs() -> list[VerificationRun]:
    """One that is going on, then the last that were asked for, in the order of the tree, whatever the clock said."""
    asked = [as_id(entry.subject_id) for entry in newest(Action.LOG_VERIFICATION_ASKED)[:_RUNS]]
    last = VerificationRun.objects.order_by("-requested_at").values("pk")[:_RUNS]
    known = {
        run.pk: run
        for run in VerificationRun.objects.filter(Q(pk__in=asked) | Q(ended_at=None) | Q(pk__in=last))
    }
    going_on = [run for run in known.values() if run.is_unfinished]
    in_order = [known[key] for key in asked if key in known]
    # Rows that no entry tells of are shown after the others.
    dated = sorted(known.values(), key=lambda run: run.requested_at, reverse=True)
    return list({run.pk: run for run in (*going_on, *in_order, *dated)}.values())[:_RUNS]


def _stamps() -> tuple[StampState | None, str]:
    """How trusted time stands, or the sentence that says why the list of authorities cannot be used."""
    try:
        return stamp_state(), ""
    except AuthoritiesUnusable as error:
        return None, str(error)


def _witnesses(lines: Sequence[CheckpointSignature], own: Sequence[Verifier]) -> list[Witnessed]:
    """The last cosignature of each: every signature line that is not by a key of this log."""
    known = {key.key_hash.hex() for key in own}
    found: dict[str, Witnessed] = {}
    for line in lines if own else ():
        if line.key_hash not in known:
            found.setdefault(line.key_name, Witnessed(line.key_name, line.checkpoint.size, line.made_at))
    return sorted(found.values(), key=lambda witness: witness.name)
