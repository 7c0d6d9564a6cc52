"""What a physical item was like when it came."""

from typing import Any

from django.db import models
from django.db.models import Q

from audit.commitments import new_salt
from audit.erased import PrivateCharField, PrivateTextField
from audit.private import sealed
from evidence import private_values
from evidence.models.identified import Identified
from evidence.models.item import EvidenceItem


class Thing(Identified):
    """What a physical item is. Its condition, its seal and where it lies stand in its custody, from the first event on.

    The table takes new rows; of a row that is there its words alone can go, by a row that says who had them erased.
    """

    item = models.OneToOneField(EvidenceItem, on_delete=models.PROTECT, related_name="thing")
    description = PrivateTextField(blank=True)
    quantity = models.PositiveIntegerField(default=1)
    serial_number = PrivateCharField(max_length=100, blank=True)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)
    erasures = models.PositiveIntegerField(null=True, editable=False)

    PRIVATE = private_values.THING

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(quantity__gte=1), name="thing_is_at_least_one")]

    def __str__(self) -> str:
        return str(self.item_id)

    def facts(self) -> dict[str, Any]:
        """What the log says of the thing: its words only as commitments."""
        return {
            "thing": str(self.pk),
            "quantity": self.quantity,
            "description": sealed(self, "description"),
            "serial_number": sealed(self, "serial_number"),
        }
