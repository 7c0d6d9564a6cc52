"""What an entry tells of a verification that a person asked for, and those of a period that found breaks."""

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from audit.actions import Action
from audit.clock import TOLERANCE
from audit.models import Entry, VerificationRun
from audit.queries import newest
from audit.resolving import facts_of

# So many verifications of a period are read for what they found, the newest, and so many that found breaks are listed.
_READ = 1_000
LISTED = 40
# Among so many rows of verifications, the newest, is looked for one that found breaks.
_ROWS = 100
# As a row is written; within a text of it the quotes would be escaped.
_FOUND_NONE = '"ok": true'
# Contents may be long (64 KiB): so many are read at once.
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Verified:
    """A verification by a person; `not_compared` are the checkpoints that were given to it in vain.

    `run` is None where the entry names none, `entry` where the verification's row alone tells of it.
    """

    entry: Entry | None
    at: datetime
    actor: str
    ok: bool
    size: int
    faults: int
    not_compared: int
    run: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class BreaksFound:
    """Verifications that found breaks: how many (`more` where counting stopped), and the newest of them.

    `runs` are those whose page is there; of a tampered log a row may be gone.
    """

    count: int
    more: bool
    newest: Sequence[Verified]
    runs: frozenset[uuid.UUID]


def verified_of(entry: Entry) -> Verified:
    """What the entry of a verification says; one whose content cannot be read is taken for one that found breaks."""
    facts = facts_of(entry)
    size, faults, given = (_count(facts.get(name)) for name in ("size", "faults", "not_compared"))
    run = as_id(facts.get("run"))
    return Verified(
        entry,
        at=entry.recorded_at,
        actor=entry.actor,
        ok=facts.get("ok") is True,
        size=size,
        faults=faults,
        not_compared=given,
        run=run,
    )


@dataclass(frozen=True, slots=True)
class LastVerified:
    """The newest verification by the order of the tree, and the newest that found breaks where later ones found none.

    `pages` are those of the two whose page is there.
    """

    newest: Verified | None
    broken: Verified | None
    pages: frozenset[uuid.UUID]


def last_verified() -> LastVerified:
    """Return how the last verifications ended: a later one may look at less. Looks at the newest hundred.

    An index can be made to hide the entry of one that found breaks; its row then tells of it, by the time of its end.
    """
    found = [verified_of(entry) for entry in newest(Action.LOG_VERIFIED)]
    last = found[0] if found else None
    broken = next((one for one in found if not one.ok), None) if last and last.ok else None
    rows = _rows_with_newest_broken({one.run for one in (last, broken) if one})
    untold = _newest_untold(rows, told={one.run for one in found if not one.ok})
    if untold and (last is None or last.at < untold.at or last.run == untold.run):
        last, broken = untold, None
    elif untold and last and last.ok and (broken is None or broken.at < untold.at):
        broken = untold
    return LastVerified(last, broken, frozenset(row.pk for row in rows))


def _rows_with_newest_broken(named: set[uuid.UUID | None]) -> list[VerificationRun]:
    """The rows that are named, and the newest that does not say that it found nothing; one query."""
    recent = VerificationRun.objects.order_by("-requested_at").values("pk")[:_ROWS]
    ended = VerificationRun.objects.filter(pk__in=recent, state=VerificationRun.State.DONE)
    broken = ended.exclude(outcome__contains=_FOUND_NONE).order_by("-requested_at").values("pk")[:1]
    return list(VerificationRun.objects.filter(Q(pk__in=named - {None}) | Q(pk__in=broken)))


def _newest_untold(rows: Iterable[VerificationRun], *, told: set[uuid.UUID | None]) -> Verified | None:
    """The newest of the rows that found breaks of which no entry that is found says so."""
    ended = [row for row in rows if row.state == VerificationRun.State.DONE and row.pk not in told]
    broken = [one for one in map(_verified_of_row, ended) if not one.ok]
    return max(broken, key=lambda one: one.at, default=None)


def _verified_of_row(row: VerificationRun) -> Verified:
    """What the row says; as with entries, one that cannot be read is taken for one that found breaks."""
    try:
        kept = json.loads(row.outcome)
    except (ValueError, RecursionError):
        kept = {}
    kept = kept if isinstance(kept, dict) else {}
    return Verified(
        None,
        at=row.ended_at or row.requested_at,
        actor=row.actor,
        ok=kept.get("ok") is True,
        size=_count(kept.get("size")),
        faults=_count(kept.get("fault_count")),
        not_compared=0,
        run=row.pk,
    )


def breaks_found(since: datetime, until: datetime) -> BreaksFound:
    """Return the verifications from `since` until before `until` that found breaks, the newest first.

    Among them are those of which only their row tells, because an index hides their entry.
    """
    # A row's time is a little before its entry's, so the entry may lie beyond the period.
    asked = Entry.objects.filter(
        action=Action.LOG_VERIFIED.value, recorded_at__gte=since, recorded_at__lt=until + TOLERANCE
    ).order_by("-recorded_at")[: _READ + 1]
    count, read, listed = 0, 0, []
    told: set[uuid.UUID | None] = set()
    for entry in asked.iterator(chunk_size=_AT_ONCE):
        read += 1
        if read <= _READ and not (one := verified_of(entry)).ok:
            told.add(one.run)
            if one.at < until:
                count += 1
                listed += [one] if count <= LISTED else []
    more = read > _READ
    # Where not all were read, a row that none of them tells of may be told of by the others.
    untold = [] if more else [one for one in _broken_rows(since, until) if one.run not in told]
    listed = sorted([*listed, *untold], key=lambda one: one.at, reverse=True)[:LISTED]
    return BreaksFound(
        count + len(untold), more=more, newest=listed, runs=_standing({one.run for one in listed})
    )


def _broken_rows(since: datetime, until: datetime) -> list[Verified]:
    """What the rows of the period say that found breaks, the newest of them."""
    ended = VerificationRun.objects.filter(
        state=VerificationRun.State.DONE, ended_at__gte=since, ended_at__lt=until
    )
    broken = ended.exclude(outcome__contains=_FOUND_NONE).order_by("-ended_at")[:_ROWS]
    return [one for one in map(_verified_of_row, broken) if not one.ok]


def run_of(entry: Entry) -> uuid.UUID | None:
    """The verification that an entry tells of, if its page is there."""
    if entry.action == Action.LOG_VERIFIED.value:
        return next(iter(_standing({as_id(facts_of(entry).get("run"))})), None)
    if entry.action == Action.LOG_VERIFICATION_ASKED.value:
        return next(iter(_standing({as_id(entry.subject_id)})), None)
    return None


def as_id(value: object) -> uuid.UUID | None:
    """An id among facts, or None for what a tamperer made of it."""
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


def _standing(runs: set[uuid.UUID | None]) -> frozenset[uuid.UUID]:
    named = {run for run in runs if run is not None}
    found = VerificationRun.objects.filter(pk__in=named).values_list("pk", flat=True) if named else ()
    return frozenset(found)


def _count(value: object) -> int:
    """A number among facts, which a tamperer may have made something else."""
    return value if isinstance(value, int) else 0
