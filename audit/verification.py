"""Recomputing the whole log from its rows and comparing everything that is stored about it.

Trusts nothing: shares no cache with the writer, reads every row once in the order of the tree, and goes on after a
break so that all of them are named. Memory stays flat: one tile of each level and the peaks of the tree.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from django.db import connection, transaction
from django.db.models import Max

from audit.errors import BadNote, LogKeyMissing, LogKeyWrong
from audit.faults import FaultKind, LogReport
from audit.guards import missing_guards
from audit.keys import load_verifiers
from audit.models import Checkpoint, CheckpointSignature, Entry, Tile, Unsequenced
from audit.notes import Verifier, split_note
from audit.rows import entries_outside
from audit.stamping.stored import stamp_faults
from audit.tiles import tree_size
from audit.tree_check import TreeCheck


def verify_log() -> LogReport:
    """Recompute the log and report every break by kind and place. Writes nothing.

    Entries that commit meanwhile, or still wait for their place in the tree, are counted as waiting and are no fault.
    """
    report = LogReport()
    with _reading():
        checkpoints = list(Checkpoint.objects.order_by("size"))
        sealed = dict(Tile.objects.values_list("level").annotate(Max("index")).order_by("level"))
        report.size = tree_size()
        report.checkpoints = len(checkpoints)
        TreeCheck(report, checkpoints, sealed).run()
        for entry_id in entries_outside():
            report.add(FaultKind.INSERTED, f"entry {entry_id}")
        report.waiting = Unsequenced.objects.count()
        report.entries = Entry.objects.count()
        _check_signatures(report, checkpoints)
        for kind, place, detail in stamp_faults():
            report.add(kind, place, detail)
        for name in missing_guards(connection):
            report.add(FaultKind.GUARD_MISSING, f"trigger {name}")
    return report


def _reading() -> AbstractContextManager[None]:
    """PostgreSQL streams only inside a transaction; on SQLite one would lock every writer out until the end."""
    return transaction.atomic() if connection.vendor == "postgresql" else nullcontext()


def _check_signatures(report: LogReport, checkpoints: Sequence[Checkpoint]) -> None:
    """Check every signature line; without checkpoints no key is needed."""
    if not checkpoints:
        return
    try:
        verifiers = load_verifiers()
    except (LogKeyMissing, LogKeyWrong) as error:
        report.add(FaultKind.KEY_MISSING, "log_signing.pub", str(error))
        return
    for checkpoint in checkpoints:
        signatures = list(checkpoint.signatures.all())
        if not signatures:
            report.add(FaultKind.UNSIGNED, f"checkpoint of size {checkpoint.size}")
        for signature in signatures:
            kind = _fault_of(checkpoint, signature, verifiers)
            if kind is not None:
                report.add(
                    kind,
                    f"checkpoint of size {checkpoint.size}",
                    f"{signature.key_name}+{signature.key_hash}",
                )


def _fault_of(
    checkpoint: Checkpoint, signature: CheckpointSignature, verifiers: Sequence[Verifier]
) -> FaultKind | None:
    try:
        text, [(name, raw)] = split_note(f"{checkpoint.text}\n{signature.line}")
    except (BadNote, ValueError):
        return FaultKind.BAD_SIGNATURE
    key = next((key for key in verifiers if key.name == name and key.key_hash == raw[:4]), None)
    if key is None:
        return FaultKind.FOREIGN_KEY
    return None if key.verifies(text, raw) else FaultKind.BAD_SIGNATURE
