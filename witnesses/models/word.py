"""What custodians sign, and the keys that are fixed when they are made: rows that nobody changes afterwards."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from witnesses.models.custodian import CustodianKey
from witnesses.models.opening import OpeningRequest
from witnesses.models.quorum import QuorumSession
from witnesses.models.recovery import RecoveryKit


class VerifyingKey(models.Model):
    """What checks the words of one custodian's key. Append-only; the key's fingerprint covers it.

    A key of before this was kept has none, and gives no word: its owner changes to a new key first.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.OneToOneField(CustodianKey, on_delete=models.PROTECT, related_name="verifying")
    verifying_key = models.BinaryField()

    class Meta:
        default_permissions = ()


class CustodianWord(models.Model):
    """One custodian's signature, which takes their passphrase: for a key, or for a recovery kit. Append-only."""

    class Kind(models.TextChoices):
        VOUCHED = "vouched", _("vouched for a key")
        ROTATED = "rotated", _("changed to a new key")
        KIT = "kit", _("confirmed a recovery kit")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by_key = models.ForeignKey(CustodianKey, on_delete=models.PROTECT, related_name="words")
    about_key = models.ForeignKey(
        CustodianKey, on_delete=models.PROTECT, null=True, blank=True, related_name="words_about"
    )
    about_kit = models.ForeignKey(
        RecoveryKit, on_delete=models.PROTECT, null=True, blank=True, related_name="words"
    )
    signature = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="kit", about_key__isnull=True, about_kit__isnull=False)
                | Q(kind__in=["vouched", "rotated"], about_key__isnull=False, about_kit__isnull=True),
                name="custodian_word_is_about_its_kind",
            ),
        ]


class ActKey(models.Model):
    """The public half of the key pair of one request to open, or of one session of a quorum. Append-only.

    Whoever could exchange it while custodians decide would be handed their shares.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.OneToOneField(
        OpeningRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="act_key"
    )
    session = models.OneToOneField(
        QuorumSession, on_delete=models.PROTECT, null=True, blank=True, related_name="act_key"
    )
    public_key = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(request__isnull=False, session__isnull=True)
                | Q(request__isnull=True, session__isnull=False),
                name="act_key_is_of_one_act",
            ),
        ]
