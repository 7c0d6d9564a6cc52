"""What is handed over: exhibit numbers that never change, and dossiers with their contents."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.commitments import new_salt
from audit.erased import PrivateTextField
from audit.private import Private, PrivateValues
from cases.models import Case
from dossiers.naming import dossier_name, exhibit_name
from evidence.models import CustodyEvent, EvidenceItem, StoredObject
from witnesses.consent_rule import Destination
from witnesses.consent_words import Purpose, RecipientKind, Use, Why
from witnesses.models import Witness


class ExhibitNumber(models.Model):
    """The number of an item in a case: given once, without gaps, kept in every later dossier, never reused."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="exhibit_numbers")
    number = models.PositiveIntegerField()
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="exhibit_numbers")
    allocated_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="exhibit_number_once_per_case"),
            models.UniqueConstraint(fields=["case", "item"], name="exhibit_item_once_per_case"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="exhibit_number_from_one"),
        ]

    def __str__(self) -> str:
        return exhibit_name(self.case.reference, self.number)


class DossierState(models.TextChoices):
    """How far a dossier has come. `ready` and `failed` are final."""

    REQUESTED = "requested", _("Requested")
    COMPILING = "compiling", _("Being compiled")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class DossierQuerySet(models.QuerySet["Dossier"]):
    def visible_to(self, user: User) -> "DossierQuerySet":
        """The dossiers of the cases that this user may see, for roles that may see dossiers at all."""
        if not user.is_authenticated or not user.has_perm("dossiers.view_dossier"):
            return self.none()
        return self.filter(case__in=Case.objects.visible_to(user))


class Dossier(models.Model):
    """One compilation of a case for one purpose: what it holds, how far it came, what the log says of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="dossiers")
    number = models.PositiveIntegerField()
    purpose = PrivateTextField()
    # The age key that its archive is sealed to; who holds the key stands in the fields below.
    recipient = models.CharField(max_length=200, blank=True)
    recipient_kind = models.CharField(max_length=16, choices=RecipientKind, default=RecipientKind.UNSTATED)
    recipient_use = models.CharField(max_length=16, choices=Use, default=Use.UNSTATED)
    recipient_name = PrivateTextField(blank=True)
    recipient_country = models.CharField(max_length=2, blank=True)
    # The statement that every condition is met under which a witness consented.
    conditions_met = PrivateTextField(blank=True)
    leave_out = models.BooleanField(default=False)
    # Why it goes out although it narrows pseudonyms to few people, and the code of exactly what was confirmed.
    narrowing_reason = PrivateTextField(blank=True)
    narrowing_code = models.CharField(max_length=32, blank=True)
    salt = models.BinaryField(default=new_salt, editable=False)
    state = models.CharField(max_length=12, choices=DossierState.choices, default=DossierState.REQUESTED)
    failure = PrivateTextField(blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="dossiers"
    )
    requested_at = models.DateTimeField()
    # Moved on while the work goes on, so that a dossier whose program died can be told from a slow one.
    heartbeat_at = models.DateTimeField(null=True)
    compiled_at = models.DateTimeField(null=True)
    payload_manifest_sha256 = models.BinaryField(max_length=32, null=True)
    checkpoint_size = models.PositiveBigIntegerField(null=True)
    checkpoint_root = models.BinaryField(max_length=32, null=True)
    checkpoint_note = models.TextField(blank=True)
    archive = models.ForeignKey(StoredObject, on_delete=models.PROTECT, null=True, related_name="dossiers")
    archive_size = models.PositiveBigIntegerField(null=True)

    objects = DossierQuerySet.as_manager()

    PRIVATE = PrivateValues(
        (
            Private("purpose"),
            Private("failure"),
            Private("recipient_name"),
            Private("conditions_met"),
            Private("narrowing_reason"),
        ),
        cases="case",
        permission="dossiers.view_dossier",
        in_use=lambda dossier: dossier.is_unfinished,
    )

    class Meta:
        default_permissions = ()
        ordering = ["case", "-number"]
        permissions = [
            ("compile_dossier", "Can compile a dossier"),
            ("view_dossier", "Can see and download dossiers"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="dossier_number_once_per_case"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The dossier's name and that of its folder: ASCII, safe on every file system."""
        return dossier_name(self.case.reference, self.number)

    @property
    def is_unfinished(self) -> bool:
        """Whether it may still change by itself."""
        return self.state in (DossierState.REQUESTED, DossierState.COMPILING)

    @property
    def destination(self) -> Destination:
        """To whom it goes and what for, as the rule of consent reads it."""
        return Destination(
            kind=RecipientKind(self.recipient_kind),
            use=Use(self.recipient_use),
            name=self.recipient_name,
            conditions_met=bool(self.conditions_met),
        )

    @property
    def manifest_hex(self) -> str:
        """SHA-256 of the payload manifest, which the log binds; empty before the compile entry."""
        return bytes(self.payload_manifest_sha256 or b"").hex()

    @property
    def file_name(self) -> str:
        """The name of the archive that a reader downloads."""
        return f"{self.name}.zip.age" if self.recipient else f"{self.name}.zip"


class DossierExhibit(models.Model):
    """That an exhibit was packed into a dossier, and the event of its custody that says so.

    Of dossiers that were compiled before packing was an event of its own it is a disclosure that refers to nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="exhibits")
    exhibit_number = models.ForeignKey(ExhibitNumber, on_delete=models.PROTECT, related_name="appearances")
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="dossier_appearances")
    packing = models.OneToOneField(CustodyEvent, on_delete=models.PROTECT, related_name="dossier_exhibit")

    class Meta:
        default_permissions = ()
        ordering = ["dossier", "exhibit_number__number"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "exhibit_number"], name="exhibit_once_per_dossier"),
        ]


class DossierWithheld(models.Model):
    """That an item of the case was left out of a dossier, for a witness's consent does not cover it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="withheld")
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="+")
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=20, choices=Why)
    purpose = models.CharField(max_length=32, choices=Purpose, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["dossier", "item_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "item", "witness"], name="withheld_once_per_dossier"),
        ]
