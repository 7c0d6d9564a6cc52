"""What custodians say to a request. An approval hands over a share, resealed so that only this request can use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.commitments import new_salt
from audit.private import sealed
from cases.models import Case
from witnesses.as_asked import require_as_asked
from witnesses.bindings import approval_share_binding, held_share_binding
from witnesses.closing import end, require_state
from witnesses.custodians import acting_custodian, active_custodians, unlock
from witnesses.errors import (
    AlreadyDecided,
    NotACustodian,
    ReasonMissing,
    RequesterLostRight,
    WrongPerson,
)
from witnesses.models import (
    LIVE_STATES,
    ApprovalShare,
    Custodian,
    CustodianKey,
    KeyShare,
    OpeningDecision,
    OpeningRequest,
    OpeningState,
)
from witnesses.offices import lock_office
from witnesses.sealed import SealedText
from witnesses.sealing import open_share, seal_share
from witnesses.sharing import Share
from witnesses.trials import trial

REQUEST: Final = "witnesses.request_opening"
LONGEST_REASON: Final = 2000


@sensitive_variables()
def approve(request: OpeningRequest, *, passphrase: str, reason: str, actor: Actor) -> OpeningDecision:
    """Unseals the custodian's share in memory and reseals it to the request's key; the second one is a quorum.

    Raises NotPermitted, NotACustodian, WrongPerson, AlreadyDecided, RequestClosed, RequesterLostRight, ReasonMissing,
    WrongPassphrase, TooManyFailures, AskedOtherwise or SealBroken; then nothing of the approval is kept.
    """
    custodian = _deciding_custodian(request, actor=actor)
    reason = checked_reason(reason)
    require_state(request, OpeningState.REQUESTED)
    require_as_asked(request)
    _require_requester(request)
    held = _held_share(request, custodian)
    share = _unseal(request, held, passphrase=passphrase)
    with _decision(request, custodian, approved=True, reason=reason, actor=actor) as decision:
        require_state(request, OpeningState.REQUESTED)
        require_as_asked(request)
        _require_requester(request)
        _reseal(request, decision, share)
        CustodianKey.objects.filter(pk=held.custodian_key_id).update(proved_at=timezone.now())
        if len(present_approvers(request)) >= request.sealed_identity.threshold:
            OpeningRequest.objects.filter(pk=request.pk).update(state=OpeningState.APPROVED)
            request.state = OpeningState.APPROVED
    return decision


@sensitive_variables()
def refuse(request: OpeningRequest, *, reason: str, actor: Actor) -> OpeningDecision:
    """Ends the request. One refusal is enough, even after a quorum approved: whoever knows of a danger stops it.

    Raises NotPermitted, NotACustodian, WrongPerson, AlreadyDecided, RequestClosed or ReasonMissing.
    """
    custodian = _deciding_custodian(request, actor=actor)
    reason = checked_reason(reason)
    require_state(request, *LIVE_STATES)
    _held_share(request, custodian)
    with _decision(request, custodian, approved=False, reason=reason, actor=actor) as decision:
        facts = {"decision": str(decision.pk), "reason": sealed(decision, "reason")}
        end(request, OpeningState.REFUSED, action=Action.OPENING_REFUSED, actor=actor, facts=facts)
    return decision


@sensitive_variables()
def checked_reason(reason: str) -> SealedText:
    """The reason without outer spaces. Raises ReasonMissing for none, or for more than 2,000 characters."""
    reason = reason.strip()
    if not 1 <= len(reason) <= LONGEST_REASON or "\x00" in reason:
        raise ReasonMissing
    return SealedText(reason)


def present_approvers(request: OpeningRequest) -> list[Custodian]:
    """Who approved and still holds the office: somebody arrested or dismissed since then speaks for no quorum."""
    approvals = request.decisions.filter(approved=True).select_related("custodian")
    return active_custodians([decision.custodian for decision in approvals])


def _deciding_custodian(request: OpeningRequest, *, actor: Actor) -> Custodian:
    custodian = acting_custodian(actor)
    if request.requester_id == custodian.user_id:
        raise WrongPerson
    if request.decisions.filter(custodian=custodian).exists():
        raise AlreadyDecided
    return custodian


def _held_share(request: OpeningRequest, custodian: Custodian) -> KeyShare:
    shares = KeyShare.objects.select_related("custodian_key", "sealed_identity__witness")
    held = shares.filter(
        sealed_identity=request.sealed_identity_id,
        custodian_key__custodian=custodian,
        custodian_key__retired_at__isnull=True,
    ).first()
    if held is None:
        raise NotACustodian
    return held


def _require_requester(request: OpeningRequest) -> None:
    # Asked of the database again: the role or the membership may have been taken since the request was made.
    requester = User.objects.get(pk=request.requester_id)
    visible = Case.objects.visible_to(requester).filter(pk=request.witness.case_id)
    if not (requester.is_active and requester.has_perm(REQUEST) and visible.exists()):
        raise RequesterLostRight


@sensitive_variables()
def _unseal(request: OpeningRequest, held: KeyShare, *, passphrase: str) -> Share:
    key = held.custodian_key
    user, case_id = key.custodian.user, request.witness.case_id
    with trial(user, subject=request, case_id=case_id, secret="passphrase"):  # noqa: S106 - the name of a secret
        seed = unlock(key, passphrase=passphrase)
    binding = held_share_binding(held.sealed_identity, key)
    return open_share(bytes(held.sealed_share), index=held.index, seed=seed, binding=binding)


@sensitive_variables()
def _reseal(request: OpeningRequest, decision: OpeningDecision, share: Share) -> None:
    public_key = bytes(request.act_key.public_key)
    sealed = seal_share(share, public_key=public_key, binding=approval_share_binding(request, decision))
    ApprovalShare.objects.create(decision=decision, index=share.index, sealed_share=sealed)


@contextmanager
def _decision(
    request: OpeningRequest, custodian: Custodian, *, approved: bool, reason: SealedText, actor: Actor
) -> Iterator[OpeningDecision]:
    """The decision's transaction: the request is locked and read again, the decision written, then the caller acts.

    Raises NotACustodian for whoever was removed while their passphrase was tried.
    """
    with transaction.atomic():
        lock_office(custodian)
        OpeningRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
        request.refresh_from_db()
        if request.decisions.filter(custodian=custodian).exists():
            raise AlreadyDecided
        decision = OpeningDecision.objects.create(
            request=request, custodian=custodian, approved=approved, reason=reason, salt=new_salt()
        )
        if approved:
            _log_approval(request, decision, actor=actor)
        yield decision


def _log_approval(request: OpeningRequest, decision: OpeningDecision, *, actor: Actor) -> None:
    log.append(
        Action.OPENING_APPROVED,
        subject=request,
        actor=actor,
        facts={
            "witness": str(request.witness_id),
            "decision": str(decision.pk),
            "reason": sealed(decision, "reason"),
        },
        case_id=request.witness.case_id,
    )
