"""Requests to see an identity, and who decided what."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.erased import PrivateTextField
from audit.private import Private, PrivateValues
from audit.unlogged import InTheLog
from witnesses.json_text import JsonText
from witnesses.models.custodian import Custodian
from witnesses.models.witness import SealedIdentity, Witness


class OpeningState(models.TextChoices):
    REQUESTED = "requested", _("waits for custodians")
    APPROVED = "approved", _("approved, not opened yet")
    OPENED = "opened", _("opened")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("time ran out")


LIVE_STATES = (OpeningState.REQUESTED, OpeningState.APPROVED)


class OpeningRequestQuerySet(models.QuerySet["OpeningRequest"]):
    def live(self) -> Self:
        """Requests that can still lead to an opening."""
        return self.filter(state__in=LIVE_STATES, expires_at__gt=timezone.now())


class OpeningRequest(models.Model):
    """One wish to see chosen fields of one version of one identity, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="openings")
    sealed_identity = models.ForeignKey(SealedIdentity, on_delete=models.PROTECT, related_name="openings")
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = PrivateTextField()
    fields = JsonText()
    seconds = models.PositiveIntegerField()
    # A danger to life: first on the desks, loud, and reviewed afterwards.
    emergency = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=OpeningState.choices, default=OpeningState.REQUESTED)
    # Emptied when the request ends, whichever way: without it the resealed shares are noise.
    wrapped_private_key = models.BinaryField(null=True)
    salt = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)

    objects = OpeningRequestQuerySet.as_manager()

    # A reason can point to the witness: the requester and the custodians know it, a case's history does not show it.
    PRIVATE: ClassVar = PrivateValues(
        (Private("reason"),),
        cases="witness__case",
        shown=False,
        # The salt is in use until the request ends: the opening code unwraps its key with it.
        in_use=lambda request: request.state in LIVE_STATES,
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-created_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=LIVE_STATES, wrapped_private_key__isnull=False)
                | (~Q(state__in=LIVE_STATES) & Q(wrapped_private_key__isnull=True)),
                name="opening_key_lives_with_the_request",
            ),
        ]


class OpeningDecision(models.Model):
    """What one custodian said to one request. Append-only; one per custodian, whatever is clicked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(OpeningRequest, on_delete=models.PROTECT, related_name="decisions")
    custodian = models.ForeignKey(Custodian, on_delete=models.PROTECT, related_name="decisions")
    approved = models.BooleanField()
    reason = models.TextField()
    salt = models.BinaryField()
    decided_at = models.DateTimeField(default=timezone.now)

    PRIVATE: ClassVar = PrivateValues(
        (Private("reason"),), cases="request__witness__case", fact="decision", shown=False
    )
    IN_THE_LOG: ClassVar = InTheLog(written="decided_at", about="request")

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["decided_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["request", "custodian"], name="opening_decision_once_per_custodian"
            )
        ]


class ApprovalShare(models.Model):
    """A share resealed to an opening request's own key. Lives only until the request ends."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.OneToOneField(OpeningDecision, on_delete=models.PROTECT, related_name="resealed_share")
    index = models.PositiveSmallIntegerField()
    sealed_share = models.BinaryField()

    class Meta:
        default_permissions = ()
