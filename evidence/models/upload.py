"""Files on their way."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from cases.dated import Dated, dated_columns
from cases.models import Case
from evidence.digests import DigestField
from evidence.models.identified import Identified
from evidence.models.item import EvidenceItem, Intake
from evidence.scopes import may_receive
from evidence.stopped import Stopped, sentence
from evidence.vocabulary import LIVE, UploadState

KEPT_FOR = timedelta(days=7)
# What the row holds of a file only while that is on its way: afterwards the item has it, or nobody.
FORGOTTEN = {
    "original_name": "",
    "original_path": "",
    "title": "",
    "source": "",
    "how_obtained": "",
    "consent_reference": "",
    "fingerprint": "",
    **dated_columns(None),
}


class UploadQuerySet(models.QuerySet["Upload"]):
    """Uploads, always asked for in somebody's name but by the reconciler."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What `user` sends. Nobody sees another's: who may open the file is decided when it is in."""
        if not isinstance(user, User) or not may_receive(user):
            return self.none()
        return self.filter(owner=user)

    def live(self) -> Self:
        """What is still on its way, or here and not yet taken in."""
        return self.filter(state__in=LIVE)


def expiry() -> datetime:
    """When an upload that is touched now lapses."""
    return timezone.now() + KEPT_FOR


class Upload(Identified, Dated):
    """One file on its way in. When it has come to an end, the row stays and what could name anybody is gone from it.

    `offset` bytes of `length` are here, sealed and durable. `sent_sha256` is what the sender's own program computed
    while it read the file, `declared_sha256` what the source said. `batch` is what is sent together: one delivery.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=UploadState, default=UploadState.ARRIVING)
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    original_name = models.TextField(blank=True)
    original_path = models.TextField(blank=True)
    title = models.CharField(max_length=300, blank=True)
    source = models.TextField(blank=True)
    how_obtained = models.TextField(blank=True)
    consent_reference = models.TextField(blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    batch = models.UUIDField(null=True, blank=True)
    declared_sha256 = DigestField("sha256", null=True, blank=True)
    sent_sha256 = DigestField("sha256", null=True, blank=True)
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    item = models.OneToOneField(
        EvidenceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    failure = models.CharField(max_length=16, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=expiry)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["started_at"]
        indexes = [
            models.Index(fields=["owner", "state"], name="upload_by_owner"),
            models.Index(fields=["expires_at"], name="upload_live", condition=Q(state__in=LIVE)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="upload_state_known"),
            models.CheckConstraint(
                condition=Q(failure__in=["", *Stopped.values]), name="upload_failure_known"
            ),
            models.CheckConstraint(condition=Q(offset__lte=F("length")), name="upload_not_beyond_its_end"),
            models.CheckConstraint(
                condition=Q(state=UploadState.TAKEN_IN, item__isnull=False)
                | (~Q(state=UploadState.TAKEN_IN) & Q(item=None)),
                name="upload_taken_in_is_an_item",
            ),
        ]

    @property
    def why_it_stopped(self) -> str:
        """What keeps it from being taken in, in the reader's language; empty where nothing does."""
        return sentence(self.failure)

    @property
    def is_live(self) -> bool:
        """Whether it can still become an item."""
        return self.state in LIVE
