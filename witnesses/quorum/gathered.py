"""What a quorum brought together for one act: the shares, opened with the code of whoever asked, in memory alone."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import require
from accounts.models import User
from audit.actors import Actor
from cases.access import require_member
from witnesses.bindings import identity_binding, session_key_binding, session_share_binding
from witnesses.custodians import acting_custodian, active_custodians
from witnesses.deciding import REQUEST
from witnesses.errors import ApproverLeft, SealBroken, WrongPerson
from witnesses.models import QuorumPurpose, QuorumSession, QuorumShare, QuorumState, SealedIdentity
from witnesses.one_time import unlock_with_code
from witnesses.quorum.as_begun import require_as_begun
from witnesses.quorum.ending import require_session
from witnesses.sealed import SealedBytes, wipe
from witnesses.sealing import Sealed, open_identity_seal, open_share
from witnesses.sharing import Share, restore


class Gathered:
    """The open shares of a session, by the identity that they are of (None: the drill's test record)."""

    def __init__(self, shares: dict[UUID | None, list[Share]]) -> None:
        self._shares = shares

    def __repr__(self) -> str:
        return "<sealed>"

    @sensitive_variables()
    def content_of(self, identity: SealedIdentity) -> SealedBytes:
        """The identity as it was sealed. Raises SealBroken where too few shares opened, or bytes were altered."""
        sealed = Sealed(bytes(identity.nonce), bytes(identity.ciphertext))
        key = self.key_of(identity.pk, threshold=identity.threshold)
        try:
            return open_identity_seal(sealed, key=key, binding=identity_binding(identity))
        finally:
            wipe([key])

    @sensitive_variables()
    def key_of(self, what: UUID | None, *, threshold: int) -> bytearray:
        """The data key, for the caller to wipe."""
        by_index = {share.index: share for share in self._shares.get(what, ())}
        if len(by_index) < threshold:
            raise SealBroken
        return restore(list(by_index.values())[:threshold])

    def forget(self) -> None:
        """Lets go of every share. Best effort: Python frees bytes, it does not overwrite them."""
        self._shares.clear()


@sensitive_variables()
def gather(session: QuorumSession, *, purpose: QuorumPurpose, code: str, actor: Actor) -> Gathered:
    """Opens the resealed shares of custodians who still hold the office; changes nothing.

    Raises NotPermitted, NotAMember, WrongPerson for anybody but the initiator, RequestClosed, AskedOtherwise,
    ApproverLeft, WrongOpeningCode or TooManyFailures. A share that does not open is left out: what needs it says
    SealBroken.
    """
    if session.purpose != purpose:
        raise ValueError("the custodians agreed to another act")
    user = _initiator(session, actor)
    session.refresh_from_db()
    require_session(session, QuorumState.APPROVED)
    require_as_begun(session)
    approvals = list(session.decisions.filter(approved=True).select_related("custodian"))
    present = active_custodians([decision.custodian for decision in approvals])
    # Counted now, not at the approval: somebody arrested or dismissed since then no longer speaks for a quorum.
    if len(present) < session.threshold:
        raise ApproverLeft
    seed = unlock_with_code(
        code,
        wrapped=bytes(session.wrapped_private_key or b""),
        salt=bytes(session.salt),
        binding=session_key_binding(session),
        user=user,
        subject=session,
        case_id=session.case_id,
    )
    shares = QuorumShare.objects.filter(
        decision__session=session, decision__custodian__in=present
    ).select_related("decision__custodian", "sealed_identity")
    return Gathered(_opened(session, list(shares), seed))


@sensitive_variables()
def _opened(
    session: QuorumSession, shares: Sequence[QuorumShare], seed: SealedBytes
) -> dict[UUID | None, list[Share]]:
    found: dict[UUID | None, list[Share]] = defaultdict(list)
    for one in shares:
        binding = session_share_binding(session, one.decision.custodian, one.sealed_identity)
        try:
            share = open_share(bytes(one.sealed_share), index=one.index, seed=seed, binding=binding)
        except SealBroken:
            continue
        found[one.sealed_identity_id].append(share)
    return found


def _initiator(session: QuorumSession, actor: Actor) -> User:
    if session.case is None:
        user = acting_custodian(actor).user
    else:
        user = require_member(session.case, require(actor, REQUEST))
    if session.initiator_id != user.pk:
        raise WrongPerson(
            _("Only the person who asked can carry this out, with the code that they were given.")
        )
    return user
