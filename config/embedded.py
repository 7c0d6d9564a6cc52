"""The embedded mode: one process that serves pages, works off tasks and reconciles, with no service beside it."""

import threading

from celery.worker import WorkController

from config.celery import app
from config.reconciling import reconcile_for_ever


def start_worker() -> threading.Event:
    """Start the task worker and the reconciler as daemon threads; set the returned event to end the reconciler.

    The queue lives in memory and dies with the process. That loses nothing: the reconciler reads from the database
    what is left to do.
    """
    stop = threading.Event()
    threading.Thread(target=_work, name="worker", daemon=True).start()
    threading.Thread(target=reconcile_for_ever, args=(stop,), name="reconciler", daemon=True).start()
    return stop


def _work() -> None:
    WorkController(
        app=app,
        pool_cls="solo",
        concurrency=1,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    ).start()
