"""Rounds, readings and alarms for people who may review custody: references and digests, no content and no titles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.db.models import Count, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from accounts.models import User
from evidence.errors import UnknownEvidence
from evidence.models import Derivative, EvidenceItem, FixityReading, FixityRound
from evidence.scopes import REVIEW_CUSTODY
from evidence.vocabulary import Finding

# So many receipts of one object are named; of more their number.
NAMED = 3


class AboutObject(Protocol):
    """A reading or an alarm."""

    @property
    def object_id(self) -> UUID | None:
        """The object, or None for the store as a whole."""
        ...


@dataclass(frozen=True, slots=True)
class WithReceipts:
    """A reading or an alarm with the first receipts of its object, and how many more there are.

    `made` are the first things that were made of items and lie in this object, `made_more` how many more there are.
    """

    about: AboutObject
    receipts: Sequence[EvidenceItem]
    more: int
    made: Sequence[Derivative] = ()
    made_more: int = 0


def rounds(user: User) -> QuerySet[FixityRound]:
    """Every round, the newest first."""
    return FixityRound.objects.all() if user.has_perm(REVIEW_CUSTODY) else FixityRound.objects.none()


def find_round(round_id: UUID, *, user: User) -> FixityRound:
    """The round. Raises UnknownEvidence for both unknown and not permitted."""
    found = rounds(user).filter(pk=round_id).first()
    if found is None:
        raise UnknownEvidence(_("No such round. Choose one from the list of rounds."))
    return found


def broken_readings(of: FixityRound, *, most: int) -> list[FixityReading]:
    """The first readings of the round that found something, with their objects."""
    broken = FixityReading.objects.filter(round=of).exclude(finding=Finding.VERIFIED)
    return list(broken.select_related("object").order_by("read_at", "pk")[:most])


def receipts_of(about: Iterable[AboutObject]) -> list[WithReceipts]:
    """Each with the receipts of its object, in four questions however many there are."""
    rows = list(about)
    objects = {row.object_id for row in rows if row.object_id is not None}
    items = EvidenceItem.objects.filter(object__in=objects)
    counts = dict(items.order_by().values_list("object_id").annotate(Count("pk")))
    named: dict[UUID | None, list[EvidenceItem]] = {}
    number = Window(RowNumber(), partition_by=["object_id"], order_by=["reference"])
    few = items.order_by().alias(place=number).filter(place__lte=NAMED).values("pk")
    for item in EvidenceItem.objects.filter(pk__in=few).only("reference", "object_id").order_by("reference"):
        named.setdefault(item.object_id, []).append(item)
    made, none = _made_in(objects), _Made([], 0)
    return [
        WithReceipts(
            row,
            kept := named.get(row.object_id, []),
            counts.get(row.object_id, 0) - len(kept),
            (of := made.get(row.object_id, none)).first,
            of.total - len(of.first),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Made:
    """The first things that were made of items and lie in one object, and how many there are."""

    first: list[Derivative]
    total: int


def _made_in(objects: set[UUID]) -> dict[UUID | None, _Made]:
    """What was made of items and lies in these objects; its item, its kind and number, no title.

    Two blank pages are one object: there may be as many of them as there are documents, and a few are read.
    """
    rows = Derivative.objects.filter(object__in=objects).order_by()
    counts = rows.values_list("object_id").annotate(Count("pk"))
    found: dict[UUID | None, _Made] = {object_id: _Made([], total) for object_id, total in counts}
    number = Window(RowNumber(), partition_by=["object_id"], order_by=["item", "kind", "number", "pk"])
    few = rows.alias(place=number).filter(place__lte=NAMED).values("pk")
    named = Derivative.objects.filter(pk__in=few).select_related("item")
    for one in named.only("kind", "number", "author_id", "object_id", "item__reference").order_by(
        "item", "kind", "number", "pk"
    ):
        found[one.object_id].first.append(one)
    return found
