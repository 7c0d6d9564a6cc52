"""How an item was acquired, as it was known at one time; a later record stands beside the earlier ones."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.commitments import new_salt
from audit.erased import PrivateTextField
from audit.private import sealed
from audit.unlogged import InTheLog
from cases.dated import Dated
from evidence import private_values
from evidence.models.identified import Identified
from evidence.models.item import EvidenceItem
from evidence.vocabulary import Credibility, Language, Reliability, SourceKind


class Acquisition(Identified, Dated):
    """One version of an item's source and acquisition; the newest counts. Its dates say when it was acquired.

    The table takes new rows and nothing else: the database refuses to change or remove one.
    """

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="acquisitions")
    version = models.PositiveIntegerField()
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    source_kind = models.CharField(max_length=16, choices=SourceKind)
    source_name = PrivateTextField()
    how_obtained = PrivateTextField(blank=True)
    why_obtained = PrivateTextField(blank=True)
    place = PrivateTextField(blank=True)
    collector = PrivateTextField(blank=True)
    legal_basis = PrivateTextField(blank=True)
    rights = PrivateTextField(blank=True)
    restrictions = PrivateTextField(blank=True)
    languages = models.CharField(max_length=100, blank=True)
    consent_reference = PrivateTextField(blank=True)
    reliability = models.CharField(max_length=1, choices=Reliability, blank=True)
    credibility = models.CharField(max_length=1, choices=Credibility, blank=True)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)
    erasures = models.PositiveIntegerField(null=True, editable=False)

    PRIVATE = private_values.ACQUISITION
    IN_THE_LOG = InTheLog(written="recorded_at", about="item")

    class Meta:
        default_permissions = ()
        ordering = ["item_id", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["item", "version"], name="acquisition_version_once_per_item"),
            models.CheckConstraint(condition=Q(version__gte=1), name="acquisition_version_from_one"),
            models.CheckConstraint(
                condition=Q(source_kind__in=SourceKind.values), name="acquisition_source_kind_known"
            ),
            models.CheckConstraint(condition=~Q(source_name=""), name="acquisition_has_a_source"),
            models.CheckConstraint(
                condition=Q(reliability__in=["", *Reliability.values]), name="acquisition_reliability_known"
            ),
            models.CheckConstraint(
                condition=Q(credibility__in=["", *Credibility.values]), name="acquisition_credibility_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.version}"

    @property
    def grade(self) -> str:
        """Source and information in one, such as `B2`; a dash stands for what was not graded."""
        return f"{self.reliability or '–'}{self.credibility or '–'}" if self.is_graded else ""

    @property
    def is_graded(self) -> bool:
        """Whether source or information was graded at all."""
        return bool(self.reliability or self.credibility)

    @property
    def language_names(self) -> list[str]:
        """The languages of the item, in the reader's own."""
        return [str(Language(code).label) for code in self.language_codes if code in Language.values]

    @property
    def language_codes(self) -> list[str]:
        """The languages of the item, as BCP 47 codes."""
        return self.languages.split()

    def facts(self) -> dict[str, Any]:
        """What the log says of this version: closed words in clear, all others only as commitments."""
        texts = {value.name: sealed(self, value.name) for value in private_values.ACQUISITION.values}
        return {
            "acquisition": str(self.pk),
            "version": self.version,
            "source_kind": str(self.source_kind),
            "languages": self.languages,
            "reliability": str(self.reliability),
            "credibility": str(self.credibility),
            **texts,
        }
