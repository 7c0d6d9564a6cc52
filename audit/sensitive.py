"""Acts that an auditor looks at first: breaks, reveals, what was handed out, refusals, rights, nights and bursts.

Every count stops at MOST and every list at a fixed length, so the page costs the same over a log of any length; each
statement reads along the index of an action, or of the time for a night.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from audit.actions import Action
from audit.no_moment import NO_MOMENT
from audit.sensitive_kinds import IN_BURSTS, Kind
from audit.verified import BreaksFound, breaks_found

MOST = 1_000
LONGEST = timedelta(days=92)
BURST_ACTS = 10
BURST_SPAN = timedelta(minutes=10)
# So much is read of each action for bursts, and of each night; the newest first.
_READ = 1_000
_SHOWN_NIGHTS = 60
_SHOWN_BURSTS = 30


@dataclass(frozen=True, slots=True)
class Count:
    """How often an action was done; `more` where counting stopped."""

    action: Action
    count: int
    more: bool


@dataclass(frozen=True, slots=True)
class Night:
    """What one person did on a page during one night of the office."""

    actor: str
    day: date
    since: datetime
    until: datetime
    count: int
    more: bool


@dataclass(frozen=True, slots=True)
class Burst:
    """Many sensitive acts of one actor in a short time."""

    actor: str
    since: datetime
    until: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Sensitive:
    """Everything that the page of sensitive acts says."""

    breaks: BreaksFound
    kinds: Sequence[tuple[Kind, Sequence[Count]]]
    nights: Sequence[Night]
    bursts: Sequence[Burst]


def sensitive_acts(since: datetime, until: datetime) -> Sensitive:
    """Return the sensitive acts from `since` until before `until`, which lie at most LONGEST apart.

    Raises ValueError for a longer or an empty period.
    """
    if not timedelta() < until - since <= LONGEST:
        raise ValueError("A period of sensitive acts is longer than nothing and at most 92 days long.")
    counts = _counts(since, until)
    return Sensitive(
        breaks=breaks_found(since, until),
        kinds=[(kind, [counts[action] for action in kind.actions]) for kind in Kind],
        nights=_nights(since, until),
        bursts=_bursts(since, until),
    )


def _counts(since: datetime, until: datetime) -> dict[Action, Count]:
    actions = [action for kind in Kind for action in kind.actions]
    part = (
        "SELECT %s AS action, count(*) FROM (SELECT recorded_at FROM audit_entry"
        " WHERE action = %s AND recorded_at >= %s AND recorded_at < %s LIMIT %s) counted"
    )
    found: dict[str, int] = dict(
        _rows(part, [(action.value, action.value, since, until, MOST + 1) for action in actions])
    )
    return {
        action: Count(action, min(found[action.value], MOST), found[action.value] > MOST)
        for action in actions
    }


def _nights(since: datetime, until: datetime) -> list[Night]:
    """Page acts by people at night, by night and person, the newest first."""
    nights = {str(number): night for number, night in enumerate(_dark_hours(since, until))}
    part = (
        "SELECT %s AS night, actor, count(*) FROM (SELECT actor, channel FROM audit_entry"
        " WHERE recorded_at >= %s AND recorded_at < %s ORDER BY recorded_at DESC LIMIT %s) read"
        " WHERE channel = 'page' AND actor <> 'visitor' GROUP BY actor"
    )
    rows = _rows(part, [(number, start, end, _READ) for number, (_day, start, end) in nights.items()])
    found = [Night(actor, *nights[number], count=count, more=count >= _READ) for number, actor, count in rows]
    return sorted(found, key=lambda night: (night.since, night.count), reverse=True)[:_SHOWN_NIGHTS]


def _dark_hours(since: datetime, until: datetime) -> Iterator[tuple[date, datetime, datetime]]:
    """Each night that touches the period, as the evening's date and its limits in UTC."""
    zone: ZoneInfo = settings.DADKHAH_OFFICE_ZONE
    first, last = settings.DADKHAH_NIGHT
    evening = since.astimezone(zone).date() - timedelta(days=1)
    while True:
        start = datetime.combine(evening, time(first), zone).astimezone(UTC)
        end = datetime.combine(evening + timedelta(days=1), time(last), zone).astimezone(UTC)
        if start >= until:
            return
        if end > since:
            yield evening, max(start, since), min(end, until)
        evening += timedelta(days=1)


def _bursts(since: datetime, until: datetime) -> list[Burst]:
    """Runs of acts of one actor in which every BURST_ACTS lie within BURST_SPAN."""
    part = (
        "SELECT actor, recorded_at FROM (SELECT actor, recorded_at FROM audit_entry WHERE action = %s"
        " AND recorded_at >= %s AND recorded_at < %s ORDER BY recorded_at DESC LIMIT %s) read"
    )
    moments: dict[str, list[datetime]] = defaultdict(list)
    for actor, at in _rows(part, [(action.value, since, until, _READ) for action in IN_BURSTS]):
        moments[actor].append(_moment(at))
    bursts = [burst for actor, acts in moments.items() for burst in _runs(actor, sorted(acts))]
    return sorted(bursts, key=lambda burst: burst.since, reverse=True)[:_SHOWN_BURSTS]


def _runs(actor: str, acts: Sequence[datetime]) -> Iterator[Burst]:
    window: deque[datetime] = deque()
    begun: datetime | None = None
    count, last = 0, datetime.min.replace(tzinfo=UTC)
    for at in acts:
        window.append(at)
        while at - window[0] > BURST_SPAN:
            window.popleft()
        if len(window) < BURST_ACTS:
            continue
        if begun is not None and window[0] <= last:
            count += 1
        else:
            if begun is not None:
                yield Burst(actor, begun, last, count)
            begun, count = window[0], len(window)
        last = at
    if begun is not None:
        yield Burst(actor, begun, last, count)


def _rows(part: str, parameters: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows of one statement asked many times, in one question to the database; none where it is asked never."""
    if not parameters:
        return []
    values = [_adapted(value) for one in parameters for value in one]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([part] * len(parameters)), values)
        return list(cursor.fetchall())


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _moment(value: datetime | str) -> datetime:
    try:
        return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)
    except ValueError:
        return NO_MOMENT
