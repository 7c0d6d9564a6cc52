"""Giving committed entries their place in the tree.

On SQLite the leaf is written with the entry. On PostgreSQL entries wait in a queue, and whoever commits next, a
periodic task or whoever needs the tree takes them out under one short advisory lock. The queue holds entries, not a
watermark over ids: transactions commit in another order than they began, and rolled-back ones leave holes.
"""

from django.db import connection, transaction

from audit.models import Entry
from audit.tiles import seal_tiles, tree_size

BATCH = 10_000
# Any number that no other program in this database uses; "dadkhah log" read as bytes.
LOCK = int.from_bytes(b"dkh-log", "big")

_TAKE = """
    WITH waiting AS (
        SELECT u.entry_id FROM audit_unsequenced u JOIN audit_entry e ON e.id = u.entry_id
        ORDER BY e.recorded_at, e.id LIMIT %s
    ), taken AS (
        DELETE FROM audit_unsequenced WHERE entry_id IN (SELECT entry_id FROM waiting) RETURNING entry_id
    )
    INSERT INTO audit_leaf (leaf_index, entry_id, leaf_hash)
    SELECT %s + row_number() OVER (ORDER BY e.recorded_at, e.id) - 1, e.id, e.leaf_hash
    FROM taken t JOIN audit_entry e ON e.id = t.entry_id
"""


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


def place(entry: Entry) -> None:
    """Write the entry's leaf at the end of the tree. Only for SQLite, inside the entry's own transaction."""
    size = tree_size()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_leaf (leaf_index, entry_id, leaf_hash) VALUES (%s, %s, %s)",
            (size, entry.id.hex, bytes(entry.leaf_hash)),
        )
    if (size + 1) % 256 == 0:
        seal_tiles(size, size + 1)


def sequence_on_commit() -> None:
    """Sequence once after the caller's commit. A failure there is logged: the entry is safe and the queue keeps it."""
    if not any(waiting[1] is _sequence_soon for waiting in connection.run_on_commit):
        transaction.on_commit(_sequence_soon, robust=True)


def _sequence_soon() -> None:
    sequence_pending()


def _sequence_batch() -> int:
    size = tree_size()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, (BATCH, size))
        count = int(cursor.rowcount)
    seal_tiles(size, size + count)
    return count
