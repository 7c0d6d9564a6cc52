"""Finds work that the database says is left to do and hands it out again; the queue itself is never trusted."""

import logging
import threading

from django.db import close_old_connections
from dossiers.pending import requeue_pending as requeue_dossiers
from evidence.pending import requeue_pending as requeue_evidence

from audit.sequencing import sequence_pending

EVERY_SECONDS = 60
_log = logging.getLogger(__name__)


def reconcile() -> int:
    """Sequence what is committed, re-queue what is unfinished; returns how much was found. Safe to run twice."""
    return sequence_pending() + requeue_evidence() + requeue_dossiers()


def reconcile_for_ever(stop: threading.Event) -> None:
    """Run at once and then every minute until told to stop. A failure is logged and the next round still comes."""
    while True:
        try:
            reconcile()
        except Exception:  # noqa: BLE001 - the last line: a broken round must not end all later ones
            _log.exception("reconciling failed")
        finally:
            close_old_connections()
        if stop.wait(EVERY_SECONDS):
            return
