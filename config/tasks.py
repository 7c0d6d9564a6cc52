"""The periodic task of production; the embedded mode runs the same function in a thread."""

from celery import shared_task

from config.reconciling import reconcile


@shared_task(name="dadkhah.reconcile", acks_late=True)  # type: ignore[untyped-decorator]
def reconcile_now() -> None:
    """One round of reconciling."""
    reconcile()
