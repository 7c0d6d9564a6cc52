"""Which exhibits depend on which witness: what may be done with those asks for the witness's consent."""

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.commitments import new_salt
from audit.erased import PrivateTextField
from audit.private import Private, PrivateValues, sealed
from audit.unlogged import InTheLog
from evidence.models import EvidenceItem
from witnesses.models.witness import Witness


class Tie(models.TextChoices):
    """In what way an exhibit depends on a witness."""

    STATEMENT = "statement", _("It is a statement of the witness")
    SOURCE = "source", _("It came from the witness")
    SHOWS = "shows", _("The witness is seen or heard in it")
    NAMES = "names", _("The witness is named or described in it")


# These lie in the bytes themselves, so they hold for every receipt of the same bytes.
IN_THE_CONTENT = (Tie.STATEMENT, Tie.SHOWS, Tie.NAMES)


class DependenceQuerySet(models.QuerySet["Dependence"]):
    def standing(self) -> Self:
        """Those that nobody has ended."""
        return self.filter(~Exists(DependenceEnd.objects.filter(dependence=OuterRef("pk"))))

    def visible_to(self, user: User) -> Self:
        """Those of the witnesses of the user's cases, on items that are open to the user."""
        return self.filter(
            witness__in=Witness.objects.visible_to(user), item__in=EvidenceItem.objects.visible_to(user)
        )


class Dependence(models.Model):
    """That an exhibit depends on a witness in one way. Append-only: what was wrong is ended by a row of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="dependences")
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="dependences")
    tie = models.CharField(max_length=10, choices=Tie)
    note = PrivateTextField(blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    objects = DependenceQuerySet.as_manager()

    IN_THE_LOG: ClassVar = InTheLog(written="made_at", about="witness")

    # A note can point to the witness, so a case's history does not show it.
    PRIVATE: ClassVar = PrivateValues(
        (Private("note"),), cases="witness__case", fact="dependence", shown=False
    )

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["made_at", "id"]
        permissions: ClassVar = [
            ("end_dependence", "Can say that an exhibit does not depend on a witness after all")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(tie__in=Tie.values), name="dependence_tie_known")
        ]

    def facts(self) -> dict[str, Any]:
        """What the log says of it: ids and our own words in clear, the note only as a commitment."""
        return {
            "dependence": str(self.pk),
            "item": str(self.item_id),
            "tie": str(self.tie),
            "note": sealed(self, "note"),
        }


class DependenceEnd(models.Model):
    """That a dependence was recorded wrongly, and why. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dependence = models.OneToOneField(Dependence, on_delete=models.PROTECT, related_name="end")
    reason = PrivateTextField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(default=timezone.now)
    salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    PRIVATE: ClassVar = PrivateValues(
        (Private("reason"),), cases="dependence__witness__case", fact="dependence_end", shown=False
    )

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="dependence_end_has_a_reason")
        ]
