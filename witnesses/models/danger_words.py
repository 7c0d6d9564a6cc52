"""Words beside rows of danger and help that never change: where they lie, and how the log commits to them."""

import uuid
from typing import Any, ClassVar

from django.db import models

from audit.commitments import new_salt
from audit.private import PrivateValues, sealed
from witnesses.models.witness import SealedIdentity, Witness


class Words(models.Model):
    """Texts beside a row that never changes; only an erasure empties them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)
    PRIVATE: ClassVar[PrivateValues]

    class Meta:
        abstract = True

    def commitments(self) -> dict[str, Any]:
        """A commitment to each text, by its name; None where there is none."""
        return {value.name: sealed(self, value.name) for value in self.PRIVATE.values}


class KeptWords(Words):
    """Words that are plain, or sealed: then they lie in `sealed_record`, and not one of them here."""

    sealed_record = models.OneToOneField(
        SealedIdentity, on_delete=models.PROTECT, null=True, blank=True, related_name="%(class)s"
    )

    class Meta:
        abstract = True

    @property
    def is_sealed(self) -> bool:
        """Whether only a quorum of custodians opens them."""
        return self.sealed_record_id is not None

    @property
    def witness(self) -> Witness:
        """Of whom they are."""
        raise NotImplementedError
