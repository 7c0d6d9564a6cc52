"""Asking a quorum for one act over many identities, which shows none of them to anybody."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.commitments import new_salt
from cases.access import require_member
from cases.models import Case
from witnesses.bindings import session_key_binding
from witnesses.custodians import DECIDE, acting_custodian, quorum
from witnesses.deciding import REQUEST, checked_reason
from witnesses.errors import NothingToGather, RequesterLostRight, SessionRunning
from witnesses.models import (
    ActKey,
    QuorumPurpose,
    QuorumSession,
    SealedIdentity,
    SessionIdentity,
)
from witnesses.one_time import new_one_time_key
from witnesses.quorum.as_begun import begun_facts
from witnesses.quorum.ending import close_overdue_sessions
from witnesses.sealed import SealedText

_USUAL_LIFETIME_HOURS: Final = 24


@sensitive_variables()
def begin_session(
    purpose: QuorumPurpose,
    identities: Sequence[SealedIdentity],
    *,
    reason: str,
    actor: Actor,
    case: Case | None = None,
) -> tuple[QuorumSession, SealedText]:
    """Asks the custodians; returns the session with its code, which exists nowhere else.

    What the session covers is fixed here. Custodians alone ask for all but a leak check; for a leak check name its
    case, of which the actor must be a member. Raises NotPermitted, NotACustodian, NotAMember, ReasonMissing,
    NothingToGather, and SessionRunning while another session of this purpose and case is open.
    """
    user = _initiator(purpose, case=case, actor=actor)
    reason = checked_reason(reason)
    if not identities and purpose not in (QuorumPurpose.DRILL, QuorumPurpose.KIT):
        raise NothingToGather
    close_overdue_sessions()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        _initiator(purpose, case=case, actor=actor)
        session, code = _new_session(purpose, case=case, reason=reason, by=user)
        SessionIdentity.objects.bulk_create(
            SessionIdentity(session=session, sealed_identity=one) for one in identities
        )
        log.append(
            Action.QUORUM_REQUESTED,
            subject=session,
            actor=actor,
            facts=begun_facts(session, [one.pk for one in identities]),
            case_id=session.case_id,
        )
    return session, code


def require_initiator(session: QuorumSession) -> None:
    """Raises RequesterLostRight where who asked may not ask any more: asked of the database again at every step."""
    user = User.objects.get(pk=session.initiator_id)
    if session.case_id is None:
        held = user.has_perm(DECIDE) and user.custodian.revoked_at is None
    else:
        visible = Case.objects.visible_to(user).filter(pk=session.case_id)
        held = user.has_perm(REQUEST) and visible.exists()
    if not (user.is_active and held):
        raise RequesterLostRight


def _initiator(purpose: QuorumPurpose, *, case: Case | None, actor: Actor) -> User:
    if (purpose == QuorumPurpose.LEAK_CHECK) != (case is not None):
        raise ValueError("A leak check is of one case; the other purposes are of none.")
    if case is not None:
        return require_member(case, require(actor, REQUEST))
    return acting_custodian(actor).user


@sensitive_variables()
def _new_session(
    purpose: QuorumPurpose, *, case: Case | None, reason: str, by: User
) -> tuple[QuorumSession, SealedText]:
    now = timezone.now()
    session = QuorumSession(
        id=uuid.uuid4(),
        purpose=purpose,
        case=case,
        initiator=by,
        reason=reason,
        threshold=max(2, quorum()),
        salt=new_salt(),
        created_at=now,
        expires_at=now + timedelta(hours=getattr(settings, "DADKHAH_OPENING_HOURS", _USUAL_LIFETIME_HOURS)),
    )
    key = new_one_time_key(salt=bytes(session.salt), binding=session_key_binding(session))
    session.wrapped_private_key = key.wrapped
    try:
        # The database says it, for two who ask in one moment cannot see each other.
        with transaction.atomic():
            session.save(force_insert=True)
            ActKey.objects.create(session=session, public_key=key.public)
    except IntegrityError:
        raise SessionRunning from None
    return session, key.code
