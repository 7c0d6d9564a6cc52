"""The task queue: Redis in production, a thread of this process in the embedded mode.

No message is the record of any work: what is left to do is read from the database (see `evidence.pending`).
"""

import os
from importlib import import_module
from typing import Any

from celery import Celery, bootsteps
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

app = Celery("dadkhah")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class SafeStart(bootsteps.Step):  # type: ignore[misc]
    """Refuses an unsafe start before the worker takes its first message, as gunicorn's is refused."""

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        # Loaded only now: the checks need the apps, which Celery sets up after it has read this module.
        start = import_module("config.start")
        try:
            start.refuse_unsafe_start()
        except ImproperlyConfigured as error:
            raise SystemExit(str(error)) from error


app.steps["worker"].add(SafeStart)
