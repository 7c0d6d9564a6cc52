"""What each seal is bound to: rows of the database, named so that sealed bytes open nowhere but in their own row."""

from witnesses.models import (
    Custodian,
    CustodianKey,
    CustodianWord,
    DrillRecord,
    OpeningDecision,
    OpeningRequest,
    QuorumSession,
    RecoveryKit,
    SealedIdentity,
)
from witnesses.models.witness import IDENTITY
from witnesses.sealing import Binding


def identity_binding(identity: SealedIdentity) -> Binding:
    """For the identity itself, or for other sealed words, which name their part so that they never open as another."""
    part = {} if identity.part == IDENTITY else {"part": identity.part}
    return {
        "sealed_identity": str(identity.pk),
        "witness": str(identity.witness_id),
        "case": str(identity.witness.case_id),
        "version": identity.version,
        **part,
    }


def held_share_binding(identity: SealedIdentity, key: CustodianKey) -> Binding:
    """For the share that a custodian holds."""
    return {
        "purpose": "held",
        "sealed_identity": str(identity.pk),
        "witness": str(identity.witness_id),
        "version": identity.version,
        "custodian": str(key.custodian_id),
        "custodian_key": str(key.pk),
    }


def approval_share_binding(request: OpeningRequest, decision: OpeningDecision) -> Binding:
    """For the share that an approval reseals to the request's own key."""
    return {
        "purpose": "approval",
        "request": str(request.pk),
        "sealed_identity": str(request.sealed_identity_id),
        "version": request.sealed_identity.version,
        "custodian": str(decision.custodian_id),
    }


def request_key_binding(request: OpeningRequest) -> Binding:
    """For the private key of a request, wrapped by its opening code."""
    return {
        "purpose": "opening",
        "request": str(request.pk),
        "sealed_identity": str(request.sealed_identity_id),
    }


def session_key_binding(session: QuorumSession) -> Binding:
    """For the private key of a quorum session, wrapped by its code."""
    return {"purpose": "quorum", "session": str(session.pk), "act": session.purpose}


def session_share_binding(
    session: QuorumSession, custodian: Custodian, identity: SealedIdentity | None
) -> Binding:
    """For a share that an approval reseals to the session's own key: of an identity, or of the test record."""
    return {
        "purpose": "session",
        "session": str(session.pk),
        "act": session.purpose,
        "sealed_identity": str(identity.pk) if identity else "",
        "version": identity.version if identity else 0,
        "custodian": str(custodian.pk),
    }


def drill_record_binding(record: DrillRecord) -> Binding:
    """For the test record of a drill."""
    return {"purpose": "drill", "record": str(record.pk), "session": str(record.session_id)}


def drill_share_binding(record: DrillRecord, key: CustodianKey) -> Binding:
    """For the share of a test record's key that a custodian holds."""
    return {
        "purpose": "drill",
        "record": str(record.pk),
        "custodian": str(key.custodian_id),
        "custodian_key": str(key.pk),
    }


def recovery_binding(identity: SealedIdentity, kit: RecoveryKit) -> Binding:
    """For the data key of a record, sealed to a recovery kit."""
    return {**identity_binding(identity), "purpose": "recovery", "kit": str(kit.pk)}


def key_word(kind: CustodianWord.Kind, key: CustodianKey, *, fingerprint: bytes, by: CustodianKey) -> Binding:
    """What a custodian signs of a key: that it is this person's, or the next one of their own."""
    return {
        "word": kind.value,
        "key": str(key.pk),
        "custodian": str(key.custodian_id),
        "fingerprint": fingerprint.hex(),
        "by_key": str(by.pk),
    }


def kit_word(kit: RecoveryKit, *, fingerprint: bytes, by: CustodianKey) -> Binding:
    """What a custodian signs of a recovery kit."""
    return {
        "word": CustodianWord.Kind.KIT.value,
        "kit": str(kit.pk),
        "session": str(kit.session_id),
        "fingerprint": fingerprint.hex(),
        "by_key": str(by.pk),
    }
