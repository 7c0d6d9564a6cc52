"""Evidence work that is done behind the page. A task carries an id, calls one function, and may run twice."""

import logging
from collections.abc import Callable
from uuid import UUID

from celery import shared_task
from django.db import OperationalError

from evidence.busy import is_busy
from evidence.fixity_schedule import WORK, work_a_share
from evidence.inspecting.asking import MAKE
from evidence.inspecting.work import make_derivative
from evidence.inspection import inspect
from evidence.pending import INSPECT
from evidence.unpacking.asking import UNPACK
from evidence.unpacking.work import carry_out

_log = logging.getLogger(__name__)


@shared_task(name=INSPECT, acks_late=True)  # type: ignore[untyped-decorator]
def inspect_item(item_id: str) -> None:
    """Identify what one item is."""
    _now_or_later(inspect, item_id)


@shared_task(name=WORK, acks_late=True)  # type: ignore[untyped-decorator]
def work_on_round(round_id: str) -> None:
    """Read a share of one round."""
    _now_or_later(work_a_share, round_id)


@shared_task(name=MAKE, acks_late=True)  # type: ignore[untyped-decorator]
def make_one_derivative(derivative_id: str) -> None:
    """Make one thing of an item."""
    _now_or_later(make_derivative, derivative_id)


@shared_task(name=UNPACK, acks_late=True)  # type: ignore[untyped-decorator]
def unpack(unpacking_id: str) -> None:
    """List what is inside one item, or take out what is asked for."""
    _now_or_later(carry_out, unpacking_id)


def _now_or_later(work: Callable[[UUID], object], key: str) -> None:
    """Do it; where a long transaction of somebody else's is in the way, the reconciler finds it still to be done."""
    try:
        work(UUID(key))
    except OperationalError as error:
        if not is_busy(error):
            raise
        _log.warning("the database was busy; the work is asked for again", exc_info=True)
