"""One state of the database for as long as the log is read."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from audit.span_helper import prepare


@contextmanager
def one_view() -> Iterator[bool]:
    """See one state of the database throughout, so that nothing written meanwhile can look like a break.

    Keeps no writer waiting: on PostgreSQL by a snapshot, on SQLite by a reading transaction of the write-ahead log.
    Yields whether another connection sees the same: not where the caller has begun a transaction.
    """
    connection.ensure_connection()
    if connection.in_atomic_block:
        yield False
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            connection.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            prepare(connection.connection)
            yield True
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield True
            finally:
                # What a damaged file made SQLite roll back by itself cannot be rolled back again.
                if connection.connection.in_transaction:
                    cursor.execute("ROLLBACK")
