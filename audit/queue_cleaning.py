"""Taking out of the queue what nobody of ours put there, with an entry that says so.

Whoever may add to the queue can add an id that has its place already, or that no entry bears; the sequencer passes
over both. Left alone they would make every turn longer, and taken out in silence they would be a trace that we wiped.
An entry and its row in the queue, and a leaf and the end of that row, are committed together: none of ours can be
taken for false.
"""

import uuid

from django.db import connection, transaction

from audit import log
from audit.actions import Action
from audit.actors import SystemActor
from audit.rows import as_text

# So many at a time, and so many of them named.
BATCH = 10_000
NAMED = 20
_CLEANER = SystemActor("queue")
_TAKE = """
    DELETE FROM audit_unsequenced WHERE entry_id IN (
        SELECT u.entry_id FROM audit_unsequenced u
        WHERE EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = u.entry_id)
            OR NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = u.entry_id)
        ORDER BY u.entry_id LIMIT %s
    ) RETURNING {entry_id}
"""


def clean_queue() -> int:
    """Take false rows out of the queue, log how many they were and the first of their ids, and return the number."""
    # SQLite's queue takes any text, also what no driver reads.
    column = "CAST(entry_id AS BLOB)" if connection.vendor == "sqlite" else "entry_id::text"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE.format(entry_id=column), [BATCH])
        found = sorted(as_text(entry_id) for (entry_id,) in cursor.fetchall())
        if found:
            log.append(
                Action.LOG_QUEUE_CLEANED,
                subject=log.Subject("audit.log", "queue"),
                actor=_CLEANER,
                # What is no id could be a word about somebody: it is counted and not repeated.
                facts={"rows": len(found), "entries": [one for one in found if _is_id(one)][:NAMED]},
            )
    return len(found)


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
