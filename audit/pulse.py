"""Saying how far a verification is, from a thread and a connection of its own.

Why not from the reading one: on PostgreSQL nobody sees what an open transaction writes, and on SQLite a connection
that reads an old snapshot may not write at all. The thread writes once a second, however fast the reading goes.
"""

import logging
import threading
import uuid
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection
from django.utils import timezone

from audit.models import VerificationRun

EVERY_SECONDS = 1.0
_logger = logging.getLogger(__name__)


class Pulse:
    """While it is entered, the run's row tells that it lives and how far it is; `note` is the progress callback."""

    def __init__(self, run_id: uuid.UUID) -> None:
        self._run_id = run_id
        self._amount = (0, 0)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="verification-pulse", daemon=True)

    def note(self, done: int, total: int) -> None:
        """Remember how far the work is; costs nothing, writes nothing."""
        self._amount = (done, total)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._stop.wait(EVERY_SECONDS):
                self._write()
        finally:
            connection.close()

    def _write(self) -> None:
        done, total = self._amount
        running = VerificationRun.objects.filter(pk=self._run_id, state=VerificationRun.State.RUNNING)
        try:
            running.update(beat_at=timezone.now(), checked=done, total=total)
        except DatabaseError:
            # Showing how far it is must not end the verification; the next second tries again.
            _logger.warning("a verification could not say how far it is", exc_info=True)
