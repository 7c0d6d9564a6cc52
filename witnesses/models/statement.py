"""Which exhibit is the statement of which witness, and how it was made."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.commitments import new_salt
from audit.private import Private, PrivateValues
from audit.unlogged import InTheLog
from evidence.models import EvidenceItem
from evidence.vocabulary import Language
from witnesses.models.interview import AccountKind, Interview
from witnesses.models.witness import Witness


class Answer(models.TextChoices):
    """Whether something was done, as far as we know."""

    NOT_KNOWN = "not_known", _("Not known")
    YES = "yes", _("Yes")
    NO = "no", _("No")


class Statement(models.Model):
    """One version of what is known of an exhibit as a witness's statement; the newest counts. Append-only.

    `stands` is false from the version on that says it is no statement of this witness after all.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="statements")
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="statements")
    version = models.PositiveIntegerField()
    stands = models.BooleanField(default=True)
    interview = models.ForeignKey(
        Interview, on_delete=models.PROTECT, null=True, blank=True, related_name="statements"
    )
    kind = models.CharField(max_length=20, choices=AccountKind)
    language = models.CharField(max_length=12, choices=Language, blank=True)
    signed = models.CharField(max_length=12, choices=Answer, default=Answer.NOT_KNOWN)
    read_back = models.CharField(max_length=12, choices=Answer, default=Answer.NOT_KNOWN)
    under_oath = models.CharField(max_length=12, choices=Answer, default=Answer.NOT_KNOWN)
    remark = models.TextField(blank=True)
    correction = models.TextField(blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    PRIVATE: ClassVar = PrivateValues(
        (Private("language"), Private("remark"), Private("correction")),
        cases="witness__case",
        fact="statement",
        shown=False,
    )
    IN_THE_LOG: ClassVar = InTheLog(written="recorded_at", about="witness")

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["witness", "item", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["witness", "item", "version"], name="statement_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="statement_version_from_one"),
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="statement_kind_known"),
            models.CheckConstraint(
                condition=Q(
                    signed__in=Answer.values, read_back__in=Answer.values, under_oath__in=Answer.values
                ),
                name="statement_answers_known",
            ),
            models.CheckConstraint(
                condition=Q(stands=True) | ~Q(correction=""), name="statement_end_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.witness_id} {self.item_id} {self.version}"
