"""Recomputing the whole log from its rows and comparing everything that is stored about it.

Trusts nothing: shares no cache with the writer, reads every row once in the order of the tree, and goes on after a
break so that all of them are named. Memory stays flat: some tiles of entries and the peaks of the tree.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext

from django.db import DataError, OperationalError, connection, transaction
from django.db.models import Max

from audit.actions import Action
from audit.checkpoint_check import check_records, check_roots
from audit.errors import LogKeyMissing, LogKeyWrong
from audit.faults import FaultKind, LogReport
from audit.key_history import never_introduced, own_generations
from audit.keys import PUBLIC_FILE
from audit.models import Checkpoint, Entry, Leaf, Tile, Unsequenced
from audit.outside import OutsideCheckpoint, compare
from audit.rotations import Generation
from audit.rows import actions, before_the_first, entries_outside, falsely_waiting, tiles_before_the_first
from audit.signatures import check_signatures
from audit.signed_rows import StoredCheckpoint, stored_checkpoints
from audit.snapshot import one_view
from audit.span_helper import Helper
from audit.spans import Verdict, verdicts
from audit.stamping.stored import stamp_faults
from audit.storage_check import storage_faults
from audit.structure import database_faults
from audit.tiles import WIDTH, tree_size
from audit.tree_check import TreeCheck
from audit.witnessed_check import check_witnessed

Progress = Callable[[int, int], None]

# From so many tiles on, a second process is worth its start.
HELPED_FROM = 200


def verify_log(
    *,
    since: OutsideCheckpoint | Checkpoint | StoredCheckpoint | None = None,
    against: Sequence[OutsideCheckpoint] = (),
    progress: Progress | None = None,
) -> LogReport:
    """Recompute the log and report every break by kind and place. Writes nothing.

    `against` are checkpoints that left the house. Entries before `since` are not read again: up to there only the
    stored hashes are, and their root is compared with that of `since`. `progress` is told, now and then, how many of
    how many leaves are done. Entries that commit meanwhile, or still wait for their place in the tree, are counted as
    waiting and are no fault.
    """
    report = LogReport(against=len(against))
    with one_view() as shared:
        checkpoints = stored_checkpoints(report)
        report.size, report.checkpoints = tree_size(), len(checkpoints)
        report.since = since.size if since is not None and since.size <= Leaf.objects.count() else 0
        report.read_from = report.since // WIDTH * WIDTH
        outside = [*against, *_as_outside(since)]
        wanted = {one.size for one in checkpoints} | {one.size for one in outside}
        roots = _walk(report, wanted, progress, shared=shared)
        for entry_id in entries_outside():
            report.add(FaultKind.INSERTED, f"entry {entry_id}")
        for entry_id in falsely_waiting():
            report.add(FaultKind.QUEUE_CHANGED, f"entry {entry_id}")
        for index in before_the_first():
            report.add(FaultKind.RENUMBERED, f"leaf {index}")
        for level, index in tiles_before_the_first():
            report.add(FaultKind.TILE_CHANGED, f"tile {level}/{index}")
        report.waiting = Unsequenced.objects.count()
        report.entries = Entry.objects.count()
        check_roots(report, checkpoints, roots)
        recorded = check_records(report, checkpoints, roots)
        with _part(report, "stamps"):
            for kind, place, detail in stamp_faults():
                report.add(kind, place, detail)
        with _part(report, "signatures"):
            check_signatures(report, checkpoints, roots=roots, signed=recorded.moments)
        if outside:
            keys = _generations(report, first=not checkpoints)
            compare(report, outside, roots, chain=keys, checkpoints=checkpoints, remembered=recorded.sizes)
        with _part(report, "other logs"):
            check_witnessed(report)
        _name_unknown_actions(report)
        with _part(report, "guards"):
            for fault in database_faults(connection):
                report.add(fault.kind, fault.place, fault.detail)
        with _part(report, "storage"):
            for place, detail in storage_faults(connection):
                report.add(FaultKind.STORAGE_DAMAGED, place, detail)
    return report


@contextmanager
def _part(report: LogReport, name: str) -> Iterator[None]:
    """One part of the verification: what nobody foresaw in a row ends this part, by name, and not the others.

    That the server is gone is no break of the log and goes on to the caller.
    """
    # On PostgreSQL a failed statement spoils what comes after it, up to the last savepoint.
    kept = transaction.atomic() if connection.vendor == "postgresql" else nullcontext()
    try:
        with kept:
            yield
    except OperationalError as error:
        if connection.vendor == "postgresql" or "decode" not in str(error):
            raise
        report.add(FaultKind.UNREADABLE, name, str(error))
    except (DataError, ValueError, OverflowError) as error:
        report.add(FaultKind.UNREADABLE, name, str(error))


def _walk(
    report: LogReport, wanted: set[int], progress: Progress | None, *, shared: bool
) -> dict[int, bytes]:
    """Walk the tree and return its root at each of the wanted sizes that it has."""
    sealed = dict(Tile.objects.values_list("level").annotate(Max("index")).order_by("level"))
    check = TreeCheck(report, wanted=wanted, sealed=sealed, since=report.since)
    # Where places are missing, an index can be as huge as somebody wrote it: then no further than there are rows.
    start, end = report.since // WIDTH, Leaf.objects.count() // WIDTH
    with _helper(start, end, shared=shared) as helper:
        middle = helper.start if helper else end

        def tell(done: int) -> None:
            ahead = helper.done * WIDTH if helper and done < middle * WIDTH else 0
            if progress is not None:
                progress(min(done + ahead, report.size), report.size)

        check.run(_looked(start, middle, helper), tell)
    return check.roots


def _looked(start: int, middle: int, helper: Helper | None) -> Iterator[Verdict]:
    yield from verdicts(connection.connection, connection.vendor, start, middle)
    if helper is not None:
        yield from helper.verdicts()


@contextmanager
def _helper(start: int, end: int, *, shared: bool) -> Iterator[Helper | None]:
    """A second process for the second half, where there is enough to do and what we see can be seen by another."""
    in_memory = connection.vendor == "sqlite" and "mode=memory" in str(connection.settings_dict["NAME"])
    if not shared or in_memory or end - start < HELPED_FROM or (os.cpu_count() or 1) < 2:
        yield None
        return
    with Helper(helper_target(), start + (end - start + 1) // 2, end) as helper:
        yield helper


def helper_target() -> dict[str, str | int]:
    """Return how another process reaches this database; it holds the password."""
    if connection.vendor == "sqlite":
        return {"vendor": "sqlite", "path": str(connection.settings_dict["NAME"])}
    parameters = connection.get_connection_params()
    plain = {name: value for name, value in parameters.items() if isinstance(value, str | int)}
    return {**plain, "vendor": "postgresql"}


def _generations(report: LogReport, *, first: bool) -> list[Generation]:
    """The log's keys. That they are missing is named here only where no stored checkpoint had it named before."""
    try:
        chain = own_generations()[0]
        # A checkpoint that is newer than the copy of the database that was put back can be signed by such a key.
        return [*chain, *never_introduced(chain)]
    except (LogKeyMissing, LogKeyWrong) as error:
        if first:
            report.add(FaultKind.KEY_MISSING, PUBLIC_FILE, str(error))
        return []


def _as_outside(since: OutsideCheckpoint | Checkpoint | StoredCheckpoint | None) -> list[OutsideCheckpoint]:
    """A checkpoint of our own table is compared with the others of the table."""
    return [since] if isinstance(since, OutsideCheckpoint) else []


def _name_unknown_actions(report: LogReport) -> None:
    for action in actions():
        if action not in set(Action):
            report.notice(FaultKind.UNKNOWN_ACTION, action)
