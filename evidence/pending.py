"""What is left to do, read from the database: the queue is only a way to be quick."""

from datetime import timedelta
from uuid import UUID

from celery import current_app
from django.db.models import Q

from audit.silence import silent
from evidence.models import EvidenceItem
from evidence.reachability import is_away
from evidence.scopes import EvidenceItemQuerySet

INSPECT = "evidence.inspect_item"
MOST_TRIES = 5
_AT_ONCE = 500
# A message that is under way is given this long before the reconciler asks again.
_PATIENCE_SECONDS = 30


def ask_for_inspection(item_id: UUID) -> None:
    """Put one item's inspection on the queue. Named, not imported: the work must not depend on its tasks."""
    current_app.signature(INSPECT, args=[str(item_id)]).apply_async(retry=False)


def uninspected() -> EvidenceItemQuerySet:
    """The files of which nobody has said yet what they are. A physical item has nothing to look into."""
    return EvidenceItem.objects.filter(inspected_at=None, object__isnull=False, disposed_at=None)


def requeue_pending() -> int:
    """Ask again for every inspection that is not done and may still be tried; gives how many. Safe to run twice."""
    # What was tried so often that it is given up is asked for once more as long as it does not say so.
    left = Q(inspection_tries__lt=MOST_TRIES) | Q(inspection_failure="")
    waiting = uninspected().filter(left & silent("received_at", timedelta(seconds=_PATIENCE_SECONDS)))
    ids = list(waiting.values_list("pk", flat=True)[:_AT_ONCE])
    if ids and is_away():
        # A worker would only wait for the store's silence, and so many more would wait behind it.
        return 0
    for item_id in ids:
        ask_for_inspection(item_id)
    return len(ids)
