"""What a reader may look for in the register, and the items that fit it. Who may see them is `evidence.register`'s."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from evidence.hold_reach import kept_by_a_hold
from evidence.holding import with_holder
from evidence.media_types import FILTERS, PHYSICAL
from evidence.models import Acquisition, CustodyEvent, EvidenceItem, FixityAlarm
from evidence.references import read_reference
from evidence.vocabulary import CustodyKind, CustodyOutcome, Relation

# In the place of a grade or a person: nobody judged it, and somebody who has no account here.
UNGRADED = "none"
OUTSIDE = "outside"
# Of an item that came from no other one.
ITS_OWN = "own"


class Order(TextChoices):
    """In which order the register is read; each has its index."""

    NEWEST = "newest", _("Newest first")
    OLDEST = "oldest", _("Oldest first")
    REFERENCE = "reference", _("By reference")


class CheckState(TextChoices):
    """What the last comparison with its digest said of an item."""

    VERIFIED = "verified", _("Last check verified it")
    BROKEN = "broken", _("Last check failed")
    UNCHECKED = "unchecked", _("Never checked since it was received")


class CustodyState(TextChoices):
    """How an item stands in custody, computed from its ledger."""

    OFFERED = "offered", _("Offered, not yet accepted")
    OUT = "out", _("Checked out")
    SEALED = "sealed", _("Under seal")
    HOLD = "hold", _("Kept by a legal hold")
    DISPOSED = "disposed", _("Disposed of")
    GAP = "gap", _("With a gap in its custody")


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What a reader looks for in the register; empty means everything that is open to them.

    `since` is included, `until` is not; both are moments of receipt. `holder` is an account's key, or OUTSIDE;
    `relation` is what an item is to its parent, or ITS_OWN.
    """

    text: str = ""
    kind: str = ""
    relation: str = ""
    case: Case | None = None
    check: str = ""
    alarm: bool = False
    reliability: str = ""
    credibility: str = ""
    custody: str = ""
    holder: UUID | str = ""
    since: datetime | None = None
    until: datetime | None = None
    order: Order = Order.NEWEST

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left out; the order leaves nothing out."""
        return replace(self, order=Order.NEWEST) == RegisterFilter()

    @property
    def asks_for_gaps(self) -> bool:
        """Whether ledgers must be read one by one: what is missing in one is no matter of a query."""
        return self.custody == CustodyState.GAP


Items = QuerySet[EvidenceItem]


def fitting(items: Items, wanted: RegisterFilter) -> Items:
    """Those of the items that fit, whatever case they are in; gaps are not looked for."""
    items = _of_kind(items, wanted)
    if wanted.since is not None:
        items = items.filter(received_at__gte=wanted.since)
    if wanted.until is not None:
        items = items.filter(received_at__lt=wanted.until)
    if wanted.alarm:
        items = items.filter(object__in=FixityAlarm.objects.filter(closed_at=None).values("object"))
    if wanted.check in CheckState.values:
        items = _checked(items, CheckState(wanted.check))
    if wanted.text:
        items = items.filter(
            Q(title__icontains=wanted.text)
            | Q(original_name__icontains=wanted.text)
            | Q(reference__icontains=read_reference(wanted.text))
        )
    items = _graded(items, "reliability", wanted.reliability)
    items = _graded(items, "credibility", wanted.credibility)
    if wanted.custody in _STATES:
        items = _STATES[CustodyState(wanted.custody)](items)
    return _held_by(items, wanted.holder) if wanted.holder else items


def _of_kind(items: Items, wanted: RegisterFilter) -> Items:
    if wanted.kind == PHYSICAL:
        items = items.filter(object=None)
    elif wanted.kind in FILTERS:
        items = items.filter(media_type__startswith=FILTERS[wanted.kind][1])
    if wanted.relation == ITS_OWN:
        items = items.filter(parent=None)
    elif wanted.relation in Relation.values:
        items = items.filter(relation=wanted.relation)
    return items


def _checked(items: Items, state: CheckState) -> Items:
    checks = CustodyEvent.objects.filter(item=OuterRef("pk"), kind=CustodyKind.FIXITY_CHECKED)
    if state is CheckState.UNCHECKED:
        return items.filter(~Exists(checks), object__isnull=False)
    last = checks.order_by("-seq").values("outcome")[:1]
    wanted = CustodyOutcome.VERIFIED if state is CheckState.VERIFIED else CustodyOutcome.BROKEN
    return items.alias(last_outcome=Subquery(last)).filter(last_outcome=wanted)


def _graded(items: Items, column: str, grade: str) -> Items:
    """By the newest version of what is known of the source: an earlier judgement does not count."""
    if not grade:
        return items
    later = Acquisition.objects.filter(item=OuterRef("item"), version__gt=OuterRef("version"))
    newest = Acquisition.objects.filter(~Exists(later)).order_by()
    if grade == UNGRADED:
        return items.exclude(pk__in=newest.exclude(**{column: ""}).values("item_id"))
    return items.filter(pk__in=newest.filter(**{column: grade}).values("item_id"))


def _open(*kinds: CustodyKind) -> QuerySet[CustodyEvent]:
    return CustodyEvent.objects.filter(kind__in=kinds, answered_by=None).order_by()


def _with_open(events: Callable[[], QuerySet[CustodyEvent]]) -> Callable[[Items], Items]:
    return lambda items: items.filter(pk__in=events().values("item_id"))


_STATES: dict[CustodyState, Callable[[Items], Items]] = {
    CustodyState.OFFERED: _with_open(lambda: _open(CustodyKind.TRANSFER_OFFERED)),
    CustodyState.OUT: _with_open(lambda: _open(CustodyKind.CHECKED_OUT)),
    # As `evidence.holding.open_seals` has it: put on here, or found on it when it came.
    CustodyState.SEALED: _with_open(lambda: _open(CustodyKind.SEALED, CustodyKind.RECEIVED).exclude(seal="")),
    # As the item's page says it: its own, and those on other items that keep it.
    CustodyState.HOLD: lambda items: items.filter(pk__in=kept_by_a_hold()),
    CustodyState.DISPOSED: lambda items: items.exclude(disposed_at=None),
}


def _held_by(items: Items, holder: UUID | str) -> Items:
    """By who holds it now. Those who never took it are left out first, by an index: then few ledgers are read."""
    took = CustodyEvent.objects.order_by()
    accepted = Q(kind=CustodyKind.TRANSFER_ACCEPTED)
    if holder == OUTSIDE:
        mine = took.filter(accepted, party=None)
        held = Q(holder_id=None) & ~Q(holder_name=None)
    else:
        mine = took.filter(
            accepted & Q(party=holder)
            | Q(actor=holder, kind__in=[CustodyKind.RECEIVED, CustodyKind.RETURNED])
        )
        held = Q(holder_id=holder)
    return with_holder(items.filter(pk__in=mine.values("item_id"))).filter(held)
