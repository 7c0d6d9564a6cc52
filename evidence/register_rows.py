"""How the rows of a page of the register are found, at a cost that does not grow with what other people see.

Where the reader's items lie densely, the items are walked in their order from where the page begins, and enough of
them are met soon. Where they lie thinly, each of the reader's cases is asked how far a page of its own would reach:
no row of the page lies beyond the nearest of these, so only what lies before it is gathered and sorted. Both read an
index from its right end. What is left is the order by reference, in which no case lies together: references are drawn
at random, so a page of it is met soon enough by whoever sees more than a few.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from cases.models import Case
from evidence.models import EvidenceCase, EvidenceItem
from evidence.register_filter import Items, Order, RegisterFilter, fitting
from evidence.scopes import READ

# With so many placements at most, the reader's items are counted exactly, and sorted by reference.
FEW = 5_000
# So many items are looked at to tell how densely the reader's lie, where a page begins. Of these, who sees a tenth sees
# about forty, so that a page is among them; where it is not, asking every case costs as much again as the look.
LOOK = 400
# As many of them as this are many: walking finds a page about as fast as it finds anything.
DENSE = 26

_HANDED_OVER = 2_000

_ORDERS = {
    Order.NEWEST: ("-received_at", "reference"),
    Order.OLDEST: ("received_at", "-reference"),
    Order.REFERENCE: ("reference",),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in an order: the moment of its receipt and its reference."""

    received_at: datetime
    reference: str


def place_of(item: EvidenceItem) -> Place:
    """The item's place in every order."""
    return Place(item.received_at, item.reference)


@dataclass(frozen=True, slots=True)
class Sight:
    """What the reader sees: what lies in these cases, and what they took in and no case has yet.

    It is what `visible_to` says, asked for so that each part has its index. `own` is None where one case is asked for.
    """

    # Their keys themselves: for a subquery PostgreSQL guesses that a reader sees three cases of four.
    cases: list[UUID]
    own: Q | None
    is_little: bool = True
    at_least: int = 0

    @property
    def placements(self) -> QuerySet[EvidenceCase]:
        """The places of items in the reader's cases."""
        return EvidenceCase.objects.filter(case__in=self.cases).order_by()

    def keys(self, **within: Any) -> Any:
        """The keys of the reader's items that were received within these bounds."""
        keys = self.placements.filter(**within).values("item_id")
        if self.own is None:
            return keys
        return keys.union(EvidenceItem.objects.filter(self.own, **within).order_by().values("pk"))


def sight_of(user: User, case: Case | None) -> Sight:
    """What the reader sees, in all cases or in one."""
    cases = Case.objects.visible_to(user)
    if not user.has_perm(READ):
        return Sight([], None)
    if case is not None:
        cases = cases.filter(pk=case.pk)
    own = Q(received_by=user, in_a_case=False) if case is None else None
    sight = Sight(list(cases.order_by().values_list("pk", flat=True)), own)
    some = sight.placements.values("item_id")[: FEW + 1]
    known = some.aggregate(placements=Count("item_id"), items=Count("item_id", distinct=True))
    return replace(sight, is_little=known["placements"] <= FEW, at_least=known["items"])


def all_fitting(sight: Sight, wanted: RegisterFilter) -> Items:
    """Everything that the reader sees and that fits, in its order."""
    items = _ordered(fitting(_rows(), wanted), wanted.order)
    thinly = sight.is_little or not _lies_densely(sight, wanted, None, backwards=False)
    return _gathered(items, sight) if thinly else _walked(items, sight)


def count_fitting(sight: Sight, wanted: RegisterFilter) -> int:
    """How many items that is; for who sees little. Without filters no item is looked at."""
    if not wanted.is_empty:
        return all_fitting(sight, wanted).count()
    own = 0 if sight.own is None else EvidenceItem.objects.filter(sight.own).count()
    return sight.at_least + own


def rows_beyond(
    sight: Sight, wanted: RegisterFilter, place: Place | None, *, backwards: bool, most: int
) -> list[EvidenceItem]:
    """The next `most` rows after a place, or from the beginning; read backwards, those before it."""
    items = _beyond(fitting(_rows(), wanted), wanted.order, place, backwards=backwards)
    if wanted.order is Order.REFERENCE:
        return list((_gathered if sight.is_little else _walked)(items, sight)[:most])
    if not sight.is_little:
        near = _near(wanted.order, place, backwards=backwards)
        rows = list(_walked(items.filter(pk__in=near), sight)[:most])
        if len(rows) == most:
            return rows
        if not wanted.is_empty and _lies_densely(sight, wanted, place, backwards=backwards):
            return list(_walked(items, sight)[:most])
    return _merged(items, sight, place, falling=(wanted.order is Order.NEWEST) != backwards, most=most)


