"""Notes of an interview: plain, for the members of the case, or sealed to the custodians as an identity is."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.commitments import new_salt
from audit.erased import PrivateTextField
from audit.private import Private, PrivateValues
from witnesses.models.interview import Interview
from witnesses.models.witness import SealedIdentity


class InterviewNote(models.Model):
    """One version of a note; all versions of a note share its `thread`, and the newest counts.

    A plain note can be erased, as everything that people write down of others, so its table is no append-only one:
    the log commits to every version. What is sealed lies in `sealed_record`, and not a word of it here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    interview = models.ForeignKey(Interview, on_delete=models.PROTECT, related_name="notes")
    thread = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField()
    text = PrivateTextField(blank=True)
    sealed_record = models.OneToOneField(
        SealedIdentity, on_delete=models.PROTECT, null=True, blank=True, related_name="note"
    )
    correction = PrivateTextField(blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    PRIVATE: ClassVar = PrivateValues(
        (Private("note", ("text",), lambda note: note.text), Private("correction")),
        cases="interview__witness__case",
        fact="interview_note",
        shown=False,
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["interview", "written_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["thread", "version"], name="interview_note_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="interview_note_from_one"),
            models.CheckConstraint(
                condition=Q(sealed_record__isnull=False, text="")
                | (Q(sealed_record__isnull=True) & ~Q(text="")),
                name="interview_note_sealed_or_plain",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thread} {self.version}"

    @property
    def is_sealed(self) -> bool:
        """Whether only a quorum of custodians opens it."""
        return self.sealed_record_id is not None
