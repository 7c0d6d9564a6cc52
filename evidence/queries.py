"""Finding evidence, always in somebody's name."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cases.models import Case, Person
from evidence.errors import UnknownEvidence
from evidence.holding import open_offers
from evidence.models import (
    CustodyEvent,
    ErasureRequest,
    EvidenceCase,
    EvidenceItem,
    EvidenceLink,
    FixityAlarm,
    ObjectDigest,
)
from evidence.references import read_reference
from evidence.vocabulary import CustodyKind, CustodyOutcome


def find_item(item_id: UUID, *, user: User) -> EvidenceItem:
    """The item, with its object and intake. Raises UnknownEvidence for both unknown and not permitted."""
    item = (
        EvidenceItem.objects.visible_to(user)
        .select_related("object", "intake", "received_by")
        .filter(pk=item_id)
        .first()
    )
    if item is None:
        raise unknown_item()
    return item


def find_items(references: Iterable[str], *, among: QuerySet[EvidenceItem]) -> list[EvidenceItem]:
    """The items of these references or ids, in their order. Raises UnknownEvidence, naming the first not found."""
    return [_find(text, among) for text in references]


def placements_seen(item: EvidenceItem, *, user: User) -> QuerySet[EvidenceCase]:
    """The item's places in cases of which `user` is a member."""
    mine = EvidenceCase.objects.filter(item=item, case__in=Case.objects.visible_to(user))
    return mine.select_related("case").order_by("case__reference")


def seen_cases(user: User) -> "Prefetch[str, QuerySet[EvidenceCase], str]":
    """A prefetch of `seen_placements`: the item's places in cases of which `user` is a member."""
    mine = EvidenceCase.objects.filter(case__in=Case.objects.visible_to(user)).select_related("case")
    return Prefetch("placements", queryset=mine.order_by("case__reference"), to_attr="seen_placements")


def other_receipts(item: EvidenceItem, *, user: User) -> QuerySet[EvidenceItem]:
    """The other receipts of the item's bytes that are open to the reader, the oldest first.

    Of others nothing is said, not even that there are any: whoever brings a file would learn what another case has.
    """
    if not item.has_bytes:
        return EvidenceItem.objects.none()
    seen = EvidenceItem.objects.visible_to(user).filter(object_id=item.object_id)
    return seen.exclude(pk=item.pk).order_by("received_at")


def custody_of(item: EvidenceItem) -> QuerySet[CustodyEvent]:
    """The item's custody in its order, with who wrote each event."""
    return item.custody.select_related("actor", "refers_to", "answers", "document").order_by("seq")


def last_check(item: EvidenceItem) -> CustodyEvent | None:
    """The latest comparison of the item with its digest, or None."""
    return item.custody.filter(kind=CustodyKind.FIXITY_CHECKED).order_by("-seq").first()


def find_offer(item: EvidenceItem, event_id: UUID) -> CustodyEvent:
    """An offer of the item, open or answered, with its answer. Raises UnknownEvidence."""
    offers = item.custody.filter(kind=CustodyKind.TRANSFER_OFFERED)
    answer = ("answered_by__actor", "answered_by__document")
    found = offers.select_related("actor", "party", *answer).filter(pk=event_id).first()
    if found is None:
        raise UnknownEvidence(_("No such offer. Open the item and look at its custody."))
    return found


def find_event(item: EvidenceItem, event_id: UUID) -> CustodyEvent:
    """An event of the item. Raises UnknownEvidence."""
    found = item.custody.select_related("actor").filter(pk=event_id).first()
    if found is None:
        raise UnknownEvidence(_("No such event. Open the item and look at its custody."))
    return found


def offers_for(user: User) -> QuerySet[CustodyEvent]:
    """The open offers of items that `user` may see which they gave or are to answer, the oldest first."""
    seen = EvidenceItem.objects.visible_to(user).values("pk")
    return open_offers().filter(Q(party=user) | Q(actor=user), item__in=seen)


