"""Whether the log's entries are exactly those that have a place in the tree or wait for one, without naming any.

Looking for each entry among the places costs a join of all against all. Here both sides are summed, one reading each,
and compared; only where they differ are the entries outside looked for one by one (`audit.rows.entries_outside`).
The reading of the entries also finds where those lie that tell of checkpoints and the like (`audit.telling`).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

# An id weighs what the database's own hash makes of it with a number that is drawn anew each time: whoever changed the
# rows before could not know it, so an entry too many cannot be made up for by another id in the tree.
_SUMS = """
    SELECT e.weight = l.weight + u.weight AND e.count = l.count + u.count, e.count, e.telling FROM
        (SELECT coalesce(sum(pg_catalog.uuid_hash_extended(id, %(key)s)), 0) AS weight, count(*),
            coalesce(array_to_string(array_agg(ctid) FILTER (WHERE action = ANY (%(actions)s)), ' '), '') AS telling
            FROM audit_entry) e,
        (SELECT coalesce(sum(pg_catalog.uuid_hash_extended(entry_id, %(key)s)), 0) AS weight, count(*)
            FROM audit_leaf) l,
        (SELECT coalesce(sum(pg_catalog.uuid_hash_extended(entry_id, %(key)s)), 0) AS weight, count(*)
            FROM audit_unsequenced) u
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """How many entries there are, None where some may stand outside the tree; and where the wanted ones lie."""

    entries: int | None
    telling: Sequence[str]


def weigh(actions: Sequence[str] = ()) -> Balance | None:
    """Weigh the entries, and note the place (`ctid`) of each of these actions; on SQLite always None.

    Its tables must be what the migrations made: a column of another type has no such hash.
    """
    if connection.vendor != "postgresql":
        return None  # a merge of the two keys as they lie costs as little as these sums
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"key": secrets.randbits(63), "actions": list(actions)})
        even, count, telling = cursor.fetchone()
    return Balance(int(count) if even else None, telling.split())
