"""Whether the clock of the machine was ever wrong, told from the times of the entries in the order of the tree.

The order of the log is that of the tree, not of the clock, so a clock that was set back breaks nothing; but whoever
reads the times should know. An entry is timed when its act begins and gets its place when that commits, so an honest
entry can be older than the one before it by the length of a transaction: up to TOLERANCE nothing is said.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from audit.faults import FaultKind, LogReport

# The longest that one statement may take (settings: statement_timeout); no transaction of ours takes as long.
TOLERANCE = timedelta(minutes=10)


class Clock:
    """Sees the times of all entries in order, and notes in the report where they fall back or lie in the future."""

    def __init__(self, report: LogReport) -> None:
        self._report = report
        self._latest: datetime | None = None
        # What is dated later was written by a clock that went ahead, or is a lie.
        self._limit = datetime.now(UTC).replace(tzinfo=None) + TOLERANCE
        self._ahead = False

    def passes(self, earliest: datetime, latest: datetime) -> bool:
        """Take the bounds of some entries that do not fall back among themselves; False, and nothing taken, where
        they fall back behind the entries before them or lie in the future."""
        if latest > self._limit or (self._latest is not None and self._latest - earliest > TOLERANCE):
            return False
        self._ahead = False
        self._latest = max(latest, self._latest or latest)
        return True

    def see(self, place: str, recorded_at: str) -> None:
        """Take one entry's time. After a notice the clock counts from there, so one setting back is named once."""
        now = moment(recorded_at)
        if now is None:
            return  # no time at all: the comparison of the columns has named it
        if now > self._limit and not self._ahead:
            self._report.notice(FaultKind.CLOCK_AHEAD, place, f"It is dated {now}.")
        self._ahead = now > self._limit
        if self._latest is not None and self._latest - now > TOLERANCE:
            self._report.notice(
                FaultKind.CLOCK_BACK, place, f"From {self._latest} to {now}, by {self._latest - now}."
            )
            self._latest = now
        self._latest = max(now, self._latest or now)


def moment(text: str) -> datetime | None:
    """Return the time that an entry states, without its zone (all are UTC), or None for what is no time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def is_near(time: datetime | None, recorded: datetime | None) -> bool:
    """Whether the time of a row is that of the entry that came with it; one that is no time is named elsewhere."""
    return time is None or recorded is None or abs(time - recorded) <= TOLERANCE


def falls_back(times: Iterable[datetime]) -> bool:
    """Say whether any of the times is older than one before it by more than the tolerance."""
    latest: datetime | None = None
    for now in times:
        if latest is not None and latest - now > TOLERANCE:
            return True
        latest = max(now, latest or now)
    return False
