"""How many people are known to have been somewhere at a time: below so many, a pseudonym protects nobody."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from audit.commitments import new_salt
from audit.private import Private, PrivateValues
from audit.unlogged import InTheLog
from cases.models import Case, Place


class KnownGroup(models.Model):
    """So many people at least were in a place at any time of these Gregorian years. Append-only; the newest counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="known_groups")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    ward = models.TextField(blank=True)
    role = models.TextField(blank=True)
    first_year = models.PositiveSmallIntegerField()
    last_year = models.PositiveSmallIntegerField()
    at_least = models.PositiveIntegerField()
    source = models.TextField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    PRIVATE: ClassVar = PrivateValues(
        (Private("ward"), Private("role"), Private("source")), cases="case", fact="known_group", shown=False
    )
    IN_THE_LOG: ClassVar = InTheLog(written="recorded_at", about="case")

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-recorded_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last_year__gte=F("first_year")), name="group_years_in_order"),
            models.CheckConstraint(condition=~Q(source=""), name="group_has_a_source"),
        ]