def _merged(
    items: Items, sight: Sight, place: Place | None, *, falling: bool, most: int
) -> list[EvidenceItem]:
    """The first rows of all the reader's cases together, from what each case's own first rows reach to."""
    edge = _edge(items, sight, falling=falling, most=most)
    within: dict[str, Any] = {}
    if edge is not None:
        within["received_at__gte" if falling else "received_at__lte"] = edge
    if place is not None:
        within["received_at__lte" if falling else "received_at__gte"] = place.received_at
    keys = sight.keys(**within)
    # A few keys are handed over as they are, so that the database has nothing to guess at.
    known = [row["item_id"] for row in keys[: _HANDED_OVER + 1]]
    return list(items.filter(pk__in=known if len(known) <= _HANDED_OVER else keys)[:most])


def _edge(items: Items, sight: Sight, *, falling: bool, most: int) -> datetime | None:
    """A moment by which one case, or what has none, holds a page alone; None where none holds as many."""
    last = slice(most - 1, most)
    by, best = ("-received_at", Max) if falling else ("received_at", Min)
    by_placement = by.replace("received_at", "placements__received_at")
    placed = items.filter(placements__case=OuterRef("pk")).order_by(by_placement)
    reach = Subquery(placed.values("placements__received_at")[last])
    edges = [
        Case.objects.filter(pk__in=sight.cases)
        .order_by()
        .annotate(edge=reach)
        .aggregate(nearest=best("edge"))["nearest"]
    ]
    if sight.own is not None:
        edges += items.filter(sight.own).order_by(by).values_list("received_at", flat=True)[last]
    known = [edge for edge in edges if edge is not None]
    return (max(known) if falling else min(known)) if known else None


def _gathered(items: Items, sight: Sight) -> Items:
    """The reader's items by their keys, whatever order is asked for; costs as much as the reader sees."""
    return items.filter(pk__in=sight.keys())


def _walked(items: Items, sight: Sight) -> Items:
    """The reader's items, each looked up as it is met; costs as much as is walked past."""
    # A scalar subquery, not EXISTS: PostgreSQL would gather a million placements to look up twenty-five items.
    one = sight.placements.filter(item=OuterRef("pk")).values("pk")[:1]
    placed = Q(place__isnull=False)
    return items.alias(place=Subquery(one)).filter(placed if sight.own is None else placed | sight.own)


def _lies_densely(sight: Sight, wanted: RegisterFilter, place: Place | None, *, backwards: bool) -> bool:
    near = _near(wanted.order, place, backwards=backwards)
    return _walked(EvidenceItem.objects.filter(pk__in=near).order_by(), sight).count() >= DENSE


def _near(order: Order, place: Place | None, *, backwards: bool) -> Any:
    """The keys of the first items beyond the place, whoever sees them."""
    return _beyond(EvidenceItem.objects.all(), order, place, backwards=backwards).values("pk")[:LOOK]


def _rows() -> Items:
    return EvidenceItem.objects.select_related("object")


def _ordered(items: Items, order: Order) -> Items:
    return items.order_by(*_ORDERS[order])


def _beyond(items: Items, order: Order, place: Place | None, *, backwards: bool) -> Items:
    """What comes after the place in this order, or read backwards what came before it, in the order it is read.

    The comparison of the moment stands twice, so that a database begins at its index's right end.
    """
    # Not reverse(): that would turn every order_by() round as well that comes after it.
    ordered = items.order_by(*map(_turned, _ORDERS[order])) if backwards else _ordered(items, order)
    if place is None:
        return ordered
    at, reference = place.received_at, place.reference
    if order is Order.REFERENCE:
        return ordered.filter(**{"reference__lt" if backwards else "reference__gt": reference})
    if (order is Order.NEWEST) != backwards:
        return ordered.filter(received_at__lte=at).filter(Q(received_at__lt=at) | Q(reference__gt=reference))
    return ordered.filter(received_at__gte=at).filter(Q(received_at__gt=at) | Q(reference__lt=reference))


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"
