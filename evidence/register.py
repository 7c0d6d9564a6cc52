"""The register: what a reader looks for among the items that are open to them, a page at a time.

It must stay quick at a million items, for somebody who sees a hundred of them as for somebody who sees all. So a page
begins where the last one ended (never "skip a million rows"), and how it is found depends on how much the reader sees:
a little is gathered and sorted, much is met soon enough when the items are walked in their order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextChoices, prefetch_related_objects
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from evidence.errors import TooMany, UnknownEvidence
from evidence.media_types import FILTERS, PHYSICAL
from evidence.models import CustodyEvent, EvidenceCase, EvidenceItem, FixityAlarm, Intake
from evidence.queries import seen_cases
from evidence.references import read_reference
from evidence.scopes import READ
from evidence.vocabulary import CustodyKind, CustodyOutcome

ROWS = 25
# With so many placements at most, the reader's items are gathered and sorted; with more they are walked in order.
# Both cost about as much there, among a million items and for a page of 25.
FEW = 5_000


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


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What a reader looks for in the register; empty means everything that is open to them.

    `since` is included, `until` is not; both are moments of receipt.
    """

    text: str = ""
    kind: str = ""
    case: Case | None = None
    check: str = ""
    alarm: bool = False
    since: datetime | None = None
    until: datetime | None = None
    order: Order = Order.NEWEST

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left out; the order leaves nothing out."""
        return replace(self, order=Order.NEWEST) == RegisterFilter()


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in an order: the moment of its receipt and its reference."""

    received_at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Rows in their order, and where the pages before and after them begin, if there are any.

    `count` is exact; where it would cost a walk through everything it is None, and `more_than` says what is known.
    """

    rows: list[EvidenceItem]
    before: Place | None
    after: Place | None
    count: int | None
    more_than: int


@dataclass(frozen=True, slots=True)
class _Sight:
    """What the reader sees, in the cheapest way to ask for it; `known` is their number, None for very many."""

    items: QuerySet[EvidenceItem]
    is_little: bool
    at_least: int


def register(user: User, wanted: RegisterFilter) -> QuerySet[EvidenceItem]:
    """The items open to `user` that fit, in their order, each with its cases that `user` may know of."""
    return _fitting(_sight(user, wanted.case).items, wanted).prefetch_related(seen_cases(user))


def register_page(
    user: User, wanted: RegisterFilter, *, after: Place | None = None, before: Place | None = None
) -> RegisterPage:
    """One page of the register: the first, or the one that begins after a place, or the one that ends before it."""
    sight = _sight(user, wanted.case)
    fitting = _fitting(sight.items, wanted)
    if before is not None:
        found = list(_cut(fitting.reverse(), wanted.order, before, backwards=True)[: ROWS + 1])
        rows, goes_on_before, goes_on_after = found[:ROWS][::-1], len(found) > ROWS, True
    else:
        found = list((_cut(fitting, wanted.order, after, backwards=False) if after else fitting)[: ROWS + 1])
        rows, goes_on_before, goes_on_after = found[:ROWS], after is not None, len(found) > ROWS
    whole = after is None and before is None and not goes_on_after
    count = len(rows) if whole else fitting.count() if sight.is_little else None
    return RegisterPage(
        rows=_with_cases(rows, user),
        before=_place(rows[0]) if rows and goes_on_before else None,
        after=_place(rows[-1]) if rows and goes_on_after else None,
        count=count,
        more_than=sight.at_least if wanted.is_empty else len(rows),
    )


def selected(
    user: User, ids: Sequence[UUID], *, wanted: RegisterFilter | None, most: int
) -> list[EvidenceItem]:
    """The items of these ids, or without a list of ids all that fit `wanted`; each checked against what is open.

    Raises UnknownEvidence if any of the ids is not open to the reader, TooMany for more than `most`.
    """
    if wanted is not None:
        found = list(register(user, wanted)[: most + 1])
    else:
        unique = list(dict.fromkeys(ids))
        if len(unique) <= most:
            rows = EvidenceItem.objects.visible_to(user).filter(pk__in=unique).select_related("object")
            found = list(rows.prefetch_related(seen_cases(user)).order_by("-received_at", "reference"))
            if len(found) != len(unique):
                raise UnknownEvidence(
                    gettext(
                        "Part of what you chose is not open to you any more. Nothing was done; "
                        "open the register again and choose anew."
                    )
                )
        else:
            found = [EvidenceItem()] * (most + 1)
    if len(found) > most:
        raise TooMany(
            gettext(
                "This can be done for %(most)d items at a time. Narrow the filters, or choose page by page."
            )
            % {"most": most}
        )
    return found


def _sight(user: User, case: Case | None) -> _Sight:
    """What `visible_to` says, asked for in the way that fits how much it is.

    The reader's role was looked at before: the register's views ask for it.
    """
    items = EvidenceItem.objects.select_related("object")
    if not user.has_perm(READ):
        return _Sight(items.none(), is_little=True, at_least=0)
    cases = Case.objects.visible_to(user)
    mine = EvidenceCase.objects.filter(case__in=cases if case is None else cases.filter(pk=case.pk))
    some = mine.order_by().values_list("item_id", flat=True)[: FEW + 1]
    placed = list(some)
    if len(placed) <= FEW:
        scoped = EvidenceItem.objects.visible_to(user).select_related("object")
        if case is not None:
            scoped = scoped.filter(pk__in=mine.values("item_id"))
        return _Sight(scoped, is_little=True, at_least=len(set(placed)))
    # A scalar subquery, not EXISTS: PostgreSQL would gather a million placements to look up twenty-five items.
    one = mine.filter(item=OuterRef("pk")).order_by().values("pk")[:1]
    walked = items.alias(place=Subquery(one))
    at_least = len(set(placed))
    if case is not None:
        return _Sight(walked.filter(place__isnull=False), is_little=False, at_least=at_least)
    own = Intake.objects.filter(started_by=user).values("pk")
    unplaced = Q(intake__in=own) & ~Exists(EvidenceCase.objects.filter(item=OuterRef("pk")))
    return _Sight(walked.filter(Q(place__isnull=False) | unplaced), is_little=False, at_least=at_least)


def _fitting(items: QuerySet[EvidenceItem], wanted: RegisterFilter) -> QuerySet[EvidenceItem]:
    if wanted.kind == PHYSICAL:
        items = items.filter(object=None)
    elif wanted.kind in FILTERS:
        items = items.filter(media_type__startswith=FILTERS[wanted.kind][1])
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
    return items.order_by(*_ORDERS[wanted.order])


def _checked(items: QuerySet[EvidenceItem], state: CheckState) -> QuerySet[EvidenceItem]:
    checks = CustodyEvent.objects.filter(item=OuterRef("pk"), kind=CustodyKind.FIXITY_CHECKED)
    if state is CheckState.UNCHECKED:
        return items.filter(~Exists(checks), object__isnull=False)
    last = checks.order_by("-seq").values("outcome")[:1]
    wanted = CustodyOutcome.VERIFIED if state is CheckState.VERIFIED else CustodyOutcome.BROKEN
    return items.alias(last_outcome=Subquery(last)).filter(last_outcome=wanted)


_ORDERS = {
    Order.NEWEST: ("-received_at", "reference"),
    Order.OLDEST: ("received_at", "-reference"),
    Order.REFERENCE: ("reference",),
}


def _cut(
    items: QuerySet[EvidenceItem], order: Order, place: Place, *, backwards: bool
) -> QuerySet[EvidenceItem]:
    """What comes after the place in this order, or read backwards what came before it.

    The comparison of the moment stands twice, so that a database begins at its index's right end.
    """
    at, reference = place.received_at, place.reference
    if order is Order.REFERENCE:
        return items.filter(**{"reference__lt" if backwards else "reference__gt": reference})
    if (order is Order.NEWEST) != backwards:
        return items.filter(received_at__lte=at).filter(Q(received_at__lt=at) | Q(reference__gt=reference))
    return items.filter(received_at__gte=at).filter(Q(received_at__gt=at) | Q(reference__lt=reference))


def _place(item: EvidenceItem) -> Place:
    return Place(item.received_at, item.reference)


def _with_cases(rows: list[EvidenceItem], user: User) -> list[EvidenceItem]:
    prefetch_related_objects(rows, seen_cases(user))
    return rows
