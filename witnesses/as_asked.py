"""Whether a request still is what was asked for.

Rows of requests change until they end, and rows of what they cover can be added to, so whoever can write to the
database could widen a request between the custodians' word and the opening: more fields, longer, past its time, more
identities, by another person. Its entry in the log cannot be changed.
"""

from collections.abc import Collection, Mapping

from django.db.models import Model
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.canonical import Json
from audit.models import Entry
from audit.private import sealed
from audit.resolving import facts_of
from witnesses.danger_content import kind_of
from witnesses.errors import AskedOtherwise
from witnesses.models import OpeningRequest
from witnesses.models.witness import IDENTITY

_ASKED = (
    Action.OPENING_REQUESTED,
    Action.EMERGENCY_REQUESTED,
    Action.NOTE_REQUESTED,
    Action.DANGER_REQUESTED,
)


def asked_facts(request: OpeningRequest) -> dict[str, Json]:
    """What the log says of a request when it is made, and what custodians agree to."""
    return {
        "witness": str(request.witness_id),
        "version": request.sealed_identity.version,
        "fields": list(request.fields),
        "seconds": request.seconds,
        "expires_at": log.instant(request.expires_at),
        "reason": sealed(request, "reason"),
    }


@sensitive_variables()
def is_as_asked(request: OpeningRequest) -> bool:
    """Whether the row of a live request says what its entry says of its making."""
    asked = asked_facts(request)
    return tells(request, among=_ASKED, action=_asked_by(request), by=request.requester, facts=asked)


def require_as_asked(request: OpeningRequest) -> None:
    """Raises AskedOtherwise for a request that was changed in the database since it was made."""
    if not is_as_asked(request):
        raise AskedOtherwise


def tells(
    row: Model, *, among: Collection[Action], action: Action, by: User, facts: Mapping[str, Json]
) -> bool:
    """Whether there is an entry of one of these actions about the row, and each is of this action, person and facts.

    Each, for whoever can add an entry could add a fitting one. An entry of before the end of the time was entered says
    nothing of `expires_at`.
    """
    about = log.as_subject(row)
    entries = Entry.objects.filter(
        subject_kind=about.kind, subject_id=about.id, action__in=[one.value for one in among]
    )
    found = [
        (entry.action, entry.actor, {"expires_at": facts["expires_at"], **facts_of(entry)})
        for entry in entries
    ]
    return bool(found) and all(one == (action.value, by.audit_name, facts) for one in found)


def _asked_by(request: OpeningRequest) -> Action:
    part = request.sealed_identity.part
    if request.emergency:
        return Action.EMERGENCY_REQUESTED
    if part == IDENTITY:
        return Action.OPENING_REQUESTED
    return Action.NOTE_REQUESTED if kind_of(part) is None else Action.DANGER_REQUESTED
