"""What a witness consented to, version by version, and what was taken back. No row says who the witness is.

What was answered never changes: those tables take new rows and nothing else. The words beside an answer (who took it,
on which conditions) lie apart, where they can be erased; the log commits to them.
"""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.commitments import new_salt
from audit.erased import ErasedText, PrivateTextField
from audit.private import Private, PrivateValues, sealed
from audit.unlogged import InTheLog
from cases.dated import DATE_COLUMNS, Dated
from evidence.models import EvidenceItem
from evidence.vocabulary import Language
from witnesses.consent_words import (
    Answer,
    ConsentForm,
    ConsentGiver,
    ConsentMethod,
    Purpose,
    WithdrawalWay,
)
from witnesses.models.witness import Witness


class Consent(models.Model):
    """One version of a witness's consent; the newest counts. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="consents")
    version = models.PositiveIntegerField()
    form = models.CharField(max_length=10, choices=ConsentForm)
    language = models.CharField(max_length=8, choices=Language)
    method = models.CharField(max_length=10, choices=ConsentMethod)
    given_by = models.CharField(max_length=16, choices=ConsentGiver)
    minor = models.BooleanField(default=False)
    # The last day on which it holds, in UTC.
    expires_on = models.DateField(null=True, blank=True)
    signed_form = models.ForeignKey(
        EvidenceItem, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(written="recorded_at", about="witness")

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["witness_id", "-version"]
        permissions: ClassVar = [
            ("record_consent", "Can record a witness's consent, and that it was withdrawn")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["witness", "version"], name="consent_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="consent_version_from_one"),
        ]

    def facts(self) -> dict[str, Any]:
        """What the log says of it: answers, days and our own words in clear, what people wrote as commitments."""
        return {
            "consent": str(self.pk),
            "version": self.version,
            "answers": {str(one.purpose): str(one.answer) for one in self.answers.all()},
            "form": str(self.form),
            "language": str(self.language),
            "method": str(self.method),
            "given_by": str(self.given_by),
            "minor": self.minor,
            "expires_on": self.expires_on.isoformat() if self.expires_on else None,
            "signed_form": str(self.signed_form_id) if self.signed_form_id else None,
            "consent_words": str(self.words.pk),
            **self.words.commitments(),
        }


class ConsentAnswer(models.Model):
    """What a consent says to one purpose. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="answers")
    purpose = models.CharField(max_length=32, choices=Purpose)
    answer = models.CharField(max_length=12, choices=Answer)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consent", "purpose"], name="consent_answer_once"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="consent_purpose_known"),
            models.CheckConstraint(condition=Q(answer__in=Answer.values), name="consent_answer_known"),
        ]


class _Words(Dated):
    """Texts beside a row that never changes; only an erasure empties them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)
    PRIVATE: ClassVar[PrivateValues]

    class Meta:
        abstract = True

    def commitments(self) -> dict[str, Any]:
        """A commitment to each text, by its name; None where there is none."""
        return {value.name: sealed(self, value.name) for value in self.PRIVATE.values}


class ConsentWords(_Words):
    """What people wrote about a consent. Its dates say when it was given."""

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="words")
    taken_by = PrivateTextField()
    interpreter = PrivateTextField(blank=True)
    heard_by = PrivateTextField(blank=True)
    capacity_note = PrivateTextField(blank=True)
    guardian = PrivateTextField(blank=True)
    # One on each line.
    prosecutors = PrivateTextField(blank=True)
    contact_by = PrivateTextField(blank=True)
    conditions = PrivateTextField(blank=True)

    PRIVATE: ClassVar = PrivateValues(
        (
            Private("given", DATE_COLUMNS, lambda words: words.date_as_written),
            Private("taken_by"),
            Private("interpreter"),
            Private("heard_by"),
            Private("capacity_note"),
            Private("guardian"),
            Private("prosecutors"),
            Private("contact_by"),
            Private("conditions"),
        ),
        cases="consent__witness__case",
        fact="consent_words",
        shown=False,
    )

    class Meta:
        default_permissions = ()

    @property
    def named_prosecutors(self) -> tuple[str, ...]:
        """The prosecutors whom the witness named; nobody once they were erased."""
        if isinstance(self.prosecutors, ErasedText):
            return ()
        return tuple(line.strip() for line in self.prosecutors.splitlines() if line.strip())


class ConsentWithdrawal(models.Model):
    """That some or all of a consent was taken back. It holds from the moment it is recorded. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="withdrawals")
    # The codes of the purposes, with spaces between.
    purposes = models.CharField(max_length=300)
    received = models.CharField(max_length=10, choices=WithdrawalWay)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["recorded_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(purposes=""), name="withdrawal_says_what")
        ]

    @property
    def withdrawn(self) -> tuple[Purpose, ...]:
        """What was taken back."""
        return tuple(Purpose(code) for code in self.purposes.split() if code in Purpose.values)


class WithdrawalWords(_Words):
    """What people wrote about a withdrawal. Its dates say when the witness said so."""

    withdrawal = models.OneToOneField(ConsentWithdrawal, on_delete=models.PROTECT, related_name="words")
    note = PrivateTextField(blank=True)

    PRIVATE: ClassVar = PrivateValues(
        (Private("withdrawn", DATE_COLUMNS, lambda words: words.date_as_written), Private("note")),
        cases="withdrawal__consent__witness__case",
        fact="withdrawal_words",
        shown=False,
    )

    class Meta:
        default_permissions = ()
