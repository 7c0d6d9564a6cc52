"""The part of the verification that looks at stored checkpoints: their roots, and the entries about them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from audit.actions import Action
from audit.clock import TOLERANCE, is_near, moment
from audit.faults import FaultKind, LogReport
from audit.rows import leaves_between, reordered_between
from audit.signed_rows import Record, StoredCheckpoint, rotation_rows
from audit.telling import Telling


def check_roots(
    report: LogReport, checkpoints: Sequence[StoredCheckpoint], roots: Mapping[int, bytes]
) -> None:
    """Compare each checkpoint's root with the one that the log has at its size."""
    good = 0
    for checkpoint in sorted(checkpoints, key=lambda one: one.size):
        place = checkpoint.place
        if checkpoint.size not in roots:
            report.add(FaultKind.CUT, place, f"The log ends at {report.size}.")
        elif roots[checkpoint.size] == checkpoint.root:
            good = checkpoint.size
        else:
            report.add(FaultKind.FORKED, place, _where(good, checkpoint.size))
            for index in reordered_between(good, checkpoint.size):
                report.add(
                    FaultKind.REORDERED,
                    f"leaf {index}",
                    "It is older than the leaf before it, under a broken root. A clock that was set back there looks "
                    "the same.",
                )


def _where(good: int, size: int) -> str:
    """Where the log and a checkpoint of this size part, `good` being the largest size before that fits."""
    if good < size:
        return f"The difference lies among leaves {good} to {size - 1} or before."
    return "Another root was signed for the log at this size."


@dataclass(slots=True)
class Recorded:
    """What the log says of its checkpoints: the sizes that were signed, and of each checkpoint when and by which keys.

    The keys, as `name+hash`, are by the checkpoint's id, with those of witnesses whose signatures were added.
    `promised` are the times when size and root were made durable, which entries of before do not state.
    """

    sizes: set[int] = field(default_factory=set)
    moments: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    promised: dict[str, set[datetime | None]] = field(default_factory=lambda: defaultdict(set))
    keys: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def check_records(
    report: LogReport,
    checkpoints: Sequence[StoredCheckpoint],
    roots: Mapping[int, bytes],
    telling: Telling,
) -> Recorded:
    """Compare the checkpoints with the entries that record their signing; return what these entries say.

    An entry in the tree cannot be taken away unseen. So a checkpoint that is gone with its signatures, a signature
    that is gone, or an id or a time that was changed, is missed here. A time is compared with that of the entry,
    within the tolerance of `audit.clock`.
    """
    stored = {one.id: one for one in checkpoints}
    recorded = Recorded()
    for record in telling.of(Action.CHECKPOINT_SIGNED):
        _note_signing(recorded, record)
        checkpoint, said = stored.get(record.subject_id), record.facts.get("size")
        size = said if isinstance(said, int) else -1  # whatever else JSON holds is no size of a tree
        place = f"checkpoint of size {size}"
        if checkpoint is None:
            report.add(FaultKind.CHECKPOINT_REMOVED, place, record.subject_id)
        elif size != checkpoint.size or (
            record.facts.get("root") != checkpoint.root.hex() and roots.get(size) == checkpoint.root
        ):  # a root that the log never had is named as a fork
            report.add(FaultKind.CHECKPOINT_CHANGED, place, record.subject_id)
    added: dict[str, list[Record]] = defaultdict(list)
    for record in telling.of(Action.COSIGNATURE_ADDED):
        _note_keys(recorded, record)
        added[record.subject_id].append(record)
    for key, checkpoint in stored.items():
        _check_times(report, checkpoint, recorded)
        _check_added(report, checkpoint, added.get(key, []))
        _check_signers(report, checkpoint, recorded.keys.get(key, set()))
    return recorded


