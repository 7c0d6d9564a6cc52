"""How a session of a quorum ends. Whichever way, what could still open something is erased in the same transaction."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import log
from audit.actions import Action
from audit.actors import Actor, SystemActor
from audit.canonical import Json
from witnesses.errors import RequestClosed, WrongPerson
from witnesses.models import LIVE_SESSIONS, QuorumSession, QuorumShare, QuorumState

_SENTENCES = {
    QuorumState.REQUESTED: _("This request still waits for custodians."),
    QuorumState.APPROVED: _("This request has enough approvals already."),
    QuorumState.DONE: _(
        "This was carried out already. Each approval is for one time; ask again with a reason."
    ),
    QuorumState.FAILED: _(
        "This failed, and nothing was changed. Read what the log says; a new one may be made."
    ),
    QuorumState.REFUSED: _("This request was refused. Read the reason; a new one may be made."),
    QuorumState.WITHDRAWN: _("This request was withdrawn. A new one may be made."),
    QuorumState.EXPIRED: _("The time of this request ran out. A new one may be made."),
}


def end_session(
    session: QuorumSession,
    state: QuorumState,
    *,
    action: Action,
    actor: Actor,
    facts: Mapping[str, Json] | None = None,
    came_from: tuple[QuorumState, ...] = LIVE_SESSIONS,
) -> None:
    """Moves the session into a final state, erases its key and resealed shares, and logs it, in one transaction.

    Only one caller can win: the state is changed by a conditional update. Raises RequestClosed for the others.
    """
    with transaction.atomic():
        won = QuorumSession.objects.filter(pk=session.pk, state__in=came_from).update(
            state=state, wrapped_private_key=None, ended_at=timezone.now()
        )
        if not won:
            raise closed(QuorumSession.objects.get(pk=session.pk))
        QuorumShare.objects.filter(decision__session=session).delete()
        log.append(
            action,
            subject=session,
            actor=actor,
            facts={"purpose": session.purpose, **(facts or {})},
            case_id=session.case_id,
        )
    session.refresh_from_db()


def withdraw_session(session: QuorumSession, *, actor: Actor) -> None:
    """Takes the request back. Only who made it may, whatever became of their role. Raises RequestClosed."""
    if session.initiator_id != getattr(actor, "pk", None):
        raise WrongPerson(_("Only the person who asked can withdraw a request; a custodian can refuse it."))
    end_session(session, QuorumState.WITHDRAWN, action=Action.QUORUM_WITHDRAWN, actor=actor)


def close_overdue_sessions() -> int:
    """Ends every live session whose time has run out, and returns how many. Safe to run at any time, by anyone."""
    overdue = QuorumSession.objects.filter(state__in=LIVE_SESSIONS, expires_at__lte=timezone.now())
    count = 0
    for session in overdue:
        try:
            _expire(session)
        except RequestClosed:
            # Another process ended it between the reading and the update: that is all that was wanted.
            continue
        count += 1
    return count


def require_session(session: QuorumSession, *states: QuorumState) -> None:
    """Raises RequestClosed unless the session is in one of the states and in time. One found overdue is ended."""
    if session.state in LIVE_SESSIONS and session.expires_at <= timezone.now():
        _expire(session)
    if session.state not in states:
        raise closed(session)


def closed(session: QuorumSession) -> RequestClosed:
    """The error whose sentence says what became of the session."""
    return RequestClosed(_SENTENCES[QuorumState(session.state)])


def _expire(session: QuorumSession) -> None:
    end_session(session, QuorumState.EXPIRED, action=Action.QUORUM_EXPIRED, actor=SystemActor("openings"))
