"""Which stamps are still to be had, and when the next try is due. What waits is read from the rows, from no queue."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, QuerySet, Sum
from django.utils import timezone

from audit.models import Checkpoint, CheckpointSignature, StampAttempt, TimeStamp
from audit.stamping.authorities import Authority

# One stamp on a checkpoint covers the whole log before it, so that a new authority need not be asked for years.
NEWEST = 100
_PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
_LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stamp that a checkpoint does not have yet, with the tries so far."""

    checkpoint: Checkpoint
    authority: Authority
    attempt: StampAttempt | None

    @property
    def tries(self) -> int:
        return self.attempt.tries if self.attempt else 0

    @property
    def due_at(self) -> datetime | None:
        """When to try again; None is at once."""
        return self.attempt.tried_at + pause_after(self.tries) if self.attempt and self.tries else None


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries in vain: 1, 5 and 30 minutes, then an hour each time."""
    return _PAUSES[tries - 1] if tries <= len(_PAUSES) else _LONGEST_PAUSE


def wanted_stamps(authority: Authority) -> list[Wanted]:
    """Return what this authority has yet to stamp among the 100 newest signed checkpoints, newest first."""
    signed = Exists(CheckpointSignature.objects.filter(checkpoint=OuterRef("pk")))
    newest = Checkpoint.objects.filter(signed).order_by("-size")[:NEWEST]
    stamped = set(_stamps(authority).values_list("checkpoint_id", flat=True))
    attempts = {attempt.checkpoint_id: attempt for attempt in _attempts(authority)}
    return [
        Wanted(checkpoint, authority, attempts.get(checkpoint.pk))
        for checkpoint in newest
        if checkpoint.pk not in stamped
    ]


def rests_until(authority: Authority) -> datetime | None:
    """Until when the authority is left alone, whatever waits: after failures in a row it rests longer and longer."""
    last_success = _stamps(authority).aggregate(at=Max("received_at"))["at"]
    failed = _attempts(authority)
    if last_success is not None:
        failed = failed.filter(tried_at__gt=last_success)
    row = failed.aggregate(tries=Sum("tries"), at=Max("tried_at"))
    return row["at"] + pause_after(row["tries"]) if row["tries"] else None


def next_wanted(authorities: Sequence[Authority], now: datetime | None = None) -> Wanted | None:
    """Return the stamp to ask for now, or None: of those that are due the least tried, and of these the newest."""
    now = now or timezone.now()
    due = [wanted for authority in authorities for wanted in _due(authority, now)]
    return min(due, key=lambda wanted: (wanted.tries, -wanted.checkpoint.size), default=None)


def _due(authority: Authority, now: datetime) -> Iterator[Wanted]:
    if _ahead(rests_until(authority), now):
        return
    for wanted in wanted_stamps(authority):
        if not _ahead(wanted.due_at, now):
            yield wanted


def _ahead(moment: datetime | None, now: datetime) -> bool:
    """A moment further off than the longest pause was noted by a clock that was set back since; it binds nobody."""
    return moment is not None and now < moment <= now + _LONGEST_PAUSE


def _stamps(authority: Authority) -> QuerySet[TimeStamp]:
    return TimeStamp.objects.filter(authority=authority.name)


def _attempts(authority: Authority) -> QuerySet[StampAttempt]:
    return StampAttempt.objects.filter(authority=authority.name, tries__gt=0)
