"""A witness under a pseudonym, and the sealed versions of who they are."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from audit.unlogged import InTheLog
from cases.models import Case
from witnesses.models.custodian import CustodianKey


class WitnessQuerySet(models.QuerySet["Witness"]):
    def visible_to(self, user: User) -> Self:
        """The witnesses, under their pseudonyms, of the cases that the user is a member of."""
        return self.filter(case__in=Case.objects.visible_to(user))


class Witness(models.Model):
    """A person known here by a random pseudonym alone, another one in every case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="witnesses")
    pseudonym = models.CharField(max_length=16)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(default=timezone.now)

    objects = WitnessQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        # By pseudonym, which is random: an order by time would tell who came to us first.
        ordering: ClassVar = ["pseudonym"]
        permissions: ClassVar = [
            ("register_witness", "Can register a witness under a pseudonym"),
            ("request_opening", "Can ask for an identity to be opened"),
            ("decide_opening", "Can decide on opening an identity, with their own passphrase"),
            ("heed_alarms", "Can see the alarms of the witness vault and review emergencies"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "pseudonym"], name="witness_pseudonym_once_per_case")
        ]

    def __str__(self) -> str:
        return self.pseudonym


IDENTITY = "identity"


class SealedRecordQuerySet(models.QuerySet["SealedIdentity"]):
    def living(self) -> Self:
        """What still holds sealed bytes: not what was sealed anew since and erased."""
        return self.filter(successor__isnull=True)


class IdentityManager(models.Manager["SealedIdentity"]):
    """The sealed identities alone: whoever looks for who a witness is never meets other sealed words."""

    def get_queryset(self) -> SealedRecordQuerySet:
        return SealedRecordQuerySet(self.model, using=self._db).filter(part=IDENTITY)

    def living(self) -> SealedRecordQuerySet:
        """What still holds sealed bytes."""
        return self.get_queryset().living()


class SealedIdentity(models.Model):
    """One version of an identity, sealed. Append-only in the database: a correction is a new version.

    A sealed note of an interview is a record of the same kind, and so are sealed words of danger, so that everything
    that keeps identities open to today's custodians keeps those too: `part` is "identity", the thread of a note, or
    what `danger_content` names. `objects` are the identities alone, `records` all that is sealed.

    The one change that the database allows: once a successor holds the same content, sealed to other custodians,
    nonce and ciphertext become empty.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="identities")
    part = models.CharField(max_length=36, default=IDENTITY)
    version = models.PositiveIntegerField()
    suite = models.CharField(max_length=120)
    nonce = models.BinaryField()
    ciphertext = models.BinaryField()
    threshold = models.PositiveSmallIntegerField()
    shares = models.PositiveSmallIntegerField()
    sealed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField(default=timezone.now)
    # The version that this one was sealed anew from, content unchanged.
    reseals = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="successor")

    objects = IdentityManager()
    records = SealedRecordQuerySet.as_manager()

    IN_THE_LOG: ClassVar = InTheLog(written="sealed_at", about="witness")

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["witness", "part", "version"], name="sealed_record_version_once"),
            models.CheckConstraint(
                condition=Q(threshold__gte=2) & Q(shares__gte=models.F("threshold")),
                name="sealed_identity_needs_a_quorum",
            ),
        ]

    @property
    def as_written(self) -> "SealedIdentity":
        """The version in which somebody wrote this content; sealing anew gives it another number."""
        return self.reseals.as_written if self.reseals else self


class KeyShare(models.Model):
    """One share of a sealed identity's data key, sealed to one custodian's key. Append-only, but for erasing it.

    A custodian who changes keys seals the same share to the new one: then two rows have the same index.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sealed_identity = models.ForeignKey(SealedIdentity, on_delete=models.PROTECT, related_name="key_shares")
    custodian_key = models.ForeignKey(CustodianKey, on_delete=models.PROTECT, related_name="shares")
    index = models.PositiveSmallIntegerField()
    sealed_share = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sealed_identity", "custodian_key"], name="key_share_holder_once"
            ),
        ]
