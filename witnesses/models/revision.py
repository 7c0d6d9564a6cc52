"""Why a version of an identity took the place of the one before it."""

import uuid
from typing import ClassVar

from django.db import models

from audit.erased import PrivateTextField
from audit.private import Private, PrivateValues
from witnesses.models.witness import SealedIdentity


class Revision(models.Model):
    """The reason of a correction, in words. Append-only; the versions themselves say who sealed them and when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sealed_identity = models.OneToOneField(SealedIdentity, on_delete=models.PROTECT, related_name="revision")
    reason = PrivateTextField()
    salt = models.BinaryField()

    # Somebody will write a name there one day: a case's history does not show it.
    PRIVATE: ClassVar = PrivateValues(
        (Private("reason"),), cases="sealed_identity__witness__case", fact="revision", shown=False
    )

    class Meta:
        default_permissions = ()