def _note_signing(recorded: Recorded, record: Record) -> None:
    size = record.facts.get("size")
    if isinstance(size, int):
        recorded.sizes.add(size)
    if record.recorded_at is not None:
        recorded.moments[record.subject_id].append(record.recorded_at)
    promised = record.facts.get("promised_at")
    if isinstance(promised, str):
        recorded.promised[record.subject_id].add(moment(promised))
    _note_keys(recorded, record)


def _note_keys(recorded: Recorded, record: Record) -> None:
    """Take the keys that an entry names; entries of before the second kind of key name one, as `key`."""
    keys = record.facts.get("keys")
    named = keys if isinstance(keys, list) else [record.facts.get("key")]
    recorded.keys[record.subject_id].update(key for key in named if isinstance(key, str))


def _check_times(report: LogReport, checkpoint: StoredCheckpoint, recorded: Recorded) -> None:
    own = [one for one in checkpoint.signatures if one.key_name == settings.DADKHAH_LOG_ORIGIN]
    signed, promised = recorded.moments.get(checkpoint.id, []), recorded.promised.get(checkpoint.id)
    if not signed:
        # The record stands behind the checkpoint in the tree; where the end was cut, it went with it.
        if own and checkpoint.size < report.size:
            report.add(FaultKind.CHECKPOINT_CHANGED, checkpoint.place, "No entry records it.")
        return
    made = checkpoint.made_at
    if made is not None and (made not in promised if promised else _is_out_of_time(made, checkpoint, signed)):
        report.add(FaultKind.CHECKPOINT_CHANGED, checkpoint.place, "made_at")
    for signature in own:
        made_at = signature.made_at
        if made_at is not None and all(abs(made_at - one) > TOLERANCE for one in signed):
            report.add(FaultKind.CHECKPOINT_CHANGED, checkpoint.place, f"made_at of {signature.key}")


def _check_added(report: LogReport, checkpoint: StoredCheckpoint, added: Sequence[Record]) -> None:
    """Compare the time of each witness's signature with that of the entry that says it was taken in."""
    times = {record.facts.get("key"): record.recorded_at for record in added}
    for signature in checkpoint.signatures:
        if not is_near(signature.made_at, times.get(signature.key)):
            report.add(FaultKind.CHECKPOINT_CHANGED, checkpoint.place, f"made_at of {signature.key}")


def check_rotations(report: LogReport, telling: Telling) -> None:
    """Compare id and time of each change of keys with its entry. Its note stands for itself."""
    recorded = {record.subject_id: record.recorded_at for record in telling.of(Action.LOG_KEY_ROTATED)}
    stored = dict(rotation_rows())
    for key, made_at in stored.items():
        if not is_near(made_at, recorded.get(key)):
            report.add(FaultKind.CHECKPOINT_CHANGED, f"rotation {key}", "made_at")
        elif key not in recorded and not recorded.keys() <= stored.keys():
            report.add(FaultKind.CHECKPOINT_CHANGED, f"rotation {key}", "id")


def _is_out_of_time(made_at: datetime, checkpoint: StoredCheckpoint, signed: Sequence[datetime]) -> bool:
    """Whether a time is later than the entry that records it, or older than what the checkpoint covers.

    It may be older than that entry, where a crash lay between the two, but nothing is promised before it is there.
    Where the clock was set back the entry went back too. Differences only: a time near the end of the calendar has
    nothing behind it to be compared with.
    """
    if made_at - max(signed) > TOLERANCE:
        return True
    if any(abs(one - made_at) <= TOLERANCE for one in signed):
        return False
    for last in leaves_between(checkpoint.size - 1, checkpoint.size):
        covered = moment(last.columns.recorded_at) if last.columns is not None else None
        return covered is not None and covered - made_at > TOLERANCE
    return False


def _check_signers(report: LogReport, checkpoint: StoredCheckpoint, recorded: Collection[str]) -> None:
    there = {signature.key for signature in checkpoint.signatures}
    for key in sorted(set(recorded) - there):
        report.add(FaultKind.SIGNATURE_REMOVED, checkpoint.place, key)
