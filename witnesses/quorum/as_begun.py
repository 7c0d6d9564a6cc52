"""Whether a session of a quorum still is what was asked for; see `witnesses.as_asked`."""

import hashlib
from collections.abc import Collection
from uuid import UUID

from django.views.decorators.debug import sensitive_variables

from audit import log
from audit.actions import Action
from audit.canonical import Json
from audit.private import sealed
from witnesses.as_asked import tells
from witnesses.errors import AskedOtherwise
from witnesses.models import QuorumSession


def begun_facts(session: QuorumSession, covered: Collection[UUID]) -> dict[str, Json]:
    """What the log says of a session when it begins, and what custodians agree to; `covered` are sealed identities."""
    return {
        "purpose": session.purpose,
        "identities": len(covered),
        "covers": covered_digest(covered),
        "threshold": session.threshold,
        "expires_at": log.instant(session.expires_at),
        "reason": sealed(session, "reason"),
    }


def covered_digest(covered: Collection[UUID]) -> str:
    """SHA-256 over the ids of sealed identities, sorted, one a line: in the log it fixes what a session covers."""
    lines = sorted(map(str, covered))
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


@sensitive_variables()
def is_as_begun(session: QuorumSession) -> bool:
    """Whether the rows of a live session say what its entry says of its beginning."""
    covered = list(session.covered.values_list("sealed_identity_id", flat=True))
    asked = Action.QUORUM_REQUESTED
    return tells(
        session, among=(asked,), action=asked, by=session.initiator, facts=begun_facts(session, covered)
    )


def require_as_begun(session: QuorumSession) -> None:
    """Raises AskedOtherwise for a session that was changed, or made to cover more, in the database since it began."""
    if not is_as_begun(session):
        raise AskedOtherwise
