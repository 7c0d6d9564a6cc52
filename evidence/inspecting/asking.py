"""Asking the queue for the making of derivatives. Named, not imported: the work must not depend on its tasks."""

from uuid import UUID

from celery import current_app
from django.conf import settings

MAKE = "evidence.make_derivative"


def ask_for_making(*derivative_ids: UUID) -> None:
    """Put the making of each on the queue, unless the settings leave all of it to the reconciler."""
    if not settings.DADKHAH_INSPECT_AT_ONCE:
        return
    for derivative_id in derivative_ids:
        current_app.signature(MAKE, args=[str(derivative_id)]).apply_async(retry=False)
