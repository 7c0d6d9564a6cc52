"""The recovery kit as the server knows it: a public key that a quorum confirmed, and what is sealed to it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from audit.unlogged import InTheLog
from witnesses.models.quorum import QuorumSession
from witnesses.models.witness import SealedIdentity


class RecoveryKit(models.Model):
    """A kit that somebody proposed to the custodians. Its private half is on paper and nowhere else. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.OneToOneField(QuorumSession, on_delete=models.PROTECT, related_name="recovery_kit")
    public_key = models.BinaryField()
    threshold = models.PositiveSmallIntegerField()
    shares = models.PositiveSmallIntegerField()
    # As its maker says.
    made_at = models.DateTimeField()
    proposed_at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(written="proposed_at", about="session")

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(threshold__gte=2) & Q(shares__gte=F("threshold")),
                name="recovery_kit_needs_two_sheets",
            ),
        ]


class KitInstallation(models.Model):
    """That a quorum confirmed the kit of its session. The newest one is the kit of today. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.OneToOneField(QuorumSession, on_delete=models.PROTECT, related_name="kit_installation")
    installed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    installed_at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(written="installed_at", about="session")

    class Meta:
        default_permissions = ()


class RecoverySeal(models.Model):
    """The data key of one sealed record, sealed to a kit. Append-only, but for erasing it when sealed anew."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sealed_identity = models.OneToOneField(
        SealedIdentity, on_delete=models.PROTECT, related_name="recovery_seal"
    )
    kit = models.ForeignKey(RecoveryKit, on_delete=models.PROTECT, related_name="seals")
    sealed_key = models.BinaryField()

    class Meta:
        default_permissions = ()


class RecoveryTest(models.Model):
    """A test record for a rehearsal: a code that was sealed to the kit, of which the digest stays. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kit = models.ForeignKey(RecoveryKit, on_delete=models.PROTECT, related_name="tests")
    digest = models.BinaryField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()


class KitRehearsal(models.Model):
    """That the sheets of a kit opened a test record. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    test = models.OneToOneField(RecoveryTest, on_delete=models.PROTECT, related_name="rehearsal")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(written="recorded_at", about="test")

    class Meta:
        default_permissions = ()
