"""The connection: Django's own, which never waits for ever.

The server ends a statement that takes too long and a wait for a lock, but only while it runs. A server that hangs
(stopped, swapped out, its network gone) keeps its socket open and answers nothing: then the client itself has to give
up. The connection is closed at that, because nobody knows what would come through it later.
"""

from collections.abc import Generator
from functools import lru_cache
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from audit.no_moment import NO_MOMENT, in_calendars

# What a statement may take at the server is told there; the client waits so much longer before it gives up.
GRACE_SECONDS = 5


class BoundedConnection(psycopg.Connection[Any]):
    """A connection of which every wait ends: by the answer, or by OperationalError after `patience` seconds."""

    patience: float = 600 + GRACE_SECONDS

    def wait(self, gen: Generator[Any, Any, Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait as psycopg does, for no longer than `patience`. Raises OperationalError, and closes the connection."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.OperationalError:
            # Whatever the server said would have ended the statement: one still under way was given up here.
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


@lru_cache(maxsize=8)
def _forgiving(loader: Any) -> Any:
    """Django's reader of moments, for which infinity or a year before or after the calendar ends no reading."""

    class Forgiving(loader):  # type: ignore[misc]
        def load(self, data: Any) -> Any:
            try:
                return in_calendars(super().load(data))
            except psycopg.DataError:
                return NO_MOMENT

    return Forgiving


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's connection to the server."""

    _limit: int | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = BoundedConnection.connect(**conn_params)
        self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        loader = connection.adapters.get_loader(base.TIMESTAMPTZ_OID, psycopg.pq.Format.TEXT)
        connection.adapters.register_loader(base.TIMESTAMPTZ_OID, _forgiving(loader))
        return connection

    def init_connection_state(self) -> None:
        super().init_connection_state()
        if self._limit is not None:
            self._set_limit(self._limit)

    def limit_statements(self, seconds: int) -> None:
        """Let no statement of this thread take longer, from now on; costs a round trip once for each connection."""
        if self._limit != seconds:
            self._limit = seconds
            if self.connection is not None:
                self._set_limit(seconds)

    def _set_limit(self, seconds: int) -> None:
        self.connection.patience = seconds + GRACE_SECONDS
        with self.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [f"{seconds}s"])
