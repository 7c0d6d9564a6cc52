"""How an item was captured online, as it was known at one time, and, apart from it, what leads to who captured it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.commitments import new_salt
from audit.erased import PrivateTextField
from audit.private import sealed
from audit.unlogged import InTheLog
from cases.dated import Dated
from evidence import private_values
from evidence.models.identified import Identified
from evidence.models.item import EvidenceItem
from evidence.scopes import CollectorTraceQuerySet


class OnlineCapture(Identified, Dated):
    """One version of how an item was captured online; the newest counts. Its dates say when it was captured.

    `stated` names the fields, with spaces between, whose value the item's file states of itself. The table takes
    new rows and nothing else.
    """

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="captures")
    version = models.PositiveIntegerField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    url = PrivateTextField()
    final_url = PrivateTextField(blank=True)
    collector = PrivateTextField(blank=True)
    tool = PrivateTextField(blank=True)
    tool_version = PrivateTextField(blank=True)
    context = PrivateTextField(blank=True)
    stated = models.CharField(max_length=100, blank=True)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)
    erasures = models.PositiveIntegerField(null=True, editable=False)

    PRIVATE = private_values.CAPTURE
    IN_THE_LOG = InTheLog(written="recorded_at", about="item")

    class Meta:
        default_permissions = ()
        ordering = ["item_id", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["item", "version"], name="capture_version_once_per_item"),
            models.CheckConstraint(condition=Q(version__gte=1), name="capture_version_from_one"),
            models.CheckConstraint(condition=~Q(url=""), name="capture_has_an_address"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.version}"

    @property
    def stated_fields(self) -> list[str]:
        """The fields whose value the file states of itself."""
        return self.stated.split()

    @property
    def part_ids(self) -> list[str]:
        """The ids of the items that belong to it, in one order."""
        return sorted(str(part.item_id) for part in self.parts.all())

    def facts(self) -> dict[str, Any]:
        """What the log says of this version: ids and our own words in clear, all others only as commitments."""
        texts = {value.name: sealed(self, value.name) for value in private_values.CAPTURE.values}
        return {
            "online_capture": str(self.pk),
            "version": self.version,
            "parts": self.part_ids,
            "stated": self.stated,
            **texts,
        }


class CapturePart(Identified):
    """An item that belongs to a capture: its source text, a screenshot, a picture or a film that was embedded."""

    capture = models.ForeignKey(OnlineCapture, on_delete=models.PROTECT, related_name="parts")
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="part_of_captures")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["capture", "item"], name="capture_part_once"),
        ]


class CollectorTrace(Identified):
    """One version of what leads from a capture to who made it: their address on the net and their invented name.

    Kept apart from the capture, so that nobody reads it in passing. The table takes new rows and nothing else.
    """

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="collector_traces")
    version = models.PositiveIntegerField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    collector_ip = PrivateTextField(blank=True)
    persona_used = PrivateTextField(blank=True)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)
    erasures = models.PositiveIntegerField(null=True, editable=False)

    objects = CollectorTraceQuerySet.as_manager()

    PRIVATE = private_values.COLLECTOR_TRACE
    IN_THE_LOG = InTheLog(written="recorded_at", about="item")

    class Meta:
        default_permissions = ()
        ordering = ["item_id", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["item", "version"], name="trace_version_once_per_item"),
            models.CheckConstraint(condition=Q(version__gte=1), name="trace_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.version}"

    def facts(self) -> dict[str, Any]:
        """What the log says of this version: commitments alone."""
        texts = {value.name: sealed(self, value.name) for value in private_values.COLLECTOR_TRACE.values}
        return {"collector_trace": str(self.pk), "version": self.version, **texts}
