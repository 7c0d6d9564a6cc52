"""What the database keeps of a witness: a pseudonym, sealed bytes, and who decided what. Never a name."""

from witnesses.models.alarm import AlarmKind, AlarmSeen, EmergencyReview, WitnessAlarm
from witnesses.models.consent import (
    Consent,
    ConsentAnswer,
    ConsentWithdrawal,
    ConsentWords,
    WithdrawalWords,
)
from witnesses.models.custodian import Custodian, CustodianEvent, CustodianKey, PassphraseAttempt
from witnesses.models.dependence import IN_THE_CONTENT, Dependence, DependenceEnd, Tie
from witnesses.models.group import KnownGroup
from witnesses.models.interview import AccountKind, Interview, InterviewRecord, InterviewState, Recording
from witnesses.models.note import InterviewNote
from witnesses.models.opening import (
    LIVE_STATES,
    ApprovalShare,
    OpeningDecision,
    OpeningRequest,
    OpeningRequestQuerySet,
    OpeningState,
)
from witnesses.models.quorum import (
    LIVE_SESSIONS,
    ON_A_TEST_RECORD,
    TELLS_WHO_ASKS,
    DrillRecord,
    DrillShare,
    QuorumDecision,
    QuorumPurpose,
    QuorumSession,
    QuorumSessionQuerySet,
    QuorumShare,
    QuorumState,
    SessionIdentity,
)
from witnesses.models.recovery import (
    KitInstallation,
    KitRehearsal,
    RecoveryKit,
    RecoverySeal,
    RecoveryTest,
)
from witnesses.models.revision import Revision
from witnesses.models.risk import (
    ProtectiveMeasure,
    Referral,
    ReferralEvent,
    ReferralWords,
    RiskAssessment,
    RiskWords,
    ThreatEvidence,
    ThreatIncident,
    ThreatWords,
)
from witnesses.models.statement import Answer, Statement
from witnesses.models.witness import KeyShare, SealedIdentity, Witness

__all__ = [
    "IN_THE_CONTENT",
    "LIVE_SESSIONS",
    "LIVE_STATES",
    "ON_A_TEST_RECORD",
    "TELLS_WHO_ASKS",
    "AccountKind",
    "AlarmKind",
    "AlarmSeen",
    "Answer",
    "ApprovalShare",
    "Consent",
    "ConsentAnswer",
    "ConsentWithdrawal",
    "ConsentWords",
    "Custodian",
    "CustodianEvent",
    "CustodianKey",
    "Dependence",
    "DependenceEnd",
    "DrillRecord",
    "DrillShare",
    "EmergencyReview",
    "Interview",
    "InterviewNote",
    "InterviewRecord",
    "InterviewState",
    "KeyShare",
    "KitInstallation",
    "KitRehearsal",
    "KnownGroup",
    "OpeningDecision",
    "OpeningRequest",
    "OpeningRequestQuerySet",
    "OpeningState",
    "PassphraseAttempt",
    "ProtectiveMeasure",
    "QuorumDecision",
    "QuorumPurpose",
    "QuorumSession",
    "QuorumSessionQuerySet",
    "QuorumShare",
    "QuorumState",
    "Recording",
    "RecoveryKit",
    "RecoverySeal",
    "RecoveryTest",
    "Referral",
    "ReferralEvent",
    "ReferralWords",
    "Revision",
    "RiskAssessment",
    "RiskWords",
    "SealedIdentity",
    "SessionIdentity",
    "Statement",
    "ThreatEvidence",
    "ThreatIncident",
    "ThreatWords",
    "Tie",
    "WithdrawalWords",
    "Witness",
    "WitnessAlarm",
]
