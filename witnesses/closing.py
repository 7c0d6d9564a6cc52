"""How a request ends. Whichever way, what could still open something is erased in the same transaction."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import log
from audit.actions import Action
from audit.actors import Actor, SystemActor
from audit.canonical import Json
from witnesses.errors import RequestClosed, WrongPerson
from witnesses.models import LIVE_STATES, ApprovalShare, OpeningRequest, OpeningState

_SENTENCES = {
    OpeningState.REQUESTED: _("This request still waits for custodians."),
    OpeningState.APPROVED: _("This request has enough approvals already."),
    OpeningState.OPENED: _("This identity was shown already. It is shown once; ask again with a reason."),
    OpeningState.REFUSED: _("This request was refused. Read the reason; a new one may be made."),
    OpeningState.WITHDRAWN: _("This request was withdrawn. A new one may be made."),
    OpeningState.EXPIRED: _("The time of this request ran out. A new one may be made."),
}


def end(
    request: OpeningRequest,
    state: OpeningState,
    *,
    action: Action,
    actor: Actor,
    facts: Mapping[str, Json] | None = None,
    came_from: tuple[OpeningState, ...] = LIVE_STATES,
) -> None:
    """Moves the request into a final state, erases its key and resealed shares, and logs it, in one transaction.

    Only one caller can win: the state is changed by a conditional update. Raises RequestClosed for the others.
    """
    with transaction.atomic():
        opened_at = timezone.now() if state == OpeningState.OPENED else None
        won = OpeningRequest.objects.filter(pk=request.pk, state__in=came_from).update(
            state=state, wrapped_private_key=None, opened_at=opened_at
        )
        if not won:
            raise closed(OpeningRequest.objects.get(pk=request.pk))
        ApprovalShare.objects.filter(decision__request=request).delete()
        log.append(
            action,
            subject=request,
            actor=actor,
            facts={"witness": str(request.witness_id), **(facts or {})},
            case_id=request.witness.case_id,
        )
    request.refresh_from_db()


def withdraw(request: OpeningRequest, *, actor: Actor) -> None:
    """Takes the request back. Only its requester may, whatever became of their role. Raises RequestClosed."""
    if request.requester_id != getattr(actor, "pk", None):
        raise WrongPerson(_("Only the person who asked can withdraw a request; a custodian can refuse it."))
    end(
        request,
        OpeningState.WITHDRAWN,
        action=Action.OPENING_WITHDRAWN,
        actor=actor,
    )


def close_overdue() -> int:
    """Ends every live request whose time has run out, and returns how many. Safe to run at any time, by anyone."""
    overdue = OpeningRequest.objects.filter(state__in=LIVE_STATES, expires_at__lte=timezone.now())
    count = 0
    for request in overdue.select_related("witness"):
        try:
            _expire(request)
        except RequestClosed:
            # Another process ended it between the reading and the update: that is all that was wanted.
            continue
        count += 1
    return count


def require_state(request: OpeningRequest, *states: OpeningState) -> None:
    """Raises RequestClosed unless the request is in one of the states and in time. One found overdue is ended."""
    if request.state in LIVE_STATES and request.expires_at <= timezone.now():
        _expire(request)
    if request.state not in states:
        raise closed(request)


def closed(request: OpeningRequest) -> RequestClosed:
    """The error whose sentence says what became of the request."""
    return RequestClosed(_SENTENCES[OpeningState(request.state)])


def _expire(request: OpeningRequest) -> None:
    end(
        request,
        OpeningState.EXPIRED,
        action=Action.OPENING_EXPIRED,
        actor=SystemActor("openings"),
    )
