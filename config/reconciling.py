"""Finds work that the database says is left to do and hands it out again; the queue itself is never trusted."""

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections

from audit.due_checkpoints import sign_when_due
from audit.queue_cleaning import clean_queue
from audit.sequencing import sequence_pending
from audit.stamping.rounds import stamp_pending
from audit.tasks import requeue_verifications
from dossiers.pending import requeue_pending as requeue_dossiers
from evidence.fixity_schedule import read_what_is_due
from evidence.inspecting.pending import requeue_derivatives
from evidence.pending import requeue_pending as requeue_evidence
from evidence.removal import remove_asked
from evidence.resumable.ending import expire_uploads, sweep_uploads
from evidence.resumable.taking_in import take_in_arrived
from evidence.store import vault
from evidence.unpacking.work import requeue_unpackings
from witnesses.closing import close_overdue
from witnesses.quorum.ending import close_overdue_sessions

# With the silence after which a worker counts as killed, less than a minute until its work goes on.
EVERY_SECONDS = 40
_log = logging.getLogger(__name__)


def reconcile() -> int:
    """Do every step, each safe to run twice; returns how much was found. A step that fails does not stop the rest."""
    return sum(_attempt(step) for step in _STEPS)


def reconcile_for_ever(stop: threading.Event) -> None:
    """Run at once and then every EVERY_SECONDS until told to stop."""
    while True:
        reconcile()
        close_old_connections()
        if stop.wait(EVERY_SECONDS):
            return


def _attempt(step: Callable[[], int]) -> int:
    try:
        return step()
    except Exception:  # noqa: BLE001 - the last line of defence of a loop that must go on
        # The next round tries again; what is left to do stands in the database.
        _log.exception("a step of reconciling failed", extra={"task": step.__name__})
        return 0


def _sweep_vault() -> int:
    return vault().sweep_temporary()


_STEPS: tuple[Callable[[], int], ...] = (
    sequence_pending,
    clean_queue,
    sign_when_due,
    requeue_evidence,
    requeue_derivatives,
    read_what_is_due,
    requeue_unpackings,
    requeue_dossiers,
    requeue_verifications,
    close_overdue,
    close_overdue_sessions,
    _sweep_vault,
    take_in_arrived,
    expire_uploads,
    sweep_uploads,
    remove_asked,
    stamp_pending,
)
