"""Puts back into the queue what the queue forgot. Called at start and every minute."""

from datetime import timedelta

from dossiers.background import waiting_ids
from dossiers.dead_runs import end_dead_runs
from dossiers.tasks import compile_requested

_GRACE = timedelta(minutes=2)


def requeue_pending(*, older_than: timedelta = _GRACE) -> int:
    """Queue again every dossier that waits longer than `older_than`, and end runs that died; gives how many it queued.

    Harmless if the queue still holds them: a dossier is begun once.
    """
    end_dead_runs()
    ids = waiting_ids(older_than=older_than)
    for dossier_id in ids:
        compile_requested.delay(dossier_id)
    return len(ids)
