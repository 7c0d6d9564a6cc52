"""The kinds of acts that an auditor looks at first, told by their action alone."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.actions import Action
from audit.worded import Worded


class Kind(Worded):
    """A kind of sensitive act, with its actions in the order of showing; each action stands in one kind."""

    actions: tuple[Action, ...]

    def __init__(self, _value: str, _sentence: "str | Promise", actions: tuple[Action, ...]) -> None:
        self.actions = actions

    @property
    def label(self) -> "str | Promise":
        """The kind's name for a reader."""
        return self.sentence

    ALARMS = (
        "alarms",
        _("Breaks and alarms"),
        (
            Action.LOG_GUARDS_RESTORED,
            Action.LOG_QUEUE_CLEANED,
            Action.WITNESSING_REFUSED,
            Action.STAMP_REFUSED,
            Action.FIXITY_FAILED,
            Action.FIXITY_ALARM_RAISED,
            Action.FIXITY_ALARM_CLOSED,
            Action.BURST_ALARM,
        ),
    )
    REVEALS = (
        "reveals",
        _("Identities"),
        (
            Action.IDENTITY_OPENED,
            Action.OPENING_REQUESTED,
            Action.NOTE_OPENED,
            Action.NOTE_REQUESTED,
            Action.DANGER_OPENED,
            Action.DANGER_REQUESTED,
            Action.OPENING_APPROVED,
            Action.EMERGENCY_REQUESTED,
            Action.EMERGENCY_REVIEWED,
            Action.DUPLICATES_SHOWN,
            Action.COLLECTOR_TRACE_READ,
            Action.REGISTER_SEARCHED,
        ),
    )
    HANDED_OUT = (
        "handed_out",
        _("Handed out"),
        (
            Action.EVIDENCE_DOWNLOADED,
            Action.DERIVATIVE_DOWNLOADED,
            Action.REGISTER_EXPORTED,
            Action.DOSSIER_DOWNLOADED,
            Action.LEAK_SET_ASIDE,
            Action.DOSSIER_NARROWS,
            Action.LEAK_ANSWERED,
            Action.EVIDENCE_DISCLOSED,
            Action.LOG_PUBLISHED,
            Action.LOG_EXPORTED,
            Action.LOG_PROOF_TAKEN,
            Action.LOG_REPORT_MADE,
        ),
    )
    REFUSALS = (
        "refusals",
        _("Refused or failed"),
        (
            Action.ACCESS_REFUSED,
            Action.CONSENT_MISSED,
            Action.LEAK_REFUSED,
            Action.SIGN_IN_FAILED,
            Action.STEP_UP_FAILED,
            Action.LOCKED_OUT,
            Action.PASSPHRASE_FAILED,
            Action.PASSPHRASE_LOCKED,
            Action.OPENING_REFUSED,
            Action.OPENING_QUOTA_MET,
            Action.DRILL_FAILED,
            Action.KIT_NOT_INSTALLED,
        ),
    )
    RIGHTS = (
        "rights",
        _("Roles and rights"),
        (
            Action.ROLE_GRANTED,
            Action.ACCOUNT_CREATED,
            Action.ACCOUNT_CLOSED,
            Action.MEMBER_ADDED,
            Action.MEMBER_REMOVED,
            Action.CUSTODIAN_ENROLLED,
            Action.CUSTODIAN_KEY_ADMITTED,
            Action.CUSTODIAN_TURNED_AWAY,
            Action.CUSTODIAN_REMOVED,
            Action.CUSTODIAN_REINSTATED,
            Action.DATABASE_HARDENED,
        ),
    )
    HOUSE = (
        "house",
        _("Keys, recovery kit and erasure"),
        (
            Action.LOG_KEY_ROTATED,
            Action.VAULT_KEY_ROTATED,
            Action.CUSTODIAN_KEY_ROTATED,
            Action.CUSTODIAN_KEY_LOST,
            Action.KIT_INSTALLED,
            Action.KIT_EXPORTED,
            Action.KIT_RECOVERED,
            Action.EVIDENCE_DISPOSED,
            Action.HOLD_RELEASED,
            Action.ERASURE_APPROVED,
            Action.VALUES_ERASED,
        ),
    )


# Acts of which many at once are a sign; a day of new accounts or members is none, nor is what the house finds itself.
IN_BURSTS = (
    *Kind.REVEALS.actions,
    *Kind.HANDED_OUT.actions,
    *Kind.REFUSALS.actions,
    Action.WITNESSING_REFUSED,
    Action.STAMP_REFUSED,
)
