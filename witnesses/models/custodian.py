"""Custodians, their key pairs, and the trials of their secrets."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.private import Private, PrivateValues
from audit.unlogged import InTheLog
from witnesses.json_text import JsonText


class Custodian(models.Model):
    """A person who holds one share of every identity. Never deleted: old decisions refer to them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="custodian")
    enrolled_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["enrolled_at", "id"]
        permissions: ClassVar = [
            ("review_custodians", "Can see who the custodians are and whether they can form a quorum"),
            ("remove_custodian", "Can remove a custodian at once, or bring one back"),
        ]


class CustodianKey(models.Model):
    """One key pair of a custodian. The private half is wrapped by a passphrase that is stored nowhere.

    Shares name the key they are sealed to, so a rotation adds a row and the old one lives until every share
    sealed to it has a successor.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    custodian = models.ForeignKey(Custodian, on_delete=models.PROTECT, related_name="keys")
    version = models.PositiveSmallIntegerField(default=1)
    public_key = models.BinaryField()
    # Erased once nothing that lives is sealed to the key any more, or when it is replaced.
    wrapped_private_key = models.BinaryField(null=True)
    kdf = JsonText()
    created_at = models.DateTimeField(default=timezone.now)
    # When its owner last opened it with the passphrase, as far as the record knows.
    proved_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    # Its passphrase was said to be lost: nothing is asked of this key any more, unless its owner proves otherwise.
    lost_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["custodian", "version"], name="custodian_key_version_once"),
            models.UniqueConstraint(
                fields=["custodian"], condition=Q(retired_at__isnull=True), name="custodian_one_current_key"
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=False)
                | Q(wrapped_private_key__isnull=False, lost_at__isnull=True),
                name="custodian_current_key_is_whole",
            ),
        ]


class KeyAdmission(models.Model):
    """From here on, records are sealed to the key: what its public half was, and on whose word. Append-only.

    A key without this row, or whose public half is another by now, is given no share.
    """

    class Because(models.TextChoices):
        FOUNDED = "founded", _("one of the first")
        ALONE = "alone", _("nobody was left to ask")
        VOUCHED = "vouched", _("let in by custodians")
        ROTATED = "rotated", _("proved with the key before it")
        BEFORE = "before", _("made before keys were let in")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.OneToOneField(CustodianKey, on_delete=models.PROTECT, related_name="admission")
    # SHA-256 of the public half, and of what checks its words.
    fingerprint = models.BinaryField()
    because = models.CharField(max_length=10, choices=Because.choices)
    at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(
        written="at", about="key", upgraded=("because", Because.BEFORE.value, "custodian")
    )

    class Meta:
        default_permissions = ()


class KeyVouch(models.Model):
    """A custodian's word that a key is the person's own. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.ForeignKey(CustodianKey, on_delete=models.PROTECT, related_name="vouches")
    custodian = models.ForeignKey(Custodian, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(written="at", about="key")

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "custodian"], name="custodian_vouches_once"),
        ]


class CustodianEvent(models.Model):
    """What somebody said of a custodian, with the reason. Append-only."""

    class Kind(models.TextChoices):
        REMOVED = "removed", _("removed")
        REINSTATED = "reinstated", _("brought back")
        LOST = "lost", _("passphrase lost")
        FOUND = "found", _("passphrase found again")
        TURNED_AWAY = "turned", _("key not let in")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    custodian = models.ForeignKey(Custodian, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    salt = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(written="at", about="custodian")
    PRIVATE: ClassVar = PrivateValues((Private("reason"),), fact="custodian_event", shown=False)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-at", "id"]


class PassphraseAttempt(models.Model):
    """A secret about to be tried, written before the trial so that parallel guesses cannot outrun the limit.

    The row is removed when the secret was right. What is left counts as a failure.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(fields=["user", "at"], name="passphrase_attempt_recent")]
