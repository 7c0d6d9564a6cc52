"""Pages of entries that cost the same in a log of a hundred and of a million, whatever is looked for.

Two ways, chosen by counting no further than LOOKED along each index that could serve:

- *whole*: some filter lets through at most LOOKED entries. They are read by that filter's index, the rest is compared
  among them, and the count is exact.
- *walk*: every filter lets through more. LOOKED entries are walked in the order of time from the page's mark, the rest
  is compared among them, and where they do not fill the page the reader is told how far it went and may go on.

Left to the databases, two common values that never meet would be looked for through the whole log.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from audit.errors import BadInput
from audit.models import Entry
from audit.queries import Filters, waits

PAGE = 50
LOOKED = 5_000
# Each has an index that goes on with the time.
_INDEXED = ("subject_id", "case_id", "actor", "action")
_COLUMNS = {column.name: column for column in Entry._meta.fields}
# Comes before every id of an entry.
_NO_ID = uuid.UUID(int=0)
_READ = ("id", "recorded_at", "actor", "channel", "action", "subject_kind", "subject_id", "case_id")

# Where an entry stands in the order of the list.
Stand = tuple[datetime, uuid.UUID]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page of entries, newest first, with the marks of its neighbours ('' where there is none).

    `count` is exact, or with `more` the least that there are. `looked_to` is how far back an unfilled page looked.
    What fits and stands before `before` and after `after` is on this page; None where nothing bounds it.
    """

    entries: Sequence[Entry]
    older: str
    newer: str
    count: int
    more: bool
    looked_to: datetime | None = None
    before: Stand | None = None
    after: Stand | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which column's index is read for which values (none: the time's), whether whole, and what is compared there."""

    period: Q
    leading: str
    values: list[Any]
    reach: int
    whole: bool
    compared: dict[str, list[Any]] = field(default_factory=dict)

    def rows(self, beside: Q) -> QuerySet[Entry]:
        """The rows that are read, in no order."""
        return _rows(self.period & beside, self.leading, self.values)


def page_of(
    filters: Filters, *, older_than: str = "", newer_than: str = "", bodies: bool = False
) -> EntryPage:
    """Return the page beside a mark, or the newest; with `bodies` each entry brings its content as well.

    Raises BadInput for a mark that we did not give out.
    """
    plan = _plan(filters)
    side, mark = ("gt", newer_than) if newer_than else ("lt", older_than)
    beside = _beyond(mark, side) if mark else Q()
    found = _read(plan, beside, newest_first=side == "lt")
    full = len(found) > PAGE
    entries = found[:PAGE] if side == "lt" else found[:PAGE][::-1]
    ended = None if plan.whole or full else _end_of_walk(plan, beside, newest_first=side == "lt")
    onward = (_mark(found[PAGE - 1]) if full else "") or (_mark(ended) if ended else "")
    back = _mark(found[0]) if found else mark
    # Without a mark, what did not fill the page is all that there is among the rows that were looked at.
    count = _count(plan) if mark or full else len(found)
    newest, oldest = (mark, onward) if side == "lt" else (onward, mark)
    return EntryPage(
        entries=_whole(entries) if bodies else entries,
        older=onward if side == "lt" else back,
        newer=(back if mark else "") if side == "lt" else onward,
        count=count,
        more=not plan.whole,
        looked_to=ended.recorded_at if ended else None,
        before=_edge(min, newest, filters.until),
        after=_edge(max, oldest, filters.since),
    )


def with_places(entries: Sequence[Entry]) -> tuple[list[Entry], set[uuid.UUID]]:
    """Return a page's entries with their contents and their places in the tree, and which of them have no place and
    wait for none; one query.
    """
    found = Entry.objects.filter(pk__in=[entry.pk for entry in entries]).select_related("leaf")
    placed = found.annotate(waits=waits())
    outside = {entry.pk for entry in placed if not hasattr(entry, "leaf") and not entry.waits}
    order = {entry.pk: number for number, entry in enumerate(entries)}
    return sorted(placed, key=lambda entry: order[entry.pk]), outside


def _plan(filters: Filters) -> _Plan:
    columns, period = filters.columns, filters.period
    candidates = [name for name in _INDEXED if name in columns] or [""]
    reaches = {name: _reach(period, name, columns.get(name, [])) for name in candidates}
    narrowest = min(candidates, key=lambda name: reaches[name])
    whole = reaches[narrowest] <= LOOKED
    # Several values of one column do not stand in one order of time: they can be read whole, but not be walked.
    walked = [name for name in candidates if len(columns.get(name, [])) == 1]
    leading = narrowest if whole else (walked or [""])[0]
    compared = {name: values for name, values in columns.items() if name != leading}
    return _Plan(period, leading, columns.get(leading, []), reaches[narrowest], whole, compared)


def _reach(period: Q, name: str, values: list[Any]) -> int:
    """How many rows an index would read, at most one more than LOOKED; it holds the time, so no row itself is read.

    The rows of one value are counted in their order: without it PostgreSQL first gathers all that the index lists.
    """
    rows = _rows(period, name, values)
    rows = rows if len(values) > 1 else rows.order_by("recorded_at")
    return rows.values("recorded_at")[: LOOKED + 1].count()


def _rows(within: Q, name: str, values: list[Any]) -> QuerySet[Entry]:
    """The rows with one of the values. Asked for value by value: for a list SQLite may read the whole table instead."""
    rows = Entry.objects.filter(within).order_by()
    if not name:
        return rows
    first, *others = [rows.filter(**{name: value}) for value in values]
    return first.union(*others, all=True) if others else first


def _among(plan: _Plan, beside: Q, *, newest_first: bool) -> tuple[str, list[Any]]:
    """The rows that are looked at with what is compared among them, as `(…) looked WHERE …`, and its parameters.

    The limit inside keeps both databases from choosing another way than the plan's.
    """
    rows = plan.rows(beside)
    if plan.compared or len(plan.values) > 1:
        looked = (rows if plan.whole else _walked(rows, newest_first=newest_first)).values(*_READ)[:LOOKED]
    else:  # with nothing to compare, the first rows of a walk are the page
        looked = _walked(rows, newest_first=newest_first).values(*_READ)[: PAGE + 1]
    sql, parameters = looked.query.get_compiler(connection=connection).as_sql()
    conditions, values = ["1 = 1"], [*parameters]
    for name, wanted in plan.compared.items():
        column = _COLUMNS[name]
        conditions.append(f"{name} IN ({', '.join(['%s'] * len(wanted))})")
        values += [column.get_db_prep_value(value, connection) for value in wanted]
    return f"({sql}) looked WHERE {' AND '.join(conditions)}", values


def _walked(rows: QuerySet[Entry], *, newest_first: bool) -> QuerySet[Entry]:
    return rows.order_by("-recorded_at", "-id") if newest_first else rows.order_by("recorded_at", "id")


def _read(plan: _Plan, beside: Q, *, newest_first: bool) -> list[Entry]:
    among, values = _among(plan, beside, newest_first=newest_first)
    direction = "DESC" if newest_first else "ASC"
    statement = (
        f"SELECT {', '.join(_READ)} FROM {among}"  # noqa: S608  names of ours and placeholders alone
        f" ORDER BY recorded_at {direction}, id {direction} LIMIT {PAGE + 1}"
    )
    return list(Entry.objects.raw(statement, values))


def _whole(entries: Sequence[Entry]) -> list[Entry]:
    found = Entry.objects.in_bulk([entry.pk for entry in entries])
    return [found[entry.pk] for entry in entries]


def _count(plan: _Plan) -> int:
    if not plan.compared:
        return min(plan.reach, LOOKED)
    among, values = _among(plan, Q(), newest_first=True)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {among}", values)  # noqa: S608  as above
        (count,) = cursor.fetchone()
    return int(count)


def _end_of_walk(plan: _Plan, beside: Q, *, newest_first: bool) -> Entry | None:
    """The last row that was looked at, or None where the walk came to the end of the log.

    Its moment is found by the index alone, and so are those before it; then it is one of the rows of that moment.
    """
    rows = plan.rows(beside)
    onward, before = ("-recorded_at", "gt") if newest_first else ("recorded_at", "lt")
    moments = rows.order_by(onward).values_list("recorded_at", flat=True)
    last = moments[LOOKED - 1 : LOOKED].first()
    if last is None:
        return None
    passed = moments.filter(**{f"recorded_at__{before}": last}).count()
    of_that_moment = _walked(rows.filter(recorded_at=last), newest_first=newest_first)
    # Entries that were written in between are before it as well. Of a moment that no calendar has there is none.
    at = max(0, LOOKED - 1 - passed)
    return next(iter(of_that_moment.only("id", "recorded_at")[at : at + 1]), None)


def _mark(entry: Entry) -> str:
    return f"{entry.recorded_at.isoformat()}_{entry.pk}"


def _stand(mark: str) -> Stand:
    moment, _line, identifier = mark.rpartition("_")
    try:
        at, pk = parse_datetime(moment), uuid.UUID(identifier)
        at = at.astimezone(UTC) if at and at.tzinfo else None
    except (ValueError, OverflowError):  # the second where an offset leads out of the calendar
        at = None
    if at is None:
        raise BadInput(_("This page of the log does not exist. Start again from the newest entries."))
    return at, pk


def _edge(nearest: Callable[..., Stand | None], mark: str, end: datetime | None) -> Stand | None:
    """Where a page ends: at a mark or at the end of the period, whichever is nearer."""
    edges = [*([_stand(mark)] if mark else []), *([(end, _NO_ID)] if end else [])]
    return nearest(edges, default=None)


def _beyond(mark: str, side: str) -> Q:
    at, pk = _stand(mark)
    # The first condition says nothing new, but it is what an index can begin at.
    return Q(**{f"recorded_at__{side}e": at}) & (
        Q(**{f"recorded_at__{side}": at}) | Q(**{"recorded_at": at, f"pk__{side}": pk})
    )
