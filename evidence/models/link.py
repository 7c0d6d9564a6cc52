"""What an item says within a case."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audit.commitments import new_salt
from audit.erased import PrivateCharField, PrivateTextField
from cases.models import Case, Incident, Person, Place
from evidence import private_values
from evidence.models.identified import Identified
from evidence.models.item import EvidenceItem
from evidence.scopes import EvidenceLinkQuerySet
from evidence.vocabulary import Stance

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
