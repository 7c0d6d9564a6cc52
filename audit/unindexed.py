"""Whether the indexes that a report is made with lead to every entry of its period, once, and to nothing else.

Whoever owns the database can make an index lack rows and leave no other trace; lists then pass over them. A report
holds what they lead to, and is signed. Each index is held against the table itself, row by row: a row that it leads to
twice must not stand for one that it hides.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from audit.actions import Action
from audit.log import instant

# One statement, so that an entry that commits meanwhile is in all of it or in none. An index is sought in as lists do,
# action by action and entry by entry, and where it holds all that is asked for, it alone is read.
_SQLITE = """
    WITH there AS MATERIALIZED (
        SELECT rowid AS place, id, recorded_at, action FROM audit_entry NOT INDEXED
        WHERE recorded_at >= %(since)s AND recorded_at < %(until)s
    ), by_time AS MATERIALIZED (
        SELECT rowid AS place, id, recorded_at FROM audit_entry INDEXED BY audit_entry_when
        WHERE recorded_at >= %(since)s AND recorded_at < %(until)s
    ), by_action AS MATERIALIZED (
        SELECT rowid AS place, recorded_at, action FROM audit_entry INDEXED BY audit_entry_action
        WHERE action IN (SELECT action FROM there UNION VALUES {actions})
        AND recorded_at >= %(since)s AND recorded_at < %(until)s
    ), placed AS MATERIALIZED (
        SELECT rowid AS place, entry_id FROM audit_leaf NOT INDEXED WHERE entry_id IN (SELECT id FROM there)
    ), by_entry AS MATERIALIZED (
        SELECT l.rowid AS place, l.entry_id FROM there
        CROSS JOIN audit_leaf l INDEXED BY sqlite_autoindex_audit_leaf_1 ON l.entry_id = there.id
    ),
    timeless AS (SELECT place, id, recorded_at FROM there EXCEPT SELECT place, id, recorded_at FROM by_time),
    actless AS (SELECT place, recorded_at, action FROM there EXCEPT SELECT place, recorded_at, action FROM by_action),
    placeless AS (SELECT place, entry_id FROM placed EXCEPT SELECT place, entry_id FROM by_entry),
    hidden AS (
        SELECT id FROM there WHERE place IN (SELECT place FROM timeless UNION SELECT place FROM actless)
        UNION SELECT entry_id FROM placeless
    )
"""
# No index holds the hash of a row, nor its time or id made into something else: what asks for these is read from the
# table.
_POSTGRES = """
    WITH there AS MATERIALIZED (
        SELECT id, action, leaf_hash FROM audit_entry
        WHERE recorded_at + interval '0' >= %(since)s AND recorded_at + interval '0' < %(until)s
    ), by_time AS MATERIALIZED (
        SELECT id FROM audit_entry WHERE recorded_at >= %(since)s AND recorded_at < %(until)s
    ), by_action AS MATERIALIZED (
        SELECT found.id, found.action
        FROM (SELECT action FROM there UNION VALUES {actions}) asked
        CROSS JOIN LATERAL (
            SELECT id, action FROM audit_entry
            WHERE action = asked.action AND recorded_at >= %(since)s AND recorded_at < %(until)s OFFSET 0
        ) found
    ), placed AS MATERIALIZED (
        SELECT entry_id, leaf_hash FROM audit_leaf WHERE entry_id::text IN (SELECT id::text FROM there)
    ), by_entry AS MATERIALIZED (
        SELECT found.entry_id FROM there
        CROSS JOIN LATERAL (SELECT entry_id FROM audit_leaf WHERE entry_id = there.id OFFSET 0) found
    ),
    timeless AS (SELECT id FROM there EXCEPT SELECT id FROM by_time),
    actless AS (SELECT id, action FROM there EXCEPT SELECT id, action FROM by_action),
    placeless AS (SELECT entry_id FROM placed EXCEPT SELECT entry_id FROM by_entry),
    hidden AS (SELECT id FROM timeless UNION SELECT id FROM actless UNION SELECT entry_id FROM placeless)
"""
_COUNTS = """
    SELECT (SELECT count(*) FROM hidden),
        (SELECT count(*) FROM by_time) > (SELECT count(*) FROM there) - (SELECT count(*) FROM timeless)
        OR (SELECT count(*) FROM by_action) > (SELECT count(*) FROM there) - (SELECT count(*) FROM actless)
        OR (SELECT count(*) FROM by_entry) > (SELECT count(*) FROM placed) - (SELECT count(*) FROM placeless)
"""


@dataclass(frozen=True, slots=True)
class IndexLook:
    """How many entries some index does not lead to, and whether one leads astray, such as to a row twice."""

    hidden: int
    astray: bool

    @property
    def agrees(self) -> bool:
        """Whether what is found by the indexes is what is there."""
        return not self.hidden and not self.astray


def look_by_indexes(since: datetime, until: datetime) -> IndexLook:
    """Hold the indexes against the entries from `since` until before `until`. Reads the whole table."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            # Where a table is small the indexes would not be asked at all.
            cursor.execute("SET LOCAL enable_seqscan = off")
            return _look(cursor, _POSTGRES, since, until)
    with connection.cursor() as cursor:
        return _look(cursor, _SQLITE, _column(since), _column(until))


def _look(cursor: CursorWrapper, sql: str, since: datetime | str, until: datetime | str) -> IndexLook:
    actions = {f"action_{number}": action.value for number, action in enumerate(Action)}
    known = ", ".join(f"(%({name})s)" for name in actions)
    cursor.execute(sql.format(actions=known) + _COUNTS, {"since": since, "until": until, **actions})
    hidden, astray = cursor.fetchone()
    return IndexLook(int(hidden), bool(astray))


def _column(moment: datetime) -> str:
    return instant(moment)[:26].replace("T", " ")
