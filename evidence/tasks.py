"""Evidence work that is done behind the page. A task carries an id, calls one function, and may run twice."""

from uuid import UUID

from celery import shared_task

from evidence.fixity_schedule import WORK, work_a_share
from evidence.inspecting.asking import MAKE
from evidence.inspecting.work import make_derivative
from evidence.inspection import inspect
from evidence.pending import INSPECT
from evidence.unpacking.asking import UNPACK
from evidence.unpacking.work import carry_out


@shared_task(name=INSPECT, acks_late=True)  # type: ignore[untyped-decorator]
def inspect_item(item_id: str) -> None:
    """Identify what one item is."""
    inspect(UUID(item_id))


@shared_task(name=WORK, acks_late=True)  # type: ignore[untyped-decorator]
def work_on_round(round_id: str) -> None:
    """Read a share of one round."""
    work_a_share(UUID(round_id))


@shared_task(name=MAKE, acks_late=True)  # type: ignore[untyped-decorator]
def make_one_derivative(derivative_id: str) -> None:
    """Make one thing of an item."""
    make_derivative(UUID(derivative_id))


@shared_task(name=UNPACK, acks_late=True)  # type: ignore[untyped-decorator]
def unpack(unpacking_id: str) -> None:
    """List what is inside one item, or take out what is asked for."""
    carry_out(UUID(unpacking_id))
