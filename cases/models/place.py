"""Places and what happened there."""

import uuid

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language, gettext_lazy

from accounts.models import User
from audit.commitments import new_salt
from audit.erased import PrivateCharField, PrivateTextField
from audit.private import Private, PrivateValues
from cases.dated import BY_DATE, DATE_COLUMNS, Dated
from cases.models.case import Case


class PlaceKind(models.TextChoices):
    """What a place was."""

    PRISON = "prison", gettext_lazy("Prison")
    BURIAL_SITE = "burial_site", gettext_lazy("Burial site")
    COURT = "court", gettext_lazy("Court")
    OTHER = "other", gettext_lazy("Other place")


class PlaceQuerySet(models.QuerySet["Place"]):
    """Places, scoped by who asks."""

    def with_position_known_to(self, user: User | AnonymousUser) -> "PlaceQuerySet":
        """Each place with `position_known`: whether `user` is a member of a case that uses it."""
        used = CasePlace.objects.filter(place=OuterRef("pk"), case__in=Case.objects.visible_to(user))
        return self.annotate(position_known=Exists(used))

    def usable_by(self, user: User | AnonymousUser) -> "PlaceQuerySet":
        """The places that `user` may bring into a case.

        A place with a restricted position is left out unless its position is known to them already; otherwise
        bringing it into a case of one's own would be the way to read it.
        """
        return self.with_position_known_to(user).filter(Q(latitude__isnull=True) | Q(position_known=True))


class Place(models.Model):
    """A prison, burial site, court or other place. Its name is for all; its position only for cases that use it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name_fa = PrivateCharField(max_length=255, blank=True)
    name_latin = PrivateCharField(max_length=255, blank=True)
    kind = models.CharField(max_length=16, choices=PlaceKind.choices)
    # Degrees, WGS 84. Kept from everybody outside the cases that use the place: graves have been destroyed.
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    coordinates_source = PrivateCharField(max_length=255, blank=True)
    salt = models.BinaryField(default=new_salt, editable=False)

    objects = PlaceQuerySet.as_manager()

    PRIVATE = PrivateValues(
        (
            Private("name_fa"),
            Private("name_latin"),
            Private("position", ("latitude", "longitude"), lambda place: place.position_text),
            Private("coordinates_source"),
        ),
        cases="uses__case",
    )

    class Meta:
        default_permissions = ()
        ordering = ("name_latin", "name_fa")
        constraints = (
            models.CheckConstraint(
                condition=~Q(name_fa="") | ~Q(name_latin=""),
                name="cases_place_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="cases_place_position_whole",
            ),
        )

    def __str__(self) -> str:
        return self.name_in(get_language() or "en")

    def name_in(self, language: str) -> str:
        """The name that readers of `language` ("en" or "fa") read, else the other one."""
        if language.startswith("fa"):
            return self.name_fa or self.name_latin
        return self.name_latin or self.name_fa

    @property
    def position_text(self) -> str:
        """The position as the log's commitment takes it, to six decimals whatever they are; empty for none."""
        return "" if self.latitude is None else f"{self.latitude:.6f},{self.longitude:.6f}"


class CasePlace(models.Model):
    """A case uses a place: its members may know the position."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="place_uses")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="uses")

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("case", "place"), name="cases_place_used_once"),)

    def __str__(self) -> str:
        return str(self.place)


class Incident(Dated):
    """Something that happened, with the date as its source wrote it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="incidents")
    title = PrivateCharField(max_length=255)
    description = PrivateTextField(blank=True)
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, blank=True, related_name="incidents"
    )
    salt = models.BinaryField(default=new_salt, editable=False)

    PRIVATE = PrivateValues(
        (
            Private("title"),
            Private("description"),
            Private("date", DATE_COLUMNS, lambda incident: incident.date_edtf),
        ),
        cases="case",
    )

    class Meta:
        default_permissions = ()
        ordering = (BY_DATE, "title", "pk")

    def __str__(self) -> str:
        return self.title
