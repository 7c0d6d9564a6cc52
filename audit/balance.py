"""Whether the log's entries are exactly those that have a place in the tree or wait for one, without naming any.

Looking for each entry among the places costs a join of all against all. Here both sides are summed, one reading each,
and compared; only where they differ are the entries outside looked for one by one (`audit.rows.entries_outside`).
"""

import secrets

from django.db import connection

# An id weighs what the database's own hash makes of it with a number that is drawn anew each time: whoever changed the
# rows before could not know it, so an entry too many cannot be made up for by another id in the tree.
_SUMS = """
    SELECT e.weight = l.weight + u.weight AND e.count = l.count + u.count, e.count FROM
        (SELECT coalesce(sum(pg_catalog.uuid_hash_extended(id, %(key)s)), 0) AS weight, count(*) FROM audit_entry) e,
        (SELECT coalesce(sum(pg_catalog.uuid_hash_extended(entry_id, %(key)s)), 0) AS weight, count(*)
            FROM audit_leaf) l,
        (SELECT coalesce(sum(pg_catalog.uuid_hash_extended(entry_id, %(key)s)), 0) AS weight, count(*)
            FROM audit_unsequenced) u
"""


def entries_in_balance() -> int | None:
    """Return how many entries there are, or None where some may stand outside the tree; on SQLite always None.

    Its tables must be what the migrations made: a column of another type has no such hash.
    """
    if connection.vendor != "postgresql":
        return None  # a merge of the two keys as they lie costs as little as these sums
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"key": secrets.randbits(63)})
        even, count = cursor.fetchone()
    return int(count) if even else None
