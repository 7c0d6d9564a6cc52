"""The part of the verification that looks at stored checkpoints: their roots, and the entries about them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings

from audit.actions import Action
from audit.clock import TOLERANCE
from audit.faults import FaultKind, LogReport
from audit.models import Checkpoint, Entry
from audit.rows import reordered_between


def check_roots(report: LogReport, checkpoints: Sequence[Checkpoint], roots: Mapping[int, bytes]) -> None:
    """Compare each checkpoint's root with the one that the log has at its size."""
    good = 0
    for checkpoint in sorted(checkpoints, key=lambda one: one.size):
        place = f"checkpoint of size {checkpoint.size}"
        if checkpoint.size not in roots:
            report.add(FaultKind.CUT, place, f"The log ends at {report.size}.")
        elif roots[checkpoint.size] == bytes(checkpoint.root):
            good = checkpoint.size
        else:
            detail = f"The difference lies among leaves {good} to {checkpoint.size - 1} or before."
            report.add(FaultKind.FORKED, place, detail)
            for index in reordered_between(good, checkpoint.size):
                report.add(
                    FaultKind.REORDERED,
                    f"leaf {index}",
                    "It is older than the leaf before it, under a broken root.",
                )


def check_records(
    report: LogReport, checkpoints: Sequence[Checkpoint], roots: Mapping[int, bytes]
) -> set[int]:
    """Compare the checkpoints with the entries that record their signing; return the sizes that these entries name.

    An entry in the tree cannot be taken away unseen. So a checkpoint that is gone with its signatures, or whose id or
    time was changed, is missed here. A time is compared with that of the entry, within the tolerance of `audit.clock`.
    """
    stored = {str(one.pk): one for one in checkpoints}
    recorded: dict[str, list[datetime]] = {}
    sizes: set[int] = set()
    rows = Entry.objects.filter(action=Action.CHECKPOINT_SIGNED.value).order_by("id")
    for entry in rows.iterator(1_000):
        facts = _facts(bytes(entry.body))
        size = facts.get("size")
        if isinstance(size, int):
            sizes.add(size)
        recorded.setdefault(entry.subject_id, []).append(entry.recorded_at)
        checkpoint = stored.get(entry.subject_id)
        place = f"checkpoint of size {size}"
        if checkpoint is None:
            report.add(FaultKind.CHECKPOINT_REMOVED, place, entry.subject_id)
        elif size != checkpoint.size or (
            facts.get("root") != bytes(checkpoint.root).hex() and roots.get(size) == bytes(checkpoint.root)
        ):  # a root that the log never had is named as a fork
            report.add(FaultKind.CHECKPOINT_CHANGED, place, entry.subject_id)
    for key, checkpoint in stored.items():
        _check_times(report, checkpoint, recorded.get(key, []))
    return sizes


def _check_times(report: LogReport, checkpoint: Checkpoint, recorded: Sequence[datetime]) -> None:
    place = f"checkpoint of size {checkpoint.size}"
    own = [one for one in checkpoint.signatures.all() if one.key_name == settings.DADKHAH_LOG_ORIGIN]
    if not recorded:
        # The record stands behind the checkpoint in the tree; where the end was cut, it went with it.
        if own and checkpoint.size < report.size:
            report.add(FaultKind.CHECKPOINT_CHANGED, place, "No entry records it.")
        return
    if checkpoint.made_at > max(recorded) + TOLERANCE:
        report.add(FaultKind.CHECKPOINT_CHANGED, place, "made_at")
    for signature in own:
        if all(abs(signature.made_at - moment) > TOLERANCE for moment in recorded):
            report.add(
                FaultKind.CHECKPOINT_CHANGED, place, f"made_at of {signature.key_name}+{signature.key_hash}"
            )


def _facts(body: bytes) -> dict[str, object]:
    """The facts of an entry, or none where a tamperer left something else: the walk has named that."""
    try:
        facts = json.loads(body)["facts"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}
