"""The stored bytes."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from evidence.digests import DigestField
from evidence.models.identified import Identified
from evidence.vocabulary import OBJECT_FORMAT


class StoredObject(Identified):
    """One sequence of bytes in the vault; every receipt of the same bytes points here."""

    name = models.CharField(max_length=128, unique=True)
    sha256 = DigestField("sha256", unique=True)
    size = models.PositiveBigIntegerField()
    stored_blake3 = DigestField("blake3")
    stored_size = models.PositiveBigIntegerField()
    format = models.CharField(max_length=16, default=OBJECT_FORMAT)
    key_id = models.CharField(max_length=128)
    # Nothing rests on the bytes any more: they are to go, and they are gone.
    removal_asked_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    stored_at = models.DateTimeField(default=timezone.now)
    # When it was last read, so that what is due is found by an index; the readings themselves are the record.
    checked_at = models.DateTimeField(default=timezone.now)
    scrubbed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["checked_at", "id"], name="object_by_check"),
            models.Index(fields=["scrubbed_at", "id"], name="object_by_scrub"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(format=OBJECT_FORMAT), name="object_format_known"),
            models.CheckConstraint(condition=~Q(name=""), name="object_named"),
            models.CheckConstraint(
                condition=Q(stored_size__gt=models.F("size")), name="object_encrypted_is_longer"
            ),
        ]

    @property
    def is_going(self) -> bool:
        """Whether the bytes are to be removed, or were."""
        return self.removal_asked_at is not None

    def __str__(self) -> str:
        return self.name
