"""What a worker does with an unpacking: list, take out, or say what keeps it from that."""

import logging
from uuid import UUID

from django.db import OperationalError, transaction

from audit import log
from audit.actions import Action
from audit.errors import DomainError, Unavailable
from evidence.busy import is_busy
from evidence.models import Unpacking
from evidence.placement import only_case
from evidence.stopped import Stopped, reason_of
from evidence.unpacking.asking import ask_for_unpacking
from evidence.unpacking.claims import MOST_TRIES, claim, free, given_up, let_go
from evidence.unpacking.listing import UNPACKER, list_contents
from evidence.unpacking.taking_out import take_members_out
from evidence.unpacking.words import MemberState, UnpackingState

_log = logging.getLogger(__name__)
_AT_ONCE = 100


def carry_out(unpacking_id: UUID) -> None:
    """Do what is left to do. Does nothing where nothing is, or somebody is at it; may run twice, and at once."""
    unpacking = claim(unpacking_id)
    if unpacking is None:
        return
    try:
        if unpacking.state == UnpackingState.ASKED:
            list_contents(unpacking)
        else:
            take_members_out(unpacking)
    except (Unavailable, OperationalError) as error:
        if is_busy(error):
            let_go(unpacking, Stopped.NO_RECORDS, counted=False)
            return
        if isinstance(error, OperationalError):
            raise
        # The vault, its disk or the database: the reconciler asks again.
        let_go(unpacking, reason_of(error))
        if unpacking.tries >= MOST_TRIES:
            _give_up(unpacking, reason_of(error), type(error).__name__)
    except DomainError as error:
        _give_up(unpacking, reason_of(error), type(error).__name__)


def requeue_unpackings() -> int:
    """Ask again for all work that is left and that nobody is at; gives how much. Safe to run twice.

    What killed every worker that took it up ends as a failure, which somebody may have tried again.
    """
    for unpacking in given_up().select_related("item")[:_AT_ONCE]:
        _give_up(unpacking, Stopped.OTHER, "WorkerDied")
    ids = list(free().values_list("pk", flat=True)[:_AT_ONCE])
    for unpacking_id in ids:
        ask_for_unpacking(unpacking_id)
    return len(ids)


def _give_up(unpacking: Unpacking, why: Stopped, fault: str) -> None:
    """Say why there is no going on. What was listed stays listed, what was taken out stays an item."""
    is_listed = unpacking.state == UnpackingState.TAKING
    with transaction.atomic():
        rows = Unpacking.objects.filter(pk=unpacking.pk, state=unpacking.state, tries=unpacking.tries)
        state = UnpackingState.LISTED if is_listed else UnpackingState.FAILED
        if not rows.update(state=state, claim=None, failure=why):
            return
        unpacking.members.filter(state=MemberState.ASKED).update(state=MemberState.LISTED)
        log.append(
            Action.MEMBERS_TAKEN_OUT if is_listed else Action.CONTENTS_LISTED,
            subject=unpacking.item,
            actor=UNPACKER,
            facts={"reference": unpacking.item.reference, "fault": fault},
            case_id=only_case(unpacking.item),
        )
    _log.warning("unpacking failed", extra={"item": str(unpacking.item_id), "fault": fault})
