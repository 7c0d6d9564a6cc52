"""Who holds an item and how it is closed, computed from its ledger and from nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When

from accounts.models import User
from audit.erased import PrivateTextField
from evidence.models import CustodyEvent, EvidenceItem
from evidence.vocabulary import TAKING, CustodyKind

# After these the item is with whoever recorded them; after an acceptance with the one who accepted.
_WITH_THE_ACTOR = (CustodyKind.RECEIVED, CustodyKind.RETURNED)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who answers for an item since an event: an account, or somebody without one, who is only a name."""

    name: str
    user_id: UUID | None
    since: CustodyEvent

    def is_user(self, user: User) -> bool:
        """Whether this is the user's own account."""
        return self.user_id == user.pk


def holder_of(events: Iterable[CustodyEvent]) -> Holder | None:
    """Who holds the item after these events, which stand in their order; None where nobody does or nobody is known."""
    last = None
    for event in events:
        if event.kind in TAKING:
            last = event
    return None if last is None else taken_by(last)


def taken_by(event: CustodyEvent) -> Holder | None:
    """Who holds the item after an event of TAKING."""
    if event.kind in _WITH_THE_ACTOR and event.actor_id is not None:
        return Holder(event.received_by or str(event.actor), event.actor_id, event)
    if event.kind == CustodyKind.TRANSFER_ACCEPTED:
        return Holder(event.received_by, event.party_id, event)
    return None


def unanswered(events: Sequence[CustodyEvent], *kinds: CustodyKind) -> list[CustodyEvent]:
    """The events of these kinds that no event among `events` answers."""
    answered = {event.answers_id for event in events}
    return [event for event in events if event.kind in kinds and event.pk not in answered]


def open_offer(events: Sequence[CustodyEvent]) -> CustodyEvent | None:
    """The offer that waits for its answer; there is at most one."""
    return next(iter(unanswered(events, CustodyKind.TRANSFER_OFFERED)), None)


def checked_out(events: Sequence[CustodyEvent]) -> CustodyEvent | None:
    """The check-out from which the item is not back; there is at most one."""
    return next(iter(unanswered(events, CustodyKind.CHECKED_OUT)), None)


def open_seals(events: Sequence[CustodyEvent]) -> list[CustodyEvent]:
    """The events since which a seal is on the item: those that put one on, and a receipt that found one."""
    closed = unanswered(events, CustodyKind.SEALED, CustodyKind.RECEIVED)
    return [event for event in closed if event.seal]


def holds_on(events: Sequence[CustodyEvent]) -> list[CustodyEvent]:
    """The legal holds that nobody has released."""
    return unanswered(events, CustodyKind.HOLD_PLACED)


def with_holder(items: "QuerySet[EvidenceItem]") -> "QuerySet[EvidenceItem]":
    """The items with `holder_id` and `holder_name`, as `holder_of` has them, for lists: no query for each row."""
    last = CustodyEvent.objects.filter(item=OuterRef("pk"), kind__in=TAKING).order_by("-seq")
    account = Case(
        When(kind__in=_WITH_THE_ACTOR, then=F("actor")),
        When(kind=CustodyKind.TRANSFER_ACCEPTED, then=F("party")),
    )
    known = Q(kind=CustodyKind.TRANSFER_ACCEPTED) | Q(kind__in=_WITH_THE_ACTOR, actor__isnull=False)
    name = Case(
        When(known & ~Q(received_by=""), then=F("received_by")),
        When(known, then=F("actor__full_name")),
        # What was erased says so here too.
        output_field=PrivateTextField(),
    )
    return items.annotate(
        holder_id=Subquery(last.annotate(account=account).values("account")[:1]),
        holder_name=Subquery(last.annotate(held_as=name).values("held_as")[:1]),
    )


def open_offers() -> "QuerySet[CustodyEvent]":
    """Every offer that waits for its answer, the oldest first; whoever lists them scopes them by their items."""
    offers = CustodyEvent.objects.filter(kind=CustodyKind.TRANSFER_OFFERED, answered_by=None)
    return offers.select_related("item", "actor", "party").order_by("recorded_at", "pk")
