"""What was found in items by looking into them: positions, times and names, and what pictures look like."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.commitments import new_salt
from audit.erased import PrivateTextField
from evidence import private_values
from evidence.models.derivative import Derivative
from evidence.models.identified import Identified
from evidence.models.item import EvidenceItem
from evidence.scopes import FoundValueQuerySet


class FoundKind(models.TextChoices):
    """What a value in a file's metadata can give away."""

    POSITION = "position", _("Position")
    TIME = "time", _("Time")
    PERSON = "person", _("Person")
    DEVICE = "device", _("Device")


class FoundValue(Identified):
    """One thing that a file says of where, when, by whom or with what it was made. It may lead to a witness."""

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="found_values")
    derivative = models.ForeignKey(Derivative, on_delete=models.PROTECT, related_name="found_values")
    kind = models.CharField(max_length=12, choices=FoundKind)
    tag = models.CharField(max_length=100)
    value = PrivateTextField()
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    objects = FoundValueQuerySet.as_manager()

    PRIVATE = private_values.FOUND

    class Meta:
        default_permissions = ()
        permissions = [("view_found_values", _("See where, when and by whom files say they were made"))]
        ordering = ["item", "kind", "tag"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FoundKind.values), name="found_kind_known"),
        ]


class ImageHash(Identified):
    """What a picture looks like, in 64 bits: pictures that look alike differ in few of them.

    `bits` is written in 16 hexadecimal digits. The four bands are its quarters, so that pictures which differ in at
    most seven bits have a band that differs in at most one, and are found through an index.
    """

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="image_hashes")
    derivative = models.OneToOneField(Derivative, on_delete=models.PROTECT, related_name="image_hash")
    bits = models.CharField(max_length=16)
    band_a = models.PositiveIntegerField(db_index=True)
    band_b = models.PositiveIntegerField(db_index=True)
    band_c = models.PositiveIntegerField(db_index=True)
    band_d = models.PositiveIntegerField(db_index=True)

    class Meta:
        default_permissions = ()
