"""Bringing back what the kit opened: sealed anew to the custodians of today, without showing one identity to anybody.

A session of its own purpose: a quorum of today's custodians opens a test record, the sheets hand over the records' data
keys, sealed on the offline machine to the session's key, and whoever asked has the code. A false file destroys nothing:
a key that does not open its record leaves the record as it is.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from audit.actions import Action
from audit.actors import Actor
from witnesses.bindings import identity_binding, session_key_binding
from witnesses.custodians import acting_custodian
from witnesses.errors import SealBroken
from witnesses.idle_keys import erase_idle_keys
from witnesses.models import QuorumPurpose, QuorumSession, QuorumState, SealedIdentity
from witnesses.one_time import unlock_with_code
from witnesses.quorum.beginning import begin_session
from witnesses.quorum.drill import seal_test_record, test_record_opens
from witnesses.quorum.ending import end_session
from witnesses.quorum.gathered import gather
from witnesses.quorum.resealing import Resealed, reseal_covered
from witnesses.recovery.carried import HANDED_OVER, bytes_of, read_carried
from witnesses.recovery.errors import BadKitFile, NoKit
from witnesses.recovery.offline import hand_over_binding
from witnesses.recovery.seals import installed_kit
from witnesses.sealed import SealedBytes, SealedText
from witnesses.sealing import Sealed, open_data_key, open_identity_seal


class Recovered:
    """The data keys that came back, in memory alone, by the record that they open."""

    def __init__(self, keys: dict[UUID, SealedBytes]) -> None:
        self._keys = keys

    def __repr__(self) -> str:
        return "<sealed>"

    @sensitive_variables()
    def content_of(self, identity: SealedIdentity) -> SealedBytes:
        """The record as it was sealed. Raises SealBroken where its key did not come, or is another's."""
        key = self._keys.get(identity.pk)
        if key is None:
            raise SealBroken
        sealed = Sealed(bytes(identity.nonce), bytes(identity.ciphertext))
        return open_identity_seal(sealed, key=key, binding=identity_binding(identity))


@dataclass(frozen=True, slots=True)
class _Line:
    record: UUID
    sealed_key: bytes


@sensitive_variables()
def begin_recovery(*, reason: str, actor: Actor) -> tuple[QuorumSession, SealedText]:
    """Asks the custodians of today to take over everything that the kit opens; returns the session with its code.

    Raises NoKit, TooFewCustodians, and what `begin_session` raises.
    """
    kit = installed_kit()
    if kit is None:
        raise NoKit
    records = list(SealedIdentity.records.living().filter(recovery_seal__kit=kit).defer("ciphertext"))
    with transaction.atomic():
        session, code = begin_session(QuorumPurpose.RECOVER, records, reason=reason, actor=actor)
        seal_test_record(session)
    return session, code


@sensitive_variables()
def bring_back(session: QuorumSession, content: bytes, *, code: str, actor: Actor) -> Resealed:
    """Seals each record anew to the custodians of today and to the kit, and erases the old seals.

    One transaction for each, as in sealing anew. Raises BadKitFile for a file of another session, what `gather`
    raises, SealBroken where the quorum's test record does not open, TooFewCustodians and RequestClosed.
    """
    lines = _lines(content, session)
    gathered = gather(session, purpose=QuorumPurpose.RECOVER, code=code, actor=actor)
    try:
        if not test_record_opens(session, gathered):
            raise SealBroken
    finally:
        gathered.forget()
    recovered = Recovered(_keys(lines, session, code=code, actor=actor))
    done, unreadable, newer = reseal_covered(session, recovered, actor=actor)
    with transaction.atomic():
        end_session(
            session,
            QuorumState.DONE,
            action=Action.KIT_RECOVERED,
            actor=actor,
            facts={"resealed": done, "unreadable": unreadable, "newer": newer},
            came_from=(QuorumState.APPROVED,),
        )
        erased = erase_idle_keys(actor=actor)
    return Resealed(done, unreadable, newer, erased)


def session_of(content: bytes) -> UUID:
    """The session that the file was made for. Raises BadKitFile."""
    try:
        return UUID(read_carried(content, kind=HANDED_OVER).session)
    except ValueError as error:
        raise BadKitFile from error


def _lines(content: bytes, session: QuorumSession) -> list[_Line]:
    carried = read_carried(content, kind=HANDED_OVER)
    if carried.session != str(session.pk):
        raise BadKitFile
    return [_line(line) for line in carried.lines]


def _line(line: dict[str, Any]) -> _Line:
    try:
        return _Line(UUID(line["sealed_identity"]), bytes_of(line["key"]))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise BadKitFile from error


@sensitive_variables()
def _keys(lines: list[_Line], session: QuorumSession, *, code: str, actor: Actor) -> dict[UUID, SealedBytes]:
    seed = unlock_with_code(
        code,
        wrapped=bytes(session.wrapped_private_key or b""),
        salt=bytes(session.salt),
        binding=session_key_binding(session),
        user=acting_custodian(actor).user,
        subject=session,
        case_id=None,
    )
    keys = {}
    for line in lines:
        binding = hand_over_binding(str(session.pk), str(line.record))
        try:
            keys[line.record] = open_data_key(line.sealed_key, seed=seed, binding=binding)
        except SealBroken:
            continue
    return keys
