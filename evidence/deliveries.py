"""Finding deliveries, always in somebody's name: what was handed in on one occasion, part by part."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from evidence.errors import UnknownDelivery
from evidence.models import EvidenceItem, Intake

# So many items stand on one part of a receipt: some ten pages, and the same memory whatever the delivery.
PART = 250


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a delivery is open to a reader. Sizes in bytes; `hidden` items lie in cases of others."""

    items: int
    files: int
    size: int
    first: datetime
    last: datetime
    hidden: int

    @property
    def things(self) -> int:
        """How many are physical items."""
        return self.items - self.files

    @property
    def parts(self) -> int:
        """How many parts its receipt has."""
        return max(1, -(-self.items // PART))


def deliveries(user: User) -> QuerySet[Intake]:
    """The deliveries of which something is open to `user`, newest first, each with `shown_items`, their number."""
    items = EvidenceItem.objects.visible_to(user).filter(intake=OuterRef("pk")).order_by()
    counted = items.values("intake").annotate(number=Count("pk")).values("number")
    return (
        Intake.objects.visible_to(user)
        .select_related("started_by")
        .annotate(shown_items=Coalesce(Subquery(counted), 0))
        .order_by("-started_at", "pk")
    )


def find_delivery(delivery_id: UUID, *, user: User) -> Intake:
    """The delivery, with who took it in. Raises UnknownDelivery for both unknown and not open to `user`."""
    found = Intake.objects.visible_to(user).select_related("started_by").filter(pk=delivery_id).first()
    if found is None:
        raise UnknownDelivery(_("No such delivery is open to you. Choose one from the list of deliveries."))
    return found


def delivered(delivery: Intake, *, user: User) -> QuerySet[EvidenceItem]:
    """What of the delivery is open to `user`, in the order in which it came."""
    items = EvidenceItem.objects.visible_to(user).filter(intake=delivery)
    return items.select_related("object", "parent", "thing").order_by("received_at", "reference")


def extent_of(delivery: Intake, *, user: User) -> Extent:
    """How much of the delivery is open to `user`. Raises UnknownDelivery where nothing is."""
    open_to_user = EvidenceItem.objects.visible_to(user).filter(intake=delivery).order_by()
    found = open_to_user.aggregate(
        items=Count("pk"),
        files=Count("object"),
        size=Coalesce(Sum("object__size"), 0),
        first=Min("received_at"),
        last=Max("received_at"),
    )
    if not found["items"]:
        raise UnknownDelivery(_("Nothing of this delivery is open to you, so there is nothing to receipt."))
    hidden = EvidenceItem.objects.filter(intake=delivery).count() - found["items"]
    return Extent(**found, hidden=hidden)
