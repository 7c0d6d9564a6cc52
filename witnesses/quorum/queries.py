"""Finding sessions of a quorum, each scoped by who asks: custodians see all, for each of them can stop one."""

from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from accounts.models import User
from witnesses.errors import UnknownSession
from witnesses.models import (
    TELLS_WHO_ASKS,
    Custodian,
    QuorumDecision,
    QuorumPurpose,
    QuorumSession,
    QuorumSessionQuerySet,
    QuorumState,
)


def find_session(session_id: UUID, *, user: User) -> QuorumSession:
    """Any session, for a custodian of today. Raises UnknownSession for all others, and for none."""
    found = _visible(user).filter(pk=session_id).first()
    if found is None:
        raise UnknownSession
    return found


def find_own_session(session_id: UUID, *, purpose: QuorumPurpose, user: User) -> QuorumSession:
    """A session that the user asked for. Raises UnknownSession for any other."""
    own = _sessions().filter(initiator=user, purpose=purpose, pk=session_id).first()
    if own is None:
        raise UnknownSession
    return own


def sessions_to_decide(user: User) -> QuerySet[QuorumSession]:
    """The live sessions that wait for this custodian's word."""
    decided = QuorumDecision.objects.filter(session=OuterRef("pk"), custodian__user=user)
    waiting = _visible(user).filter(~Exists(decided), state=QuorumState.REQUESTED).live()
    return waiting.exclude(purpose__in=TELLS_WHO_ASKS, initiator=user)


def sessions_to_carry_out(user: User) -> QuerySet[QuorumSession]:
    """The user's own sessions that have enough approvals and wait for their code."""
    return _sessions().filter(initiator=user, state=QuorumState.APPROVED).live()


def recent_sessions(user: User, *, most: int) -> QuerySet[QuorumSession]:
    """The newest sessions, for a custodian of today."""
    return _visible(user)[:most]


def last_drill() -> QuorumSession | None:
    """The last drill that ended with a result; passed or failed."""
    held = QuorumSession.objects.filter(
        purpose=QuorumPurpose.DRILL, state__in=(QuorumState.DONE, QuorumState.FAILED)
    )
    return held.order_by("-ended_at").first()


def _visible(user: User) -> QuorumSessionQuerySet:
    present = Custodian.objects.filter(user=user, revoked_at__isnull=True)
    return _sessions().filter(Exists(present))


def _sessions() -> QuorumSessionQuerySet:
    counted = QuorumSession.objects.select_related("initiator", "case").annotate(
        identities=Count("covered", distinct=True)
    )
    # Where rows are counted, the order that the model names is dropped.
    return counted.order_by("-created_at", "id")
