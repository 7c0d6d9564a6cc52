"""Readings of stored objects, the rounds that they were done in, and the alarms that wait for a person."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.commitments import new_salt
from audit.erased import PrivateTextField
from audit.unlogged import InTheLog
from evidence import private_values
from evidence.digests import DigestField
from evidence.models.identified import Identified
from evidence.models.stored import StoredObject
from evidence.vocabulary import AlarmState, Finding, ReadingMethod


class FixityRound(Identified):
    """One pass over every object that was due; counts and lease change while it goes on, nothing afterwards.

    `cutoff` is what makes an object due: it was last read before that. `lease` names the process that works on it.
    """

    method = models.CharField(max_length=8, choices=ReadingMethod)
    on_demand = models.BooleanField(default=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agent = models.CharField(max_length=100)
    started_at = models.DateTimeField(default=timezone.now)
    cutoff = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    due = models.PositiveBigIntegerField(default=0)
    verified = models.PositiveBigIntegerField(default=0)
    mismatch = models.PositiveBigIntegerField(default=0)
    truncated = models.PositiveBigIntegerField(default=0)
    missing = models.PositiveBigIntegerField(default=0)
    unreadable = models.PositiveBigIntegerField(default=0)
    lease = models.CharField(max_length=32, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["method"], condition=Q(ended_at=None), name="fixity_one_round_at_a_time"
            ),
            models.CheckConstraint(condition=Q(method__in=ReadingMethod.values), name="round_method_known"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def read(self) -> int:
        """How many objects were read so far."""
        return sum(getattr(self, finding.value) for finding in Finding)

    @property
    def faults(self) -> int:
        """How many of them were not what was stored."""
        return self.read - self.verified


class FixityReading(Identified):
    """What one reading of one object found. The table takes new rows and nothing else."""

    object = models.ForeignKey(StoredObject, on_delete=models.PROTECT, related_name="readings")
    round = models.ForeignKey(
        FixityRound, on_delete=models.PROTECT, null=True, blank=True, related_name="readings"
    )
    method = models.CharField(max_length=8, choices=ReadingMethod)
    state = models.CharField(max_length=16)
    finding = models.CharField(max_length=12, choices=Finding)
    read_at = models.DateTimeField(default=timezone.now)
    agent = models.CharField(max_length=100)
    sha256_found = DigestField("sha256", null=True, blank=True)
    blake3_found = DigestField("blake3", null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["read_at", "id"]
        indexes = [
            models.Index(fields=["object", "-read_at"], name="reading_by_object"),
            models.Index(fields=["round", "finding"], name="reading_by_finding"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["round", "object"], name="reading_once_in_a_round"),
            models.CheckConstraint(condition=Q(finding__in=Finding.values), name="reading_finding_known"),
            models.CheckConstraint(condition=Q(method__in=ReadingMethod.values), name="reading_method_known"),
        ]


class FixityReport(Identified):
    """What a round came to, as the exact text whose digest stands in the log. Written once."""

    round = models.OneToOneField(FixityRound, on_delete=models.PROTECT, related_name="report")
    body = models.TextField()
    sha256 = DigestField("sha256")
    entry_id = models.UUIDField()
    made_at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG = InTheLog(written="made_at", about="round")

    class Meta:
        default_permissions = ()


class FixityAlarm(Identified):
    """Something is wrong with a stored object, or, without one, with the store as a whole.

    It stays open until a person closes it with a reason; a clean reading afterwards does not.
    """

    object = models.ForeignKey(
        StoredObject, on_delete=models.PROTECT, null=True, blank=True, related_name="alarms"
    )
    state = models.CharField(max_length=16, choices=AlarmState)
    raised_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closing_reason = PrivateTextField(blank=True)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    PRIVATE = private_values.ALARM

    class Meta:
        default_permissions = ()
        ordering = ["-raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["object"], condition=Q(closed_at=None), name="alarm_once_while_open"
            ),
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(closed_at=None, object=None),
                name="alarm_of_the_store_once_while_open",
            ),
            models.CheckConstraint(condition=Q(state__in=AlarmState.values), name="alarm_state_known"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(closing_reason=""),
                name="alarm_closed_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.object_id or 'store'}"
