"""Opening an identity: asked for by one person, allowed by a quorum of others, seen once by the one who asked."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.sequencing import sequence_pending
from cases.access import require_member
from witnesses.alarms import watch_for_bursts
from witnesses.as_asked import require_as_asked
from witnesses.asking import request_emergency, request_opening
from witnesses.bindings import approval_share_binding, identity_binding, request_key_binding
from witnesses.closing import end, require_state, withdraw
from witnesses.danger_content import kind_of
from witnesses.deciding import REQUEST, approve, present_approvers, refuse
from witnesses.errors import ApproverLeft, SealBroken, WrongPerson
from witnesses.identity import OpenedIdentity
from witnesses.models import ApprovalShare, Custodian, OpeningRequest, OpeningState
from witnesses.models.witness import IDENTITY
from witnesses.offices import lock_custodians
from witnesses.one_time import unlock_with_code
from witnesses.quotas import Quota, first_met, turn_away
from witnesses.record_content import read_record
from witnesses.sealed import SealedBytes, wipe
from witnesses.sealing import Sealed, open_identity_seal, open_share
from witnesses.sharing import restore

__all__ = ["approve", "open_identity", "refuse", "request_emergency", "request_opening", "withdraw"]


@sensitive_variables()
def open_identity(request: OpeningRequest, *, opening_code: str, actor: Actor) -> OpenedIdentity:
    """Gives the requested fields to the requester, once.

    The request is spent, its key and shares erased, and the entry committed and in the log's tree before the
    plaintext is returned; of two at once, one gets it. Raises NotPermitted, NotAMember, WrongPerson, RequestClosed,
    AskedOtherwise, ApproverLeft, WrongOpeningCode, TooManyFailures, QuotaMet or SealBroken. A crash after the commit
    spends the request without showing anything: ask again.
    """
    user = require(actor, REQUEST)
    if request.requester_id != user.pk:
        raise WrongPerson(_("Only the person who asked can open this, with the code that they were given."))
    require_member(request.witness.case, user)
    request.refresh_from_db()
    require_state(request, OpeningState.APPROVED)
    require_as_asked(request)
    approvers = _require_approvers(request)
    seed = _unlock(request, opening_code=opening_code, user=user)
    opened = _unseal(request, seed, approvers)
    facts: dict[str, Json] = {
        "version": request.sealed_identity.version,
        "fields": list(request.fields),
        "seconds": request.seconds,
        "emergency": request.emergency,
    }
    # What saves a life is counted when it is asked for, and never held up here.
    quotas = () if request.emergency else (Quota.OPENINGS_PER_PERSON, Quota.OPENINGS_PER_CASE)
    with transaction.atomic(durable=True):
        met = first_met(*quotas, user=user, witness=request.witness)
        if met is None:
            # Once more, while nobody can be removed: an arrest that was told in this moment stops the opening, and so
            # does the end of its time, for the locks may have been waited for.
            lock_custodians()
            require_state(request, OpeningState.APPROVED)
            _require_approvers(request)
            end(
                request,
                OpeningState.OPENED,
                action=_action(request),
                actor=actor,
                facts=facts,
                came_from=(OpeningState.APPROVED,),
            )
            watch_for_bursts(user)
    if met is not None:
        turn_away(met, user=user, witness=request.witness, request=request)
    sequence_pending(wait=True)
    return opened


def _action(request: OpeningRequest) -> Action:
    part = request.sealed_identity.part
    if part == IDENTITY:
        return Action.IDENTITY_OPENED
    return Action.NOTE_OPENED if kind_of(part) is None else Action.DANGER_OPENED


def _require_approvers(request: OpeningRequest) -> list[Custodian]:
    # Counted now, not only at the approval.
    present = present_approvers(request)
    if len(present) < request.sealed_identity.threshold:
        raise ApproverLeft
    return present


@sensitive_variables()
def _unlock(request: OpeningRequest, *, opening_code: str, user: User) -> SealedBytes:
    return unlock_with_code(
        opening_code,
        wrapped=bytes(request.wrapped_private_key or b""),
        salt=bytes(request.salt),
        binding=request_key_binding(request),
        user=user,
        subject=request,
        case_id=request.witness.case_id,
    )


@sensitive_variables()
def _unseal(request: OpeningRequest, seed: SealedBytes, approvers: Sequence[Custodian]) -> OpenedIdentity:
    identity = request.sealed_identity
    approvals = ApprovalShare.objects.filter(
        decision__request=request, decision__custodian__in=approvers
    ).select_related("decision")
    shares = [
        open_share(
            bytes(approval.sealed_share),
            index=approval.index,
            seed=seed,
            binding=approval_share_binding(request, approval.decision),
        )
        for approval in approvals[: identity.threshold]
    ]
    if len(shares) < identity.threshold:
        # Erased since the state was read: somebody else opened or ended the request.
        request.refresh_from_db()
        require_state(request, OpeningState.APPROVED)
        raise SealBroken
    key = restore(shares)
    sealed = Sealed(bytes(identity.nonce), bytes(identity.ciphertext))
    try:
        content = open_identity_seal(sealed, key=key, binding=identity_binding(identity))
    finally:
        wipe([key])
    return read_record(content, part=identity.part, version=identity.version, fields=request.fields)
