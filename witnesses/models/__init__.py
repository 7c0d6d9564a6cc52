"""What the database keeps of a witness: a pseudonym, sealed bytes, and who decided what. Never a name."""

from witnesses.models.alarm import AlarmKind, AlarmSeen, EmergencyReview, WitnessAlarm
from witnesses.models.custodian import Custodian, CustodianKey, PassphraseAttempt
from witnesses.models.opening import (
    LIVE_STATES,
    ApprovalShare,
    OpeningDecision,
    OpeningRequest,
    OpeningRequestQuerySet,
    OpeningState,
)
from witnesses.models.revision import Revision
from witnesses.models.witness import KeyShare, SealedIdentity, Witness

__all__ = [
    "LIVE_STATES",
    "AlarmKind",
    "AlarmSeen",
    "ApprovalShare",
    "Custodian",
    "CustodianKey",
    "EmergencyReview",
    "KeyShare",
    "OpeningDecision",
    "OpeningRequest",
    "OpeningRequestQuerySet",
    "OpeningState",
    "PassphraseAttempt",
    "Revision",
    "SealedIdentity",
    "Witness",
    "WitnessAlarm",
]
