"""Giving committed entries their place in the tree.

On SQLite the leaf is written with the entry. On PostgreSQL entries wait in a queue, and whoever commits next, a
periodic task or whoever needs the tree takes them out under one short advisory lock. The queue holds entries, not a
watermark over ids: transactions commit in another order than they began, and rolled-back ones leave holes.
"""

import time

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from audit.tiles import WIDTH, seal_tiles, tree_size

BATCH = 10_000
# Any number that no other program in this database uses; "dadkhah log" read as bytes.
LOCK = int.from_bytes(b"dkh-log", "big")


# The row of each waiting entry is looked up by its key, one by one (LATERAL with OFFSET 0 allows no other plan): the
# queue's size changes faster than any statistics, and a planner that is misled by them reads the whole log instead.
# What stands there falsely is passed over, so that it keeps nobody waiting; `audit.queue_cleaning` takes it out.
def _waiting(queue: str) -> str:
    return f"""
        SELECT u.entry_id, e.recorded_at, e.leaf_hash
        FROM {queue} u CROSS JOIN LATERAL (
            SELECT recorded_at, leaf_hash FROM audit_entry WHERE id = u.entry_id
            AND NOT EXISTS (SELECT 1 FROM audit_leaf WHERE entry_id = u.entry_id OFFSET 0) OFFSET 0
        ) e
    """  # noqa: S608


_PLACE = """
    taken AS (DELETE FROM audit_unsequenced WHERE entry_id IN (SELECT entry_id FROM waiting)),
    placed AS (
        INSERT INTO audit_leaf (leaf_index, entry_id, leaf_hash)
        SELECT size + row_number() OVER (ORDER BY recorded_at, entry_id) - 1, entry_id, leaf_hash
        FROM waiting, tree RETURNING 1
    )
"""
_TAKE = f"""
    WITH tree AS (SELECT %s::bigint AS size),
    waiting AS MATERIALIZED ({_waiting("audit_unsequenced")} ORDER BY e.recorded_at, u.entry_id LIMIT %s), {_PLACE}
    SELECT count(*) FROM placed
"""  # noqa: S608
_NEXT_LEAF = """
    INSERT INTO audit_leaf (leaf_index, entry_id, leaf_hash)
    SELECT coalesce(max(leaf_index) + 1, 0), %s, %s FROM audit_leaf
"""
# One round trip, two statements: the second sees what was committed before the lock was taken by the first. It
# waits for no disk: were it lost in a crash, the entries would wait again, and whatever is signed later is on the
# disk only with it. It takes all that waits or nothing, and fills no tile: what it leaves takes the longer way.
_AT_ONCE = f"""
    SELECT set_config('synchronous_commit', 'off', true),
           set_config('dadkhah.turn', pg_try_advisory_xact_lock({LOCK})::text, true);
    WITH tree AS MATERIALIZED (SELECT coalesce(max(leaf_index) + 1, 0) AS size FROM audit_leaf),
    head AS MATERIALIZED (SELECT entry_id FROM audit_unsequenced LIMIT {WIDTH}),
    fits AS MATERIALIZED (
        SELECT (SELECT count(*) FROM head) < {WIDTH} - size % {WIDTH} AS yes,
               current_setting('dadkhah.turn') = 'true' AS ours FROM tree
    ),
    waiting AS MATERIALIZED ({_waiting("head")} WHERE (SELECT yes AND ours FROM fits)), {_PLACE}
    SELECT ours AND NOT yes FROM fits
"""  # noqa: S608


class Pace:
    """How often one process sequences after its commits: at once as long as they are few, and then so many a second.

    Under load every commit would pay for a turn that the next one takes as well: entries then share one. What the
    last of them leaves behind is taken by the next commit, the periodic task, or whoever needs the tree.
    """

    def __init__(self, *, burst: int, per_second: float) -> None:
        self._burst, self._per_second = burst, per_second
        self._left, self._seen = float(burst), time.monotonic()

    def allows(self) -> bool:
        """Take one turn, if one is left. Two threads at once can at worst take one too many."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._seen) * self._per_second)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


_pace = Pace(burst=8, per_second=2)


def sequence_pending(*, wait: bool = False) -> int:
    """Give every waiting entry its leaf, in the order of recording, and return how many there were.

    Where another process is at it, returns 0 at once, or with `wait` queues behind it. Two at once never clash, and
    a process that is killed leaves all as it was. Call it with `wait` before handing out what an entry records.
    """
    done = 0
    while connection.vendor == "postgresql":
        with transaction.atomic():
            if not lock_tree(wait=wait):
                break
            count = _sequence_batch()
        done += count
        if count < BATCH:
            break
    return done


def lock_tree(*, wait: bool) -> bool:
    """Take the tree's lock until the transaction ends; say whether it was taken. SQLite's writer holds it already."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", (LOCK,))
        (taken,) = cursor.fetchone()
    return bool(taken)


def place(cursor: CursorWrapper, entry_id: str, leaf_hash: bytes) -> None:
    """Write an entry's leaf at the end of the tree. Only for SQLite, inside the entry's own transaction."""
    cursor.execute(_NEXT_LEAF, (entry_id, leaf_hash))
    index = cursor.lastrowid  # the leaf's index is the table's row number
    if (index + 1) % WIDTH == 0:
        seal_tiles(index, index + 1)


def sequence_on_commit(database: BaseDatabaseWrapper) -> None:
    """Sequence once after the caller's commit. A failure there is logged: the entry is safe and the queue keeps it."""
    if not any(waiting[1] is _sequence_soon for waiting in database.run_on_commit):
        database.on_commit(_sequence_soon, robust=True)


def _sequence_soon() -> None:
    if not _pace.allows():
        return
    if connection.in_atomic_block:
        # Somebody runs the hooks inside a transaction, which must not become one that waits for no disk.
        sequence_pending()
        return
    with connection.cursor() as cursor:
        cursor.execute(_AT_ONCE)
        cursor.nextset()
        (more,) = cursor.fetchone()
    if more:
        sequence_pending()


def _sequence_batch() -> int:
    size = tree_size()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, (size, BATCH))
        (count,) = cursor.fetchone()
    seal_tiles(size, size + count)
    return int(count)
