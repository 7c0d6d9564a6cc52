"""That words of a record which nobody may change were erased, by whom, and what the log knew of them before."""

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.erased import ErasedText, erased_on
from audit.unlogged import InTheLog
from evidence.models.identified import Identified
from evidence.models.item import EvidenceItem


class Erasure(Identified):
    """One erasure in one record of an item that nobody may change; `number` counts those of the record.

    `kind` is the record's table, whose guard lets the words go only by such a row. `before` has the commitments that
    stood before, by the names of the values, as JSON: with them the record's fingerprint still follows. The table takes
    new rows and nothing else.
    """

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="erasures")
    kind = models.CharField(max_length=64)
    record = models.UUIDField()
    number = models.PositiveIntegerField()
    names = models.CharField(max_length=400)
    day = models.DateField()
    before = models.TextField()
    reason = models.CharField(max_length=80)
    erased_at = models.DateTimeField(default=timezone.now)
    erased_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    IN_THE_LOG = InTheLog(written="erased_at", about="item")

    class Meta:
        default_permissions = ()
        ordering = ["erased_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="erasure_number_once_per_record"),
            models.CheckConstraint(condition=Q(number__gte=1), name="erasure_number_from_one"),
            models.CheckConstraint(condition=~Q(names=""), name="erasure_of_something"),
            models.CheckConstraint(
                condition=~Q(erased_by=models.F("approved_by")), name="erasure_by_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record} {self.number}"

    @property
    def value_names(self) -> list[str]:
        """The names of what was erased."""
        return self.names.split()

    @property
    def commitments_before(self) -> dict[str, str]:
        """`before` by the names of the values; empty where it was tampered with, which the fingerprint then shows."""
        try:
            found = json.loads(self.before)
        except ValueError:
            return {}
        return {str(name): str(one) for name, one in found.items()} if isinstance(found, dict) else {}

    @property
    def words(self) -> ErasedText:
        """When, as readers are told it."""
        return erased_on(self.day)


def first_commitments(record: Any) -> dict[str, str]:
    """What the log was told of a record's private values when it was written, where they were erased since."""
    first = Erasure.objects.filter(record=record.pk, number=1).first()
    return first.commitments_before if first else {}
