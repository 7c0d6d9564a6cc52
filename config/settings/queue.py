"""What holds of tasks wherever they are queued; where that is, `base` says."""

CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TASK_SOFT_TIME_LIMIT = 3600
CELERY_TASK_TIME_LIMIT = 3660
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# Redis hands out the lowest number first. The reconciler never waits behind the work that it watches over, what people
# asked for waits behind nothing but that, and what is made of ten thousand files comes last.
CELERY_TASK_ROUTES = {
    "dadkhah.reconcile": {"priority": 0},
    "audit.verify_requested": {"priority": 3},
    "dossiers.compile_requested": {"priority": 3},
    "evidence.unpack": {"priority": 3},
    "evidence.inspect_item": {"priority": 6},
    "evidence.work_on_round": {"priority": 6},
    "evidence.make_derivative": {"priority": 9},
}
# Nothing is set aside by a worker that is busy: it would stand before whatever is more urgent.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BEAT_SCHEDULE = {
    "reconcile": {
        "task": "dadkhah.reconcile",
        "schedule": 40.0,
        # A day without a worker leaves no queue of them; ten minutes, for the clocks of two machines differ.
        "options": {"expires": 600},
    }
}
