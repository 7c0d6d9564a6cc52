"""How great the danger to a witness and those around them is, what threatened them, and which help was offered.

What gates and days say never changes: those tables take new rows and nothing else. The words beside them lie apart:
plain, where they can be erased and the log commits to them, or sealed to the custodians as an interview's note is.
Nothing of this is part of any dossier.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.erased import PrivateTextField
from audit.private import Private, PrivateValues
from audit.unlogged import InTheLog
from cases.dated import DATE_COLUMNS, Dated
from evidence.models import EvidenceItem
from witnesses.models.danger_words import KeptWords, Words
from witnesses.models.witness import Witness
from witnesses.risk_words import (
    Circle,
    Contact,
    Disclosure,
    Level,
    Measure,
    ReferralAnswer,
    ReferralKind,
    Threat,
)

# What of an incident is empty where its words are sealed.
_SEALED_TEXTS = (
    *("what", "place", "known_how", "answered_by", "correction"),
    *(column for column in DATE_COLUMNS if column not in ("date_earliest", "date_latest")),
)


class RiskAssessment(models.Model):
    """What was thought of the danger at one time, and what follows from it; the newest counts. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="assessments")
    version = models.PositiveIntegerField()
    to_witness = models.CharField(max_length=10, choices=Level)
    to_family = models.CharField(max_length=10, choices=Level)
    to_third = models.CharField(max_length=10, choices=Level)
    # The codes of the threats, with spaces between.
    threats = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=10, choices=Contact)
    disclosure = models.CharField(max_length=10, choices=Disclosure)
    # The last day on which it need not be looked at again, in UTC.
    due_on = models.DateField()
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(written="assessed_at", about="witness")

    class Meta:
        default_permissions = ()
        permissions: ClassVar = [
            ("assess_risk", "Can assess the danger to a witness and record threats and help"),
            ("review_risk", "Can see how great the danger to each witness is, without a word of why"),
        ]
        ordering: ClassVar = ["witness_id", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["witness", "version"], name="risk_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="risk_version_from_one"),
            models.CheckConstraint(
                condition=Q(to_witness__in=Level.values)
                & Q(to_family__in=Level.values)
                & Q(to_third__in=Level.values),
                name="risk_level_known",
            ),
            models.CheckConstraint(condition=Q(contact__in=Contact.values), name="risk_contact_known"),
            models.CheckConstraint(
                condition=Q(disclosure__in=Disclosure.values), name="risk_disclosure_known"
            ),
        ]

    @property
    def threatened_with(self) -> tuple[Threat, ...]:
        """The kinds of threats."""
        return tuple(Threat(code) for code in self.threats.split() if code in Threat.values)


class RiskWords(KeptWords):
    """What was written about an assessment."""

    assessment = models.OneToOneField(RiskAssessment, on_delete=models.PROTECT, related_name="words")
    grounds = PrivateTextField(blank=True)

    PRIVATE: ClassVar = PrivateValues(
        (Private("grounds"),), cases="assessment__witness__case", fact="risk_words", shown=False
    )

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(sealed_record__isnull=False, grounds="")
                | (Q(sealed_record__isnull=True) & ~Q(grounds="")),
                name="risk_words_sealed_or_plain",
            )
        ]

    @property
    def witness(self) -> Witness:
        """Of whom they are."""
        return self.assessment.witness


class ProtectiveMeasure(Words):
    """What protects, as an assessment lists it. Its words can be erased, so its table is no append-only one.

    Where the words of the assessment are sealed, those of its measures lie in the same seal: here stay the kind, the
    day and the state, by which somebody acts.
    """

    assessment = models.ForeignKey(RiskAssessment, on_delete=models.PROTECT, related_name="measures")
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Measure)
    is_sealed = models.BooleanField(default=False)
    text = PrivateTextField(blank=True)
    by_whom = PrivateTextField(blank=True)
    until = models.DateField(null=True, blank=True)
    done = models.BooleanField(default=False)

    PRIVATE: ClassVar = PrivateValues(
        (Private("measure", ("text",), lambda one: one.text), Private("by_whom")),
        cases="assessment__witness__case",
        fact="protective_measure",
        shown=False,
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["assessment", "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "place"], name="measure_place_once"),
            models.CheckConstraint(condition=Q(kind__in=Measure.values), name="measure_kind_known"),
            models.CheckConstraint(
                condition=Q(is_sealed=True, text="", by_whom="") | (Q(is_sealed=False) & ~Q(text="")),
                name="measure_sealed_or_plain",
            ),
        ]


class ThreatIncident(models.Model):
    """One version of what was done to somebody; all versions share their `thread`. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="threats")
    thread = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=14, choices=Threat)
    against = models.CharField(max_length=10, choices=Circle)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(written="recorded_at", about="witness")

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-recorded_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["thread", "version"], name="threat_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="threat_version_from_one"),
            models.CheckConstraint(condition=Q(kind__in=Threat.values), name="threat_kind_known"),
            models.CheckConstraint(condition=Q(against__in=Circle.values), name="threat_against_known"),
        ]


class ThreatWords(KeptWords, Dated):
    """What was written about an incident. Its dates say when it happened; sealed with the rest, for a day names too."""

    incident = models.OneToOneField(ThreatIncident, on_delete=models.PROTECT, related_name="words")
    what = PrivateTextField(blank=True)
    place = PrivateTextField(blank=True)
    known_how = PrivateTextField(blank=True)
    answered_by = PrivateTextField(blank=True)
    correction = PrivateTextField(blank=True)

    PRIVATE: ClassVar = PrivateValues(
        (
            Private("what"),
            Private("happened", DATE_COLUMNS, lambda words: words.date_as_written),
            Private("place"),
            Private("known_how"),
            Private("answered_by"),
            Private("correction"),
        ),
        cases="incident__witness__case",
        fact="threat_words",
        shown=False,
    )

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    sealed_record__isnull=False,
                    date_earliest__isnull=True,
                    date_latest__isnull=True,
                    **dict.fromkeys(_SEALED_TEXTS, ""),
                )
                | (Q(sealed_record__isnull=True) & ~Q(what="")),
                name="threat_words_sealed_or_plain",
            )
        ]

    @property
    def witness(self) -> Witness:
        """Of whom they are."""
        return self.incident.witness


class ThreatEvidence(models.Model):
    """That an exhibit shows what was done: a reprisal is evidence too. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(ThreatIncident, on_delete=models.PROTECT, related_name="exhibits")
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "item"], name="threat_exhibit_once")
        ]


class Referral(models.Model):
    """That help was offered to a witness; its events say what became of it. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="referrals")
    kind = models.CharField(max_length=14, choices=ReferralKind)
    offered_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(written="recorded_at", about="witness")

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-offered_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=ReferralKind.values), name="referral_kind_known")
        ]


class ReferralWords(Words):
    """To whom a witness was referred."""

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="words")
    organisation = PrivateTextField()
    note = PrivateTextField(blank=True)

    PRIVATE: ClassVar = PrivateValues(
        (Private("organisation"), Private("note")),
        cases="referral__witness__case",
        fact="referral_words",
        shown=False,
    )

    class Meta:
        default_permissions = ()


class ReferralEvent(models.Model):
    """What became of an offer of help on a day; the newest counts. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="events")
    answer = models.CharField(max_length=12, choices=ReferralAnswer)
    on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-recorded_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answer__in=ReferralAnswer.values), name="referral_answer_known"
            )
        ]