def offers_open_to_review(user: User) -> QuerySet[CustodyEvent]:
    """The open offers of items whose custody `user` may review, the oldest first."""
    return open_offers().filter(item__in=EvidenceItem.objects.custody_visible_to(user).values("pk"))


def erasure_requests_of(item: EvidenceItem, *, user: User) -> QuerySet[ErasureRequest]:
    """The requests to erase words of the item's records, but for those about links in cases that are not the user's."""
    open_links = EvidenceLink.objects.visible_to(user).filter(item=item).values("pk")
    return item.erasure_requests.filter(~Q(kind=EvidenceLink._meta.model_name) | Q(record__in=open_links))


def further_digests(item: EvidenceItem) -> list[ObjectDigest]:
    """The digests of the item's bytes by other algorithms than SHA-256, in the order of their names."""
    return list(item.stored.digests.order_by("algorithm")) if item.has_bytes else []


def links_of(item: EvidenceItem, *, user: User) -> QuerySet[EvidenceLink]:
    """The item's links within the reader's cases."""
    names = Prefetch("person", queryset=Person.objects.prefetch_related("names"))
    return (
        EvidenceLink.objects.visible_to(user)
        .filter(item=item)
        .select_related("case", "incident", "place", "made_by")
        .prefetch_related(names)
    )


class Attention(TextChoices):
    """Why an item's custody waits for an auditor, by what its events say of the last comparison with its digest."""

    ALARM = "alarm", gettext_lazy("Open alarm")
    UNCHECKED = "unchecked", gettext_lazy("Never checked since it was received")
    BROKEN = "broken", gettext_lazy("Last check failed")
    OVERDUE = "overdue", gettext_lazy("Not checked for 90 days")


CHECKED_WITHIN = timedelta(days=90)


def custody_waiting(user: User, attention: Attention) -> QuerySet[EvidenceItem]:
    """The items of `custody_register` that wait for the auditor for this reason."""
    checks = CustodyEvent.objects.filter(item=OuterRef("pk"), kind=CustodyKind.FIXITY_CHECKED).order_by(
        "-seq"
    )
    items = custody_register(user)
    if attention is Attention.ALARM:
        return items.filter(object__in=FixityAlarm.objects.filter(closed_at=None).values("object_id"))
    if attention is Attention.UNCHECKED:
        # A physical item has no digest that it could be compared with.
        return items.filter(~Exists(checks), object__isnull=False, disposed_at=None)
    last = items.filter(disposed_at=None).annotate(
        last_outcome=Subquery(checks.values("outcome")[:1]),
        last_checked=Subquery(checks.values("recorded_at")[:1]),
    )
    if attention is Attention.BROKEN:
        return last.filter(last_outcome=CustodyOutcome.BROKEN)
    return last.filter(last_checked__lt=timezone.now() - CHECKED_WITHIN)


def custody_register(user: User) -> QuerySet[EvidenceItem]:
    """Every item whose custody `user` may review, with counts; for a page that shows neither title nor source."""
    return (
        EvidenceItem.objects.custody_visible_to(user)
        .select_related("object")
        .only("reference", "received_at", "object__sha256", "object__size")
        .annotate(events=Count("custody"))
        .order_by("-received_at", "reference")
    )


def unknown_item() -> UnknownEvidence:
    """The one sentence for an item that is not there and for one that is not open to the reader."""
    return UnknownEvidence(
        _("No such item is open to you. Check its reference, or ask a member of its case.")
    )


def _find(text: str, among: QuerySet[EvidenceItem]) -> EvidenceItem:
    try:
        found = among.filter(pk=UUID(text)).first()
    except ValueError:
        found = among.filter(reference=read_reference(text)).first()
    if found is None:
        raise UnknownEvidence(_("No item has the reference “%(text)s”. Check it.") % {"text": text})
    return found
