"""Opening an identity: asked for by one person, allowed by a quorum of others, seen once by the one who asked."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.commitments import new_salt
from audit.private import sealed
from audit.sequencing import sequence_pending
from cases.access import require_member
from witnesses.bindings import approval_share_binding, identity_binding, request_key_binding
from witnesses.closing import end, require_state, withdraw
from witnesses.custodians import active_custodians
from witnesses.deciding import REQUEST, approve, checked_reason, refuse
from witnesses.errors import (
    ApproverLeft,
    BadOpeningRequest,
    SealBroken,
    UnknownWitness,
    WrongOpeningCode,
    WrongPassphrase,
    WrongPerson,
)
from witnesses.identity import FIELDS, OpenedIdentity, read_identity
from witnesses.models import ApprovalShare, OpeningRequest, OpeningState, SealedIdentity, Witness
from witnesses.passphrases import stretch_code, unwrap_seed, wrap_seed
from witnesses.pseudonyms import new_opening_code, read_opening_code
from witnesses.sealed import SealedBytes, SealedText, wipe
from witnesses.sealing import Sealed, new_key_pair, open_identity_seal, open_share
from witnesses.sharing import restore
from witnesses.trials import trial

__all__ = ["approve", "open_identity", "refuse", "request_opening", "withdraw"]

SHORTEST_VIEW: Final = 30
USUAL_VIEW: Final = 300
LONGEST_VIEW: Final = 1800
_USUAL_LIFETIME_HOURS: Final = 24


@sensitive_variables()
def request_opening(
    witness: Witness, *, reason: str, fields: Sequence[str], actor: Actor, seconds: int = USUAL_VIEW
) -> tuple[OpeningRequest, SealedText]:
    """Asks the custodians, and returns the request with its opening code, which exists nowhere else.

    `fields` are names of `identity.FIELDS`; `seconds` (30 to 1800) is how long the page will show them. The request
    lives for a day. Raises NotPermitted, NotAMember, ReasonMissing, BadOpeningRequest.
    """
    user = require_member(witness.case, require(actor, REQUEST))
    reason, chosen = checked_reason(reason), _checked_fields(fields)
    if not SHORTEST_VIEW <= seconds <= LONGEST_VIEW:
        raise BadOpeningRequest(
            _("Ask for %(least)d to %(most)d seconds.") % {"least": SHORTEST_VIEW, "most": LONGEST_VIEW}
        )
    identity = SealedIdentity.objects.filter(witness=witness).order_by("-version").first()
    if identity is None:
        raise UnknownWitness
    code = new_opening_code()
    with transaction.atomic():
        request = _new_request(identity, reason=reason, fields=chosen, seconds=seconds, code=code, by=user)
        log.append(
            Action.OPENING_REQUESTED,
            subject=request,
            actor=actor,
            facts={
                "witness": str(witness.pk),
                "version": identity.version,
                "fields": list(chosen),
                "seconds": seconds,
                "reason": sealed(request, "reason"),
            },
            case_id=witness.case_id,
        )
    return request, code


@sensitive_variables()
def open_identity(request: OpeningRequest, *, opening_code: str, actor: Actor) -> OpenedIdentity:
    """Gives the requested fields to the requester, once.

    The request is spent, its key and shares erased, and the entry committed and in the log's tree before the
    plaintext is returned; of two at once, one gets it. Raises NotPermitted, NotAMember, WrongPerson, RequestClosed,
    ApproverLeft, WrongOpeningCode, TooManyFailures or SealBroken. A crash after the commit spends the request
    without showing anything: ask again.
    """
    user = require(actor, REQUEST)
    if request.requester_id != user.pk:
        raise WrongPerson(_("Only the person who asked can open this, with the code that they were given."))
    require_member(request.witness.case, user)
    request.refresh_from_db()
    require_state(request, OpeningState.APPROVED)
    _require_approvers(request)
    seed = _unlock(request, opening_code=opening_code, user=user)
    opened = _unseal(request, seed)
    facts: dict[str, Json] = {
        "version": request.sealed_identity.version,
        "fields": list(request.fields),
        "seconds": request.seconds,
    }
    with transaction.atomic(durable=True):
        end(
            request,
            OpeningState.OPENED,
            action=Action.IDENTITY_OPENED,
            actor=actor,
            facts=facts,
            came_from=(OpeningState.APPROVED,),
        )
    sequence_pending(wait=True)
    return opened


def _checked_fields(fields: Sequence[str]) -> list[str]:
    chosen = [name for name in FIELDS if name in fields]
    if not chosen or set(fields) - set(FIELDS):
        raise BadOpeningRequest(_("Choose at least one field to see, and only those that you need."))
    return chosen


@sensitive_variables()
def _new_request(
    identity: SealedIdentity, *, reason: str, fields: list[str], seconds: int, code: str, by: User
) -> OpeningRequest:
    pair = new_key_pair()
    now = timezone.now()
    request = OpeningRequest(
        id=uuid.uuid4(),
        witness=identity.witness,
        sealed_identity=identity,
        requester=by,
        reason=reason,
        fields=fields,
        seconds=seconds,
        public_key=pair.public,
        salt=new_salt(),
        created_at=now,
        expires_at=now + timedelta(hours=getattr(settings, "DADKHAH_OPENING_HOURS", _USUAL_LIFETIME_HOURS)),
    )
    wrapping_key = stretch_code(code, salt=bytes(request.salt))
    request.wrapped_private_key = wrap_seed(pair.seed, key=wrapping_key, binding=request_key_binding(request))
    request.save(force_insert=True)
    return request


def _require_approvers(request: OpeningRequest) -> None:
    # Counted now, not at the approval: somebody arrested or dismissed since then no longer speaks for a quorum.
    approvers = [decision.custodian for decision in request.decisions.filter(approved=True)]
    if len(active_custodians(approvers)) < request.sealed_identity.threshold:
        raise ApproverLeft


@sensitive_variables()
def _unlock(request: OpeningRequest, *, opening_code: str, user: User) -> SealedBytes:
    with trial(user, request=request, secret="opening_code"):  # noqa: S106 - the name of a secret
        key = stretch_code(read_opening_code(opening_code), salt=bytes(request.salt))
        try:
            return unwrap_seed(
                bytes(request.wrapped_private_key or b""), key=key, binding=request_key_binding(request)
            )
        except WrongPassphrase as error:
            raise WrongOpeningCode from error


@sensitive_variables()
def _unseal(request: OpeningRequest, seed: SealedBytes) -> OpenedIdentity:
    identity = request.sealed_identity
    approvals = ApprovalShare.objects.filter(decision__request=request).select_related("decision")
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
    return read_identity(content, version=identity.version, fields=request.fields)
