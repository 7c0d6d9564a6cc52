"""Deliveries, the items that came with them, and the cases that those stand in."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.commitments import new_salt
from audit.erased import PrivateCharField, PrivateTextField
from cases.dated import Dated
from cases.models import Case
from evidence import private_values
from evidence.digests import DigestField
from evidence.errors import DisposedOf, HasNoBytes
from evidence.models.identified import Identified
from evidence.models.stored import StoredObject
from evidence.references import delivery_reference, new_reference
from evidence.scopes import EvidenceItemQuerySet, IntakeQuerySet
from evidence.stopped import sentence
from evidence.vocabulary import Relation


class Intake(Identified):
    """One occasion on which things were handed in: from whom, how, and who took them."""

    source = PrivateTextField()
    how_obtained = PrivateTextField(blank=True)
    consent_reference = PrivateTextField(blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    channel = models.CharField(max_length=16)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    objects = IntakeQuerySet.as_manager()

    PRIVATE = private_values.INTAKE

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(source=""), name="intake_has_a_source")]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What the delivery is called on its receipt; made from its key, so it needs no column."""
        return delivery_reference(self.pk)


class EvidenceItem(Identified, Dated):
    """One receipt of one file or of one thing. Its dates say when it was made or collected, as the source tells it.

    A thing, such as a letter on paper or a telephone, is a physical item: it has no object, for it has no bytes. What
    came inside another item, or was taken of it, names that item as its parent.
    """

    reference = models.CharField(max_length=16, unique=True, default=new_reference, editable=False)
    object = models.ForeignKey(
        StoredObject, on_delete=models.PROTECT, related_name="receipts", null=True, blank=True
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="children", null=True, blank=True
    )
    relation = models.CharField(max_length=16, choices=Relation, blank=True)
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="items")
    cases: "models.ManyToManyField[Case, EvidenceCase]" = models.ManyToManyField(
        Case, through="EvidenceCase", related_name="evidence_items"
    )
    title = PrivateCharField(max_length=300, blank=True)
    original_name = PrivateTextField()
    original_path = PrivateTextField(blank=True)
    source = PrivateTextField()
    media_type = models.CharField(max_length=255, blank=True)
    media_type_tool = models.CharField(max_length=100, blank=True)
    inspected_at = models.DateTimeField(null=True, blank=True)
    inspection_failure = models.CharField(max_length=300, blank=True)
    inspection_tries = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_sha256 = DigestField("sha256", null=True, blank=True)
    # Whether a case has it: `EvidenceCase` sets it, and nothing takes an item out of a case again. The register finds
    # by it what none has; everybody else asks the placements.
    in_a_case = models.BooleanField(default=False, editable=False)
    # When its custody ended with a disposal, as the ledger has it.
    disposed_at = models.DateTimeField(null=True, blank=True)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    objects = EvidenceItemQuerySet.as_manager()

    PRIVATE = private_values.ITEM

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_evidence", _("See the evidence of their cases")),
            ("receive_evidence", _("Take in evidence")),
            ("link_evidence", _("Link evidence to cases, people, incidents and places")),
            ("check_fixity", _("Check stored evidence against its digests")),
            ("transfer_custody", _("Hand evidence over, take it over, and record what becomes of it")),
            ("hold_evidence", _("Place and release legal holds on evidence")),
            ("dispose_evidence", _("Ask for the disposal of evidence, and decide on it")),
            ("review_custody", _("Review the custody of all evidence, without its content")),
        ]
        ordering = ["-received_at", "reference"]
        indexes = [
            models.Index(fields=["-received_at", "reference"], name="item_by_receipt"),
            models.Index(fields=["inspected_at"], name="item_uninspected", condition=Q(inspected_at=None)),
            # By its hash where the database can: a path may be longer than what an ordered index holds there. Without
            # the many that came under none, which would all lie in one place of it.
            HashIndex(fields=["original_path"], name="item_by_path", condition=~Q(original_path="")),
            models.Index(
                fields=["received_by", "-received_at"], name="item_in_no_case", condition=Q(in_a_case=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="item_has_a_source"),
            models.CheckConstraint(
                condition=Q(relation__in=["", *Relation.values]), name="item_relation_known"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, relation="") | (Q(parent__isnull=False) & ~Q(relation="")),
                name="item_relation_with_its_parent",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")), name="item_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def has_bytes(self) -> bool:
        """Whether the item is a file; a physical item is not."""
        return self.object_id is not None

    @property
    def stored(self) -> StoredObject:
        """The item's bytes in the vault. Raises HasNoBytes for a physical item: ask `has_bytes` before."""
        if self.object is None:
            raise HasNoBytes(
                gettext(
                    "%(reference)s is a thing and no file: there are no bytes of it. Ask for the thing itself."
                )
                % {"reference": self.reference}
            )
        return self.object

    @property
    def why_not_examined(self) -> str:
        """What kept the last examination from its end, in the reader's language; empty where nothing did."""
        return sentence(self.inspection_failure)

    def require_kept(self) -> None:
        """Raises DisposedOf once the item was disposed of."""
        if self.disposed_at is not None:
            raise DisposedOf(
                gettext(
                    "%(reference)s was disposed of. Its record and its custody stay; its bytes cannot be read."
                )
                % {"reference": self.reference}
            )

    @property
    def kept(self) -> StoredObject:
        """The item's bytes, to be read. Raises HasNoBytes, or DisposedOf once the item was disposed of."""
        self.require_kept()
        return self.stored


class EvidenceCase(Identified):
    """An item's place in a case; membership of the case is what opens the item.

    `received_at` is the item's own, which never changes: so the register reads a case's items in their order.
    """

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="placements")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="placements")
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)
    received_at = models.DateTimeField(editable=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["item", "case"], name="item_once_in_a_case")]
        indexes = [models.Index(fields=["case", "-received_at"], name="placement_by_receipt")]

    def save(self, **options: Any) -> None:
        """Keeps what the register reads in step with the item."""
        self.received_at = self.item.received_at
        super().save(**options)
        if not self.item.in_a_case:
            EvidenceItem.objects.filter(pk=self.item_id).update(in_a_case=True)
            self.item.in_a_case = True
