"""Recomputing the whole log from its rows and comparing everything that is stored about it.

Trusts nothing: shares no cache with the writer, reads every row once in the order of the tree, and goes on after a
break so that all of them are named. Memory stays flat: some tiles of entries and the peaks of the tree.
"""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress

from django.db import connection, transaction
from django.db.models import Max

from audit.actions import Action
from audit.balance import Balance, weigh
from audit.checkpoint_check import Recorded, check_records, check_roots, check_rotations
from audit.damage import ERRORS, is_absence, is_damage, words_of
from audit.errors import LogKeyMissing, LogKeyWrong
from audit.faults import Fault, FaultKind, LogReport
from audit.key_history import never_introduced, own_generations
from audit.keys import PUBLIC_FILE
from audit.models import Checkpoint, Leaf, Tile, Unsequenced
from audit.outside import OutsideCheckpoint, SetAside, compare, is_signed_by_us
from audit.rotations import Generation
from audit.rows import (
    actions,
    before_the_first,
    entries_and_places,
    entries_outside,
    entries_twice,
    falsely_waiting,
    tiles_before_the_first,
)
from audit.signatures import check_signatures
from audit.signed_rows import StoredCheckpoint, stored_checkpoints
from audit.snapshot import one_view
from audit.span_helper import Helper
from audit.span_looking import helped, looked
from audit.stamping.stored import stamp_faults
from audit.storage_check import storage_faults
from audit.structure import database_faults
from audit.telling import TOLD, Telling
from audit.tiles import WIDTH, tree_size
from audit.tree_check import TreeCheck
from audit.unlogged import unlogged_rows
from audit.witnessed_check import check_witnessed

_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
Since = OutsideCheckpoint | Checkpoint | StoredCheckpoint | SetAside | None


def verify_log(
    *,
    since: Since = None,
    against: Sequence[OutsideCheckpoint | SetAside] = (),
    progress: Progress | None = None,
) -> LogReport:
    """Recompute the log and report every break by kind and place. Writes nothing.

    `against` are checkpoints that left the house. Entries before `since` are not read again: up to there only the
    stored hashes are, and their root is compared with that of `since`. What was set aside of either stands in the
    report, and where that is `since`, or our key did not sign it, all entries are read. `progress` is told, now and
    then, how many of how many leaves are done. Entries that commit meanwhile, or still wait for their place in the
    tree, are counted as waiting and are no fault. What cannot be read, of a table or of the whole file, is a fault as
    well; only that the database is busy or gone goes on to the caller.
    """
    # A checkpoint of our own table is compared with the others of the table.
    given = [*against, *([since] if isinstance(since, OutsideCheckpoint | SetAside) else [])]
    report = LogReport(against=len(given))
    for one in given:
        if isinstance(one, SetAside):
            report.set_aside(one.kind, one.place, one.reason)
    outside = [one for one in given if isinstance(one, OutsideCheckpoint)]
    with _named(report, "storage"), one_view() as shared:
        _Verification(report, since, outside, progress, shared=shared).run()
    return report


