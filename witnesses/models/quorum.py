"""Acts of a quorum over many identities at once, which show none of them to anybody."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.erased import PrivateTextField
from audit.private import Private, PrivateValues
from cases.models import Case
from witnesses.models.custodian import Custodian, CustodianKey
from witnesses.models.witness import SealedIdentity


class QuorumPurpose(models.TextChoices):
    RESEAL = "reseal", _("seal identities anew, to the custodians of today")
    DRILL = "drill", _("a drill on a test record")
    LEAK_CHECK = "leak_check", _("look for the identities of a case in a package")
    KIT = "kit", _("install a recovery kit")
    DUPLICATES = "duplicates", _("look for one person under two pseudonyms")
    RECOVER = "recover", _("take over what the recovery kit opened")


# Custodians hand over no share of an identity: together they open a test record, which shows that a quorum was there.
ON_A_TEST_RECORD = (QuorumPurpose.DRILL, QuorumPurpose.KIT, QuorumPurpose.RECOVER)
# Who asks learns something of the identities, and so never counts as one of the quorum.
TELLS_WHO_ASKS = (QuorumPurpose.LEAK_CHECK, QuorumPurpose.DUPLICATES)


class QuorumState(models.TextChoices):
    REQUESTED = "requested", _("waits for custodians")
    APPROVED = "approved", _("approved, not carried out yet")
    DONE = "done", _("carried out")
    FAILED = "failed", _("failed")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("time ran out")


LIVE_SESSIONS = (QuorumState.REQUESTED, QuorumState.APPROVED)


class QuorumSessionQuerySet(models.QuerySet["QuorumSession"]):
    def live(self) -> Self:
        """Sessions that can still lead to an act."""
        return self.filter(state__in=LIVE_SESSIONS, expires_at__gt=timezone.now())


class QuorumSession(models.Model):
    """One wish to have a quorum do one thing. What it covers is fixed when it begins."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=10, choices=QuorumPurpose.choices)
    # Of a leak check alone; the other purposes are the whole house's.
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="quorum_sessions"
    )
    initiator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = PrivateTextField()
    threshold = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=QuorumState.choices, default=QuorumState.REQUESTED)
    # Emptied when the session ends, whichever way: without it the resealed shares are noise.
    wrapped_private_key = models.BinaryField(null=True)
    salt = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = QuorumSessionQuerySet.as_manager()

    PRIVATE: ClassVar = PrivateValues(
        (Private("reason"),),
        cases="case",
        shown=False,
        # The salt is in use until the session ends: the code unwraps its key with it.
        in_use=lambda session: session.state in LIVE_SESSIONS,
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-created_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=LIVE_SESSIONS, wrapped_private_key__isnull=False)
                | (~Q(state__in=LIVE_SESSIONS) & Q(wrapped_private_key__isnull=True)),
                name="quorum_key_lives_with_the_session",
            ),
            models.CheckConstraint(condition=Q(threshold__gte=2), name="quorum_is_never_one"),
            # One at a time for each purpose, and for each case: two rules, for NULL equals nothing.
            models.UniqueConstraint(
                fields=["purpose"],
                condition=Q(state__in=LIVE_SESSIONS, case__isnull=True),
                name="quorum_one_session_of_the_house",
            ),
            models.UniqueConstraint(
                fields=["purpose", "case"],
                condition=Q(state__in=LIVE_SESSIONS, case__isnull=False),
                name="quorum_one_session_of_a_case",
            ),
        ]

    @property
    def reference(self) -> str:
        """How people name this session to each other; it says nothing of what it covers."""
        return f"Q-{self.pk.hex[:6].upper()}"


class SessionIdentity(models.Model):
    """One sealed identity that a session covers. Append-only: nothing is slipped in after the approvals."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(QuorumSession, on_delete=models.PROTECT, related_name="covered")
    sealed_identity = models.ForeignKey(SealedIdentity, on_delete=models.PROTECT, related_name="sessions")

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "sealed_identity"], name="session_identity_once")
        ]


class DrillRecord(models.Model):
    """A record of random bytes, sealed as an identity is, for one drill. It says nothing of anybody. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.OneToOneField(QuorumSession, on_delete=models.PROTECT, related_name="drill_record")
    nonce = models.BinaryField()
    ciphertext = models.BinaryField()
    digest = models.BinaryField()

    class Meta:
        default_permissions = ()


class DrillShare(models.Model):
    """One share of a drill record's key, sealed to one custodian's key. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(DrillRecord, on_delete=models.PROTECT, related_name="key_shares")
    custodian_key = models.ForeignKey(CustodianKey, on_delete=models.PROTECT, related_name="drill_shares")
    index = models.PositiveSmallIntegerField()
    sealed_share = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "index"], name="drill_share_index_once"),
            models.UniqueConstraint(fields=["record", "custodian_key"], name="drill_share_holder_once"),
        ]


class QuorumDecision(models.Model):
    """What one custodian said to one session. Append-only; one per custodian, whatever is clicked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(QuorumSession, on_delete=models.PROTECT, related_name="decisions")
    custodian = models.ForeignKey(Custodian, on_delete=models.PROTECT, related_name="quorum_decisions")
    approved = models.BooleanField()
    reason = models.TextField()
    salt = models.BinaryField()
    decided_at = models.DateTimeField(default=timezone.now)

    PRIVATE: ClassVar = PrivateValues(
        (Private("reason"),), cases="session__case", fact="quorum_decision", shown=False
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["decided_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session", "custodian"], name="quorum_decision_once_per_custodian"
            )
        ]


class QuorumShare(models.Model):
    """A share resealed to a session's own key; of its test record where no identity is named. Erased at the end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(QuorumDecision, on_delete=models.PROTECT, related_name="resealed_shares")
    sealed_identity = models.ForeignKey(
        SealedIdentity, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    index = models.PositiveSmallIntegerField()
    sealed_share = models.BinaryField()

    class Meta:
        default_permissions = ()
