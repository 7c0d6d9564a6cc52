"""What custodians say to a session. An approval hands over the custodian's shares, resealed for this one act."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.commitments import new_salt
from audit.private import sealed
from witnesses.bindings import kit_word, session_share_binding
from witnesses.custodians import acting_custodian, current_key, unlock
from witnesses.deciding import checked_reason
from witnesses.errors import AlreadyDecided, NotACustodian, SealBroken, WrongPerson
from witnesses.keeping_keys import require_signing
from witnesses.models import (
    LIVE_SESSIONS,
    TELLS_WHO_ASKS,
    Custodian,
    CustodianKey,
    CustodianWord,
    QuorumDecision,
    QuorumPurpose,
    QuorumSession,
    QuorumShare,
    QuorumState,
)
from witnesses.offices import lock_office
from witnesses.quorum.as_begun import require_as_begun
from witnesses.quorum.beginning import require_initiator
from witnesses.quorum.ending import end_session, require_session
from witnesses.quorum.held import Held, held_shares, is_gathered
from witnesses.recovery.seals import public_kit
from witnesses.sealed import SealedBytes, SealedText
from witnesses.sealing import open_share, seal_share
from witnesses.sharing import Share
from witnesses.signing import sign_word
from witnesses.trials import trial

Opened = Sequence[tuple[Held, Share]]


@sensitive_variables()
def approve_session(session: QuorumSession, *, passphrase: str, reason: str, actor: Actor) -> QuorumDecision:
    """Unseals all the custodian's shares that the session covers, in memory, and reseals them to the session's key.

    A share that does not open is left out, counted in the entry, and made up for by another custodian's. Raises
    NotPermitted, NotACustodian, WrongPerson, AlreadyDecided, RequestClosed, RequesterLostRight, ReasonMissing,
    AskedOtherwise, WrongPassphrase, TooManyFailures, or SealBroken where none opens; then nothing of the approval is
    kept.
    """
    custodian = _deciding_custodian(session, actor=actor)
    reason = checked_reason(reason)
    require_session(session, QuorumState.REQUESTED)
    require_as_begun(session)
    require_initiator(session)
    key = current_key(custodian)
    held = held_shares(session, key) if key else []
    if key is None or not held:
        raise NotACustodian
    if session.purpose == QuorumPurpose.KIT:
        require_signing(key)
    seed = _unlock(session, key, passphrase=passphrase)
    opened = _unseal(held, seed)
    if not opened:
        raise SealBroken
    facts: dict[str, Json] = {"shares": len(opened), "unreadable": len(held) - len(opened)}
    with _decision(session, custodian, approved=True, reason=reason) as decision:
        require_session(session, QuorumState.REQUESTED)
        require_as_begun(session)
        require_initiator(session)
        _reseal(session, decision, opened)
        if session.purpose == QuorumPurpose.KIT:
            _sign_kit(session, key, seed)
        _log_approval(session, decision, facts=facts, actor=actor)
        CustodianKey.objects.filter(pk=key.pk).update(proved_at=timezone.now())
        if is_gathered(session):
            QuorumSession.objects.filter(pk=session.pk).update(state=QuorumState.APPROVED)
            session.state = QuorumState.APPROVED
    return decision


@sensitive_variables()
def refuse_session(session: QuorumSession, *, reason: str, actor: Actor) -> QuorumDecision:
    """Ends the session. One refusal is enough, even after a quorum approved: whoever knows of a danger stops it.

    Raises NotPermitted, NotACustodian, WrongPerson, AlreadyDecided, RequestClosed or ReasonMissing.
    """
    custodian = _deciding_custodian(session, actor=actor)
    reason = checked_reason(reason)
    require_session(session, *LIVE_SESSIONS)
    with _decision(session, custodian, approved=False, reason=reason) as decision:
        facts: dict[str, Json] = {
            "quorum_decision": str(decision.pk),
            "reason": sealed(decision, "reason"),
        }
        end_session(session, QuorumState.REFUSED, action=Action.QUORUM_REFUSED, actor=actor, facts=facts)
    return decision


def _deciding_custodian(session: QuorumSession, *, actor: Actor) -> Custodian:
    custodian = acting_custodian(actor)
    # Who asks to reseal or to drill counts as one of the quorum: their own share opens to them anyway, and where an
    # arrest left two custodians, nobody else could ask. The threshold of different custodians holds all the same.
    if session.purpose in TELLS_WHO_ASKS and session.initiator_id == custodian.user_id:
        raise WrongPerson
    if session.decisions.filter(custodian=custodian).exists():
        raise AlreadyDecided
    return custodian


@sensitive_variables()
def _unlock(session: QuorumSession, key: CustodianKey, *, passphrase: str) -> SealedBytes:
    user, case_id = key.custodian.user, session.case_id
    with trial(user, subject=session, case_id=case_id, secret="passphrase"):  # noqa: S106 - the name of a secret
        return unlock(key, passphrase=passphrase)


@sensitive_variables()
def _sign_kit(session: QuorumSession, key: CustodianKey, seed: SealedBytes) -> None:
    """The custodian's signature under the kit that they compared by voice: no row can stand in for it."""
    kit = session.recovery_kit
    word = kit_word(kit, fingerprint=public_kit(kit).fingerprint, by=key)
    CustodianWord.objects.create(
        kind=CustodianWord.Kind.KIT, by_key=key, about_kit=kit, signature=sign_word(seed, word)
    )


@sensitive_variables()
def _unseal(held: Sequence[Held], seed: SealedBytes) -> Opened:
    opened = []
    for one in held:
        try:
            share = open_share(one.sealed_share, index=one.index, seed=seed, binding=one.binding)
        except SealBroken:
            continue
        opened.append((one, share))
    return opened


@sensitive_variables()
def _reseal(session: QuorumSession, decision: QuorumDecision, opened: Opened) -> None:
    public_key = bytes(session.act_key.public_key)
    QuorumShare.objects.bulk_create(
        QuorumShare(
            decision=decision,
            sealed_identity=held.identity,
            index=share.index,
            sealed_share=seal_share(
                share,
                public_key=public_key,
                binding=session_share_binding(session, decision.custodian, held.identity),
            ),
        )
        for held, share in opened
    )


@contextmanager
def _decision(
    session: QuorumSession, custodian: Custodian, *, approved: bool, reason: SealedText
) -> Iterator[QuorumDecision]:
    """The decision's transaction: the session is locked and read again, the decision written, then the caller acts.

    Raises NotACustodian for whoever was removed while their passphrase was tried.
    """
    with transaction.atomic():
        QuorumSession.objects.select_for_update(no_key=True).get(pk=session.pk)
        lock_office(custodian)
        session.refresh_from_db()
        if session.decisions.filter(custodian=custodian).exists():
            raise AlreadyDecided
        yield QuorumDecision.objects.create(
            session=session, custodian=custodian, approved=approved, reason=reason, salt=new_salt()
        )


def _log_approval(
    session: QuorumSession, decision: QuorumDecision, *, facts: dict[str, Json], actor: Actor
) -> None:
    log.append(
        Action.QUORUM_APPROVED,
        subject=session,
        actor=actor,
        facts={
            "purpose": session.purpose,
            "quorum_decision": str(decision.pk),
            "reason": sealed(decision, "reason"),
            **facts,
        },
        case_id=session.case_id,
    )