class _Verification:
    """The parts of one verification, each of which can fail by itself."""

    def __init__(
        self,
        report: LogReport,
        since: Since,
        outside: Sequence[OutsideCheckpoint],
        progress: Progress | None,
        *,
        shared: bool,
    ) -> None:
        self._report, self._since, self._progress, self._shared = report, since, progress, shared
        self._outside = outside
        self._checkpoints: list[StoredCheckpoint] = []
        # None where the tree could not be walked: then no root can be compared with anything.
        self._roots: dict[int, bytes] | None = None
        self._balance: Balance | None = None
        self._telling = Telling()

    def run(self) -> None:
        """Do all parts. A second process begins before the first of them: what it looks at is taken only later."""
        span = (0, 0)
        # What cannot be read is asked again in the walk, and named there.
        with suppress(*ERRORS, ValueError, TypeError), _kept():
            span = self._span()
        with helped(*span, shared=self._shared) as helper:
            self._run(helper)

    def _run(self, helper: Helper | None) -> None:
        report = self._report
        # None where it could not be looked at: then nothing is taken to be built as it was.
        structure: list[Fault] | None = None
        with _part(report, "guards"):
            structure = database_faults(connection)
        built = structure is not None and not any(map(_is_of_the_tree, structure))
        with _part(report, "checkpoints"):
            self._checkpoints = stored_checkpoints(report)
            report.checkpoints = len(self._checkpoints)
        with _part(report, "tree"):
            self._roots = self._walk(helper, built=built)
        with _part(report, "tree"):
            self._look_outside_the_tree(built=built)
        with _part(report, "queue"):
            for entry_id in falsely_waiting():
                report.add(FaultKind.QUEUE_CHANGED, f"entry {entry_id}")
            report.waiting = Unsequenced.objects.count()
        recorded = Recorded()
        with _part(report, "checkpoints"):
            if self._roots is not None:
                check_roots(report, self._checkpoints, self._roots)
            recorded = check_records(report, self._checkpoints, self._roots or {}, self._telling)
        with _part(report, "stamps"):
            for kind, place, detail in stamp_faults(self._telling):
                report.add(kind, place, detail)
        with _part(report, "signatures"):
            check_signatures(report, self._checkpoints, roots=self._roots or {}, signed=recorded.moments)
            check_rotations(report, self._telling)
            self._compare_outside(recorded)
        with _part(report, "other logs"):
            check_witnessed(report, self._telling)
        with _part(report, "record"):
            for place, detail in unlogged_rows(connection):
                report.add(FaultKind.UNLOGGED, place, detail)
        with _part(report, "tree"):
            _name_unknown_actions(report)
        for fault in structure or ():
            report.add(fault.kind, fault.place, fault.detail)
        with _part(report, "storage"):
            for place, detail in storage_faults(connection):
                report.add(FaultKind.STORAGE_DAMAGED, place, detail)

    def _look_outside_the_tree(self, *, built: bool) -> None:
        """Name what the walk over the tree does not come to."""
        if self._balance is None and built:
            self._balance = _weighed()
        entries = self._balance.entries if self._balance else None
        if self._balance:
            self._telling.lie_at(self._balance.telling)
        if entries is None:
            for entry_id in entries_outside():
                self._report.add(FaultKind.INSERTED, f"entry {entry_id}")
            entries, places = entries_and_places()
            for entry_id in entries_twice() if entries > places else ():
                self._report.add(FaultKind.INSERTED, f"entry {entry_id}", "Its id stands more than once.")
        self._report.entries = entries
        for index in before_the_first():
            self._report.add(FaultKind.RENUMBERED, f"leaf {index}")
        for level, index in tiles_before_the_first():
            self._report.add(FaultKind.TILE_CHANGED, f"tile {level}/{index}")

    def _walk(self, helper: Helper | None, *, built: bool) -> dict[int, bytes]:
        """Walk the tree and return its root at each of the wanted sizes that it has.

        Where its tables are not `built` as they were, what reads whole tiles at once could fail, or be misled: then all
        is read row by row.
        """
        report = self._report
        report.size = tree_size()
        report.since = self._trusted()
        report.read_from = report.since // WIDTH * WIDTH
        wanted = {one.size for one in self._checkpoints} | {one.size for one in self._outside}
        sealed = dict(Tile.objects.values_list("level").annotate(Max("index")).order_by("level"))
        check = TreeCheck(report, wanted=wanted, sealed=sealed, since=report.since)
        start, end = self._span()
        helper = helper if built else None
        middle = helper.start if helper else end

        def tell(done: int) -> None:
            ahead = helper.done * WIDTH if helper and done < middle * WIDTH else 0
            if self._progress is not None:
                self._progress(min(done + ahead, report.size), report.size)

        check.run(looked(start, middle, helper, self._weigh) if built else (), tell)
        return check.roots

    def _span(self) -> tuple[int, int]:
        """The tiles to be looked at: from the first that is not trusted to before the last that is stored.

        Where places are missing, an index can be as huge as somebody wrote it: then no further than there are tiles.
        """
        stored = Tile.objects.filter(level=0, index__gte=0).count()
        return self._trusted() // WIDTH, min(tree_size() // WIDTH, stored)

    def _trusted(self) -> int:
        """The size up to which entries are not read again."""
        since = self._since
        if since is None or isinstance(since, SetAside) or since.size > Leaf.objects.count():
            return 0
        return 0 if isinstance(since, OutsideCheckpoint) and not is_signed_by_us(since) else since.size

    def _weigh(self) -> None:
        # What cannot be read is asked again when the walk is over, and named there.
        with suppress(*ERRORS), _kept():
            self._balance = _weighed()

    def _compare_outside(self, recorded: Recorded) -> None:
        if not self._outside:
            return
        keys = _generations(self._report, first=not self._checkpoints)
        if self._roots is None:
            for one in self._outside:
                self._report.set_aside(FaultKind.UNREADABLE, one.place)
            return
        compare(
            self._report,
            self._outside,
            self._roots,
            chain=keys,
            checkpoints=self._checkpoints,
            remembered=recorded.sizes,
        )


def _weighed() -> Balance | None:
    return weigh([action.value for action in TOLD])


def _is_of_the_tree(fault: Fault) -> bool:
    """Whether a table that is read while the tree is walked is not what it was."""
    return fault.kind is FaultKind.STRUCTURE_CHANGED and any(
        re.search(rf"\b{table}\b", f"{fault.place} {fault.detail}")
        for table in ("audit_entry", "audit_leaf", "audit_tile", "audit_unsequenced")
    )


@contextmanager
def _part(report: LogReport, name: str) -> Iterator[None]:
    """One part of the verification: what nobody foresaw in a row ends this part, by name, and not the others."""
    with _named(report, name), _kept():
        yield


def _kept() -> AbstractContextManager[object]:
    """On PostgreSQL a failed statement spoils what comes after it, up to the last savepoint."""
    return transaction.atomic() if connection.vendor == "postgresql" else nullcontext()


@contextmanager
def _named(report: LogReport, name: str) -> Iterator[None]:
    """Name what the database could not read; that it is gone is no break of the log and goes on to the caller."""
    try:
        yield
    except ERRORS as error:
        if is_absence(error):
            raise
        kind = FaultKind.STORAGE_DAMAGED if is_damage(error) else FaultKind.UNREADABLE
        report.add(kind, name, words_of(error))
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        # Data that nobody foresaw, or a mistake of ours: the administrator's log says where.
        _log.exception("a part of the verification broke off")
        report.add(FaultKind.UNREADABLE, name, words_of(error))


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


def _name_unknown_actions(report: LogReport) -> None:
    for action in actions():
        if action not in set(Action):
            report.notice(FaultKind.UNKNOWN_ACTION, action)
