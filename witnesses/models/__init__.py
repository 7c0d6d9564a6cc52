"""What the database keeps of a witness: a pseudonym, sealed bytes, and who decided what. Never a name."""

from witnesses.models.alarm import AlarmKind, AlarmSeen, EmergencyReview, WitnessAlarm
from witnesses.models.consent import (
    Consent,
    ConsentAnswer,
    ConsentWithdrawal,
    ConsentWords,
    WithdrawalWords,
)
from witnesses.models.custodian import Custodian, CustodianKey, PassphraseAttempt
from witnesses.models.dependence import IN_THE_CONTENT, Dependence, DependenceEnd, Tie
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
    "IN_THE_CONTENT",
    "LIVE_STATES",
    "AlarmKind",
    "AlarmSeen",
    "ApprovalShare",
    "Consent",
    "ConsentAnswer",
    "ConsentWithdrawal",
    "ConsentWords",
    "Custodian",
    "CustodianKey",
    "Dependence",
    "DependenceEnd",
    "EmergencyReview",
    "KeyShare",
    "OpeningDecision",
    "OpeningRequest",
    "OpeningRequestQuerySet",
    "OpeningState",
    "PassphraseAttempt",
    "Revision",
    "SealedIdentity",
    "Tie",
    "WithdrawalWords",
    "Witness",
    "WitnessAlarm",
]
