"""Every interview that a witness ever gave, here or elsewhere, and what is known of each at one time."""

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
from cases.dated import DATE_COLUMNS, Dated
from evidence.vocabulary import Language
from witnesses.models.witness import Witness


class AccountKind(models.TextChoices):
    """What an interview, or the statement that came of it, is."""

    FIRST_ACCOUNT = "first_account", _("First account")
    FULL_STATEMENT = "full_statement", _("Full statement")
    EXPERT = "expert", _("Expert’s examination")
    MEDIA = "media", _("For the media")
    THIRD_PARTY_RECORD = "third_party_record", _("Record of a third party")


class InterviewState(models.TextChoices):
    """What became of an interview."""

    PLANNED = "planned", _("planned")
    HELD = "held", _("held")
    BROKEN_OFF = "broken_off", _("broken off")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Recording(models.TextChoices):
    """Whether an interview was recorded, and how."""

    NOT_KNOWN = "not_known", _("Not known")
    NONE = "none", _("No recording")
    WRITTEN = "written", _("In writing")
    AUDIO = "audio", _("Sound")
    VIDEO = "video", _("Sound and picture")


NEEDS_A_REASON = (InterviewState.BROKEN_OFF, InterviewState.WITHDRAWN)


class Interview(models.Model):
    """One interview in the register of a witness; what is known of it stands in its records. Append-only.

    `number` counts the interviews of one witness as they were entered. `ours` is one that we take or took; of these
    only the first in a register may lack a justification, and the database holds that too.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="interviews")
    number = models.PositiveIntegerField()
    ours = models.BooleanField()
    justification = models.TextField(blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    PRIVATE: ClassVar = PrivateValues(
        (Private("justification"),), cases="witness__case", fact="interview", shown=False
    )
    IN_THE_LOG: ClassVar = InTheLog(written="opened_at", about="witness")

    class Meta:
        default_permissions = ()
        permissions: ClassVar = [("take_full_statement", "Can take a full statement of a witness")]
        ordering: ClassVar = ["witness", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["witness", "number"], name="interview_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="interview_number_from_one"),
            models.CheckConstraint(
                condition=Q(ours=False) | Q(number=1) | ~Q(justification=""),
                name="interview_another_is_justified",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.witness_id} {self.number}"

    @property
    def now(self) -> "InterviewRecord":
        """What is known of it now: the newest record. Prefetch `records` for a list."""
        return max(self.records.all(), key=lambda record: record.version)


class InterviewRecord(Dated):
    """What was known of an interview at one time; the newest counts. Append-only. Its dates say when it was held."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    interview = models.ForeignKey(Interview, on_delete=models.PROTECT, related_name="records")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=InterviewState)
    kind = models.CharField(max_length=20, choices=AccountKind)
    organisation = models.TextField(blank=True)
    interviewer = models.TextField(blank=True)
    where_held = models.TextField(blank=True)
    recording = models.CharField(max_length=12, choices=Recording, default=Recording.NOT_KNOWN)
    language = models.CharField(max_length=12, choices=Language, blank=True)
    interpreter = models.TextField(blank=True)
    setting = models.TextField(blank=True)
    care = models.TextField(blank=True)
    supported_by = models.TextField(blank=True)
    why_ended = models.TextField(blank=True)
    correction = models.TextField(blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    # Each can point to the witness: its members read it on its page, in the log before, and in no history in passing.
    PRIVATE: ClassVar = PrivateValues(
        (
            Private("organisation"),
            Private("interviewer"),
            Private("held", DATE_COLUMNS, lambda record: record.date_as_written),
            Private("where_held"),
            Private("language"),
            Private("interpreter"),
            Private("setting"),
            Private("care"),
            Private("supported_by"),
            Private("why_ended"),
            Private("correction"),
        ),
        cases="interview__witness__case",
        fact="interview_record",
        shown=False,
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["interview", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["interview", "version"], name="interview_record_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="interview_record_from_one"),
            models.CheckConstraint(
                condition=Q(state__in=InterviewState.values), name="interview_state_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="interview_kind_known"),
            models.CheckConstraint(
                condition=Q(recording__in=Recording.values), name="interview_recording_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=NEEDS_A_REASON) | ~Q(why_ended=""),
                name="interview_end_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.interview_id} {self.version}"
