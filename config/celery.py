"""The task queue: Redis in production, a thread of this process in the embedded mode.

No message is the record of any work: what is left to do is read from the database (see `evidence.pending`).
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

app = Celery("dadkhah")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
