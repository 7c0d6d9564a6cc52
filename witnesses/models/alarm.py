"""Alarms of the witness vault, who has seen them, and what was found of an emergency afterwards."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.erased import PrivateTextField
from audit.private import Private, PrivateValues
from witnesses.models.opening import OpeningRequest


class AlarmKind(models.TextChoices):
    BURST = "burst", _("unusually many at once")
    EMERGENCY = "emergency", _("danger to life")
    REMOVAL = "removal", _("a custodian was removed")
    ENROLMENT = "enrolment", _("somebody wants to be a custodian")


class WitnessAlarm(models.Model):
    """Something that every custodian and every auditor must see. Append-only; holds no value of anybody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=AlarmKind.choices)
    # Who caused it; nobody where the whole house did.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    request = models.ForeignKey(OpeningRequest, null=True, on_delete=models.PROTECT, related_name="alarms")
    acts = models.PositiveIntegerField(default=1)
    raised_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-raised_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind=AlarmKind.BURST, request__isnull=True)
                | Q(kind=AlarmKind.EMERGENCY, request__isnull=False, person__isnull=False)
                | Q(
                    kind__in=[AlarmKind.REMOVAL, AlarmKind.ENROLMENT],
                    request__isnull=True,
                    person__isnull=False,
                ),
                name="witness_alarm_is_of_its_kind",
            ),
        ]


class AlarmSeen(models.Model):
    """One person saw one alarm. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    alarm = models.ForeignKey(WitnessAlarm, on_delete=models.PROTECT, related_name="seen")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["seen_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alarm", "user"], name="witness_alarm_seen_once")
        ]


class EmergencyReview(models.Model):
    """Whether an identity had to be shown, found by somebody who took no part. Append-only; one for each emergency."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(OpeningRequest, on_delete=models.PROTECT, related_name="review")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    justified = models.BooleanField()
    reason = PrivateTextField()
    salt = models.BinaryField()
    reviewed_at = models.DateTimeField(default=timezone.now)

    PRIVATE: ClassVar = PrivateValues(
        (Private("reason"),), cases="request__witness__case", fact="review", shown=False
    )

    class Meta:
        default_permissions = ()
