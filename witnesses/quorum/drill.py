"""A drill: a test record, sealed as an identity is, and opened by a quorum. It proves that custodians can still act.

The test record is random bytes, made when the drill begins. No identity is touched.
"""

import hashlib
import secrets
import uuid
from typing import Final

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from audit.actions import Action
from audit.actors import Actor
from witnesses.bindings import drill_record_binding, drill_share_binding
from witnesses.custodians import keys_of_today
from witnesses.errors import SealBroken
from witnesses.models import DrillRecord, DrillShare, QuorumPurpose, QuorumSession, QuorumState
from witnesses.quorum.beginning import begin_session
from witnesses.quorum.ending import end_session
from witnesses.quorum.gathered import Gathered, gather
from witnesses.sealed import SealedText, wipe
from witnesses.sealing import Sealed, new_data_key, open_identity_seal, seal_identity, seal_share
from witnesses.sharing import split

_TEST_BYTES: Final = 32


@sensitive_variables()
def begin_drill(*, reason: str, actor: Actor) -> tuple[QuorumSession, SealedText]:
    """Seals a test record to the custodians of today and asks them to open it.

    Raises what `begin_session` raises, and TooFewCustodians where no quorum could open anything.
    """
    with transaction.atomic():
        session, code = begin_session(QuorumPurpose.DRILL, (), reason=reason, actor=actor)
        seal_test_record(session)
    return session, code


@sensitive_variables()
def hold_drill(session: QuorumSession, *, code: str, actor: Actor) -> bool:
    """Opens the test record, ends the session and logs the result: whether it is what was sealed.

    Raises what `gather` raises, and RequestClosed where somebody else ended the session meanwhile.
    """
    gathered = gather(session, purpose=QuorumPurpose.DRILL, code=code, actor=actor)
    try:
        passed = test_record_opens(session, gathered)
    finally:
        gathered.forget()
    with transaction.atomic():
        end_session(
            session,
            QuorumState.DONE if passed else QuorumState.FAILED,
            action=Action.DRILL_PASSED if passed else Action.DRILL_FAILED,
            actor=actor,
            facts={"custodians": [str(one.custodian_id) for one in session.decisions.filter(approved=True)]},
            came_from=(QuorumState.APPROVED,),
        )
    return passed


@sensitive_variables()
def seal_test_record(session: QuorumSession) -> None:
    """Random bytes, sealed to the custodians of today as an identity is. Raises TooFewCustodians."""
    keys = keys_of_today(at_least=session.threshold)
    content, data_key = secrets.token_bytes(_TEST_BYTES), new_data_key()
    record = DrillRecord(id=uuid.uuid4(), session=session, digest=hashlib.sha256(content).digest())
    sealed = seal_identity(content, key=data_key, binding=drill_record_binding(record))
    record.nonce, record.ciphertext = sealed.nonce, sealed.ciphertext
    record.save(force_insert=True)
    shares = split(data_key, threshold=session.threshold, count=len(keys))
    for share, key in zip(shares, keys, strict=True):
        sealed_share = seal_share(
            share, public_key=bytes(key.public_key), binding=drill_share_binding(record, key)
        )
        DrillShare.objects.create(
            record=record, custodian_key=key, index=share.index, sealed_share=sealed_share
        )


@sensitive_variables()
def test_record_opens(session: QuorumSession, gathered: Gathered) -> bool:
    """Whether what the quorum brought together opens the session's test record, as it was sealed."""
    record = session.drill_record
    sealed = Sealed(bytes(record.nonce), bytes(record.ciphertext))
    key = bytearray()
    try:
        key = gathered.key_of(None, threshold=session.threshold)
        content = open_identity_seal(sealed, key=key, binding=drill_record_binding(record))
    except SealBroken:
        return False
    finally:
        wipe([key])
    return hashlib.sha256(content).digest() == bytes(record.digest)
