"""What was looked for in a package before it left: where something was found and how sure, never what, never whose.

No row here names a witness whom something was found of: which pseudonym stands on which page would itself unmask.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.commitments import new_salt
from audit.private import Private, PrivateValues
from audit.unlogged import InTheLog
from dossiers.models.dossier import Dossier
from evidence.models import StoredObject
from witnesses.models import QuorumSession, Witness


class Surety(models.TextChoices):
    """How sure a finding is."""

    SURE = "sure", _("sure")
    LIKELY = "likely", _("likely")
    POSSIBLE = "possible", _("possible")


class Unread(models.TextChoices):
    """Why something in a package could not be looked into."""

    ENCRYPTED = "encrypted", _("it has a password or is encrypted")
    FAILED = "failed", _("it is damaged, or its reader failed")
    MACHINE = "machine", _("only a machine read it, which errs and passes over handwriting")
    NO_READER = "no_reader", _("we have no reader for files of this kind")
    PICTURE = "picture", _("it is a picture in which no text was recognised")
    SCAN = "scan", _("it has pages without text in which no text was recognised")
    SOUND = "sound", _("it is sound or a film: nobody listened to it here")
    TOO_DEEP = "too_deep", _("too many files lie in one another")
    TOO_LARGE = "too_large", _("it is too large, or unfolds into too much")


class PackageTexts(models.Model):
    """The texts of a compiled package, sealed in the vault when it was compiled. Append-only.

    They are gathered before anybody's identity is open, so that identities are open for the comparing alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="texts")
    # SHA-256 of the payload manifest: of exactly this package.
    package = models.BinaryField(max_length=32)
    object = models.ForeignKey(StoredObject, on_delete=models.PROTECT, related_name="+")
    files = models.PositiveIntegerField()
    gathered_at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(written="gathered_at", about="dossier")
    # Which of these rows still need the bytes that they refer to.
    NEEDS_BYTES: ClassVar = models.Q(dropped=None)

    class Meta:
        default_permissions = ()


class TextsDropped(models.Model):
    """That gathered texts were given up with an exhibit that was disposed of. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    texts = models.OneToOneField(PackageTexts, on_delete=models.PROTECT, related_name="dropped")
    dropped_at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(written="dropped_at", about="texts")

    class Meta:
        default_permissions = ()


class PackageUnread(models.Model):
    """A file of the package, or a part of one, that could not be looked into. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    texts = models.ForeignKey(PackageTexts, on_delete=models.PROTECT, related_name="unread")
    path = models.CharField(max_length=300)
    part = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=12, choices=Unread)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["path", "part", "id"]


class LeakCheck(models.Model):
    """That a quorum was asked to let a package be searched. What came of it is a `LeakResult`. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="leak_checks")
    session = models.OneToOneField(QuorumSession, on_delete=models.PROTECT, related_name="leak_check")
    package = models.BinaryField(max_length=32)
    asked_at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(written="asked_at", about="dossier")

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["-asked_at", "id"]


class LeakResult(models.Model):
    """That a check came to its end, and its counts. Append-only; a check without one did not finish."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    check_of = models.OneToOneField(LeakCheck, on_delete=models.PROTECT, related_name="result")
    ended_at = models.DateTimeField(default=timezone.now)
    files = models.PositiveIntegerField()
    unread = models.PositiveIntegerField()
    identities = models.PositiveIntegerField()
    unopened = models.PositiveIntegerField()
    excused = models.PositiveIntegerField()

    IN_THE_LOG: ClassVar = InTheLog(written="ended_at", about="check_of")

    class Meta:
        default_permissions = ()


class LeakExcused(models.Model):
    """A witness whose own names were not looked for: they consented to be named to this receiver. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    result = models.ForeignKey(LeakResult, on_delete=models.PROTECT, related_name="excused_witnesses")
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["result", "witness"], name="leak_excused_once")
        ]


class LeakFinding(models.Model):
    """A place in which something of somebody was found: the file's name in the package and our word for the part."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    result = models.ForeignKey(LeakResult, on_delete=models.PROTECT, related_name="findings")
    path = models.CharField(max_length=300)
    part = models.CharField(max_length=200, blank=True)
    surety = models.CharField(max_length=8, choices=Surety)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["path", "part"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["result", "path", "part"], name="leak_finding_once_per_place")
        ]


class LeakStatement(models.Model):
    """That a lawyer read a report and answers, with a reason, for what it says. Append-only, once for each person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    result = models.ForeignKey(LeakResult, on_delete=models.PROTECT, related_name="statements")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)
    stated_at = models.DateTimeField(default=timezone.now)

    IN_THE_LOG: ClassVar = InTheLog(written="stated_at", about="result")
    PRIVATE: ClassVar = PrivateValues(
        (Private("reason"),), cases="result__check_of__dossier__case", fact="leak_statement", shown=False
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["stated_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["result", "person"], name="leak_statement_once_per_person")
        ]
