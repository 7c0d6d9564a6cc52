"""Recomputing the whole log from its rows and comparing everything that is stored about it.

Trusts nothing: shares no cache with the writer, reads every row once in the order of the tree, and goes on after a
break so that all of them are named. Memory stays flat: one tile of each level and the peaks of the tree.
"""

from contextlib import AbstractContextManager, nullcontext

from django.db import connection, transaction
from django.db.models import Max

from audit.faults import FaultKind, LogReport
from audit.models import Checkpoint, Entry, Tile, Unsequenced
from audit.rows import entries_outside
from audit.signatures import check_signatures
from audit.stamping.stored import stamp_faults
from audit.structure import database_faults
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
        for kind, place, detail in stamp_faults():
            report.add(kind, place, detail)
        check_signatures(report, checkpoints)
        for fault in database_faults(connection):
            report.add(fault.kind, fault.place, fault.detail)
    return report


def _reading() -> AbstractContextManager[None]:
    """PostgreSQL streams only inside a transaction; on SQLite one would lock every writer out until the end."""
    return transaction.atomic() if connection.vendor == "postgresql" else nullcontext()
