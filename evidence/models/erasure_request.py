"""That somebody asked for words of a record to be erased, until another person decides."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.commitments import new_salt
from audit.erased import PrivateTextField
from audit.unlogged import InTheLog
from evidence import private_values
from evidence.models.identified import Identified
from evidence.models.item import EvidenceItem


class ErasureOutcome(models.TextChoices):
    """How a request for an erasure ended; one that waits has none."""

    ERASED = "erased", _("Erased")
    REFUSED = "refused", _("Not erased")
    WITHDRAWN = "withdrawn", _("Taken back")


class ErasureRequest(Identified):
    """One person's wish to have words of one record erased: `kind` is the record's model, `names` are the values.

    The reason is kept until it is decided: then the two people have the salt that proves it, and it goes.
    """

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="erasure_requests")
    kind = models.CharField(max_length=64)
    record = models.UUIDField()
    names = models.CharField(max_length=400)
    reason = PrivateTextField()
    answer = PrivateTextField(blank=True)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    outcome = models.CharField(max_length=12, choices=ErasureOutcome, blank=True)

    PRIVATE = private_values.ERASURE_REQUEST
    IN_THE_LOG = InTheLog(written="asked_at", about="item")

    class Meta:
        default_permissions = ()
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(outcome=""), name="erasure_asked_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *ErasureOutcome.values]), name="erasure_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_by=None, decided_at=None)
                | (~Q(outcome="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="erasure_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="erased") | ~Q(decided_by=models.F("asked_by")),
                name="erasure_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record}"

    @property
    def value_names(self) -> list[str]:
        """The names of the values that are to go."""
        return self.names.split()
