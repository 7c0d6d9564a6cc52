"""What is kept about evidence: the stored bytes, their receipts, their custody and what they speak to."""

import hashlib
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.canonical import canonical_json
from audit.commitments import new_salt
from audit.erased import PrivateCharField, PrivateTextField
from audit.log import instant
from audit.private import sealed
from cases.dated import Dated
from cases.models import Case, Incident, Person, Place
from evidence import private_values
from evidence.digests import Digest, DigestField
from evidence.references import new_reference
from evidence.scopes import EvidenceItemQuerySet, EvidenceLinkQuerySet
from evidence.vocabulary import (
    HAND_OVERS,
    OBJECT_FORMAT,
    SHORTEST_PURPOSE,
    CustodyKind,
    CustodyOutcome,
    Stance,
)

_FINGERPRINT_PREFIX = b"dadkhah/custody-event/v1\n"


class Identified(models.Model):
    """A row that nobody can guess and whose key is never used again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class StoredObject(Identified):
    """One sequence of bytes in the vault; every receipt of the same bytes points here."""

    name = models.CharField(max_length=128, unique=True)
    sha256 = DigestField("sha256", unique=True)
    size = models.PositiveBigIntegerField()
    stored_blake3 = DigestField("blake3")
    stored_size = models.PositiveBigIntegerField()
    format = models.CharField(max_length=16, default=OBJECT_FORMAT)
    key_id = models.CharField(max_length=128)
    stored_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(format=OBJECT_FORMAT), name="object_format_known"),
            models.CheckConstraint(condition=~Q(name=""), name="object_named"),
            models.CheckConstraint(
                condition=Q(stored_size__gt=models.F("size")), name="object_encrypted_is_longer"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Intake(Identified):
    """One occasion on which things were handed in: from whom, how, and who took them."""

    source = PrivateTextField()
    how_obtained = PrivateTextField(blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    channel = models.CharField(max_length=16)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    PRIVATE = private_values.INTAKE

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(source=""), name="intake_has_a_source")]

    def __str__(self) -> str:
        return str(self.pk)


class EvidenceItem(Identified, Dated):
    """One receipt of one file. Its dates say when it was made or collected, as the source tells it."""

    reference = models.CharField(max_length=16, unique=True, default=new_reference, editable=False)
    object = models.ForeignKey(StoredObject, on_delete=models.PROTECT, related_name="receipts")
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
            ("review_custody", _("Review the custody of all evidence, without its content")),
        ]
        ordering = ["-received_at", "reference"]
        indexes = [
            models.Index(fields=["-received_at", "reference"], name="item_by_receipt"),
            models.Index(fields=["inspected_at"], name="item_uninspected", condition=Q(inspected_at=None)),
        ]
        constraints = [models.CheckConstraint(condition=~Q(source=""), name="item_has_a_source")]

    def __str__(self) -> str:
        return self.reference


class EvidenceCase(Identified):
    """An item's place in a case; membership of the case is what opens the item."""

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="placements")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="placements")
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["item", "case"], name="item_once_in_a_case")]


_ONE_TARGET = (
    Q(person__isnull=False, incident__isnull=True, place__isnull=True)
    | Q(person__isnull=True, incident__isnull=False, place__isnull=True)
    | Q(person__isnull=True, incident__isnull=True, place__isnull=False)
)


class EvidenceLink(Identified):
    """What an item says about one person, one incident or one place, within a case."""

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="links")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence_links")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence_links"
    )
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence_links"
    )
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence_links"
    )
    stance = models.CharField(max_length=16, choices=Stance, default=Stance.SUPPORTS)
    pinpoint = PrivateCharField(max_length=200, blank=True)
    basis = PrivateTextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    objects = EvidenceLinkQuerySet.as_manager()

    PRIVATE = private_values.LINK

    class Meta:
        default_permissions = ()
        ordering = ["made_at"]
        constraints = [
            models.CheckConstraint(condition=_ONE_TARGET, name="link_speaks_to_one_thing"),
            models.CheckConstraint(condition=Q(stance__in=Stance.values), name="link_stance_known"),
        ]

    @property
    def to(self) -> Person | Incident | Place:
        """The one person, incident or place that the item speaks to."""
        target = self.person or self.incident or self.place
        assert target is not None  # noqa: S101  the table's own constraint
        return target


class CustodyEvent(Identified, Dated):
    """One event in an item's custody. Its dates say when it happened; `recorded_at` when it was written down.

    The table takes new rows and nothing else: the database refuses to change or remove one.
    """

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="custody")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=32, choices=CustodyKind)
    recorded_at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agent = models.CharField(max_length=100)
    released_by = models.TextField(blank=True)
    received_by = models.TextField(blank=True)
    purpose = models.TextField(blank=True)
    location = models.TextField(blank=True)
    tool = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=16, choices=CustodyOutcome, blank=True)
    note = models.TextField(blank=True)
    digest_expected = DigestField("sha256", null=True, blank=True)
    digest_found = DigestField("sha256", null=True, blank=True)
    refers_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="referred_by"
    )
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    PRIVATE = private_values.EVENT

    class Meta:
        default_permissions = ()
        ordering = ["item_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["item", "seq"], name="custody_seq_once_per_item"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="custody_seq_from_one"),
            models.CheckConstraint(condition=Q(kind__in=CustodyKind.values), name="custody_kind_known"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *CustodyOutcome.values]), name="custody_outcome_known"
            ),
            models.CheckConstraint(condition=~Q(agent=""), name="custody_has_an_agent"),
            models.CheckConstraint(
                condition=~Q(kind__in=HAND_OVERS)
                | Q(GreaterThanOrEqual(Length("purpose"), SHORTEST_PURPOSE)),
                name="custody_hand_over_has_a_purpose",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.seq} {self.kind}"

    def facts(self) -> dict[str, Any]:
        """What the log says of this event: no name or free text in clear, and the fingerprint of the row."""
        return {**self._recorded(), "fingerprint": self.fingerprint()}

    def fingerprint(self) -> str:
        """SHA-256 over the canonical facts, hexadecimal; any change to the row changes it."""
        return hashlib.sha256(_FINGERPRINT_PREFIX + canonical_json(self._recorded())).hexdigest()

    @property
    def happened_text(self) -> str:
        """When it happened, as the log's commitment takes it; empty where that is not known."""
        date = self.date
        return f"{date.calendar} {date.edtf} {date.as_written}" if date else ""

    def _recorded(self) -> dict[str, Any]:
        return {
            "event": str(self.pk),
            "item": str(self.item_id),
            "seq": self.seq,
            "kind": str(self.kind),
            "recorded_at": instant(self.recorded_at),
            "happened": sealed(self, "happened"),
            "agent": self.agent,
            "actor": str(self.actor_id) if self.actor_id else None,
            "released_by": sealed(self, "released_by"),
            "received_by": sealed(self, "received_by"),
            "purpose": sealed(self, "purpose"),
            "location": sealed(self, "location"),
            "tool": self.tool,
            "outcome": str(self.outcome),
            "note": sealed(self, "note"),
            "digest_expected": _hex(self.digest_expected),
            "digest_found": _hex(self.digest_found),
            "refers_to": str(self.refers_to_id) if self.refers_to_id else None,
        }


def _hex(digest: Digest | None) -> str | None:
    return digest.labelled if digest else None
