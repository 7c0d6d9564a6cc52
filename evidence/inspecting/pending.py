"""What is still to be made, read from the database: the queue is only a way to be quick."""

from datetime import timedelta

from celery import current_app
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from audit.silence import silent
from evidence.derivative_failures import Failure
from evidence.derivative_words import DerivativeState
from evidence.inspecting.asking import MAKE
from evidence.inspecting.plan import first_kinds
from evidence.inspecting.programs import PROGRAMS, is_here
from evidence.inspecting.records import ask_for_derivatives, cut_off
from evidence.models import Derivative, EvidenceItem
from evidence.reachability import is_away

_AT_ONCE = 200
# A message that is under way is given this long before the reconciler asks again.
_PATIENCE = timedelta(seconds=30)


def requeue_derivatives() -> int:
    """Ask again for all that waits, was cut off, or can be done now that a program is here; gives how many.

    Safe to run twice: whoever comes second to a derivative finds it taken.
    """
    _plan_for_older_items()
    _wake_for_new_programs()
    waiting = (
        Q(state=DerivativeState.WAITING)
        & silent("asked_at", _PATIENCE)
        & (Q(beat_at=None) | silent("beat_at", _PATIENCE))
    )
    left = Derivative.objects.filter(waiting | cut_off(), item__disposed_at=None).order_by("asked_at")
    ids = list(left.values_list("pk", flat=True)[:_AT_ONCE])
    if ids and is_away():
        # A worker would only wait for the store's silence, and so many more would wait behind it.
        return 0
    for derivative_id in ids:
        current_app.signature(MAKE, args=[str(derivative_id)]).apply_async(retry=False)
    return len(ids)


def _plan_for_older_items() -> None:
    """Items that were identified before anything was made of them."""
    planned = Derivative.objects.filter(item=OuterRef("pk"), author=None)
    items = EvidenceItem.objects.filter(
        ~Exists(planned), inspected_at__isnull=False, object__isnull=False, disposed_at=None
    )
    for item in items[:_AT_ONCE]:
        with transaction.atomic():
            ask_for_derivatives(item, first_kinds(item.media_type))


def _wake_for_new_programs() -> None:
    here = [name for name in PROGRAMS if is_here(name)]
    Derivative.objects.filter(
        state=DerivativeState.MISSING, failure=Failure.PROGRAM_MISSING, failure_detail__in=here
    ).update(state=DerivativeState.WAITING, failure="", failure_detail="", tries=0, claim=None, beat_at=None)
