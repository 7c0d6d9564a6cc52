"""Which restrictions reach an item beside its own: those on what it came out of and on what came out of it.

Whoever hands out an attachment hands out a part of the message, and whoever hands out an archive hands out all that
lies in it: so what was promised of one is told on the pages of the others, however far up or down.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import User
from evidence.models import Acquisition, EvidenceItem

MOST_TOLD = 20
_LINE = """
    WITH RECURSIVE
    above(id) AS (
        SELECT parent_id FROM evidence_evidenceitem WHERE id = %s AND parent_id IS NOT NULL
        UNION SELECT i.parent_id FROM above JOIN evidence_evidenceitem i ON i.id = above.id
        WHERE i.parent_id IS NOT NULL
    ),
    below(id) AS (
        SELECT id FROM evidence_evidenceitem WHERE parent_id = %s
        UNION SELECT i.id FROM below JOIN evidence_evidenceitem i ON i.parent_id = below.id
    )
    SELECT id FROM above UNION SELECT id FROM below
"""


@dataclass(frozen=True, slots=True)
class Restricting:
    """The newest records with restrictions along the item's line that the reader sees, and what is not told.

    `more` counts those beyond the first that the reader sees too; `elsewhere` is whether there are any on items that
    are not open to the reader, of which nothing else is said.
    """

    told: list[Acquisition]
    more: int
    elsewhere: bool


def restrictions_along(item: EvidenceItem, *, user: User) -> Restricting:
    """The restrictions on what the item came out of and on what came out of it; its own stand in its own record."""
    all_of = _restricted(item)
    known = all_of.count()
    if not known:
        return Restricting([], 0, elsewhere=False)
    seen = all_of.filter(item__in=EvidenceItem.objects.visible_to(user).values("pk"))
    told = list(seen.select_related("item").order_by("item__received_at", "item__reference")[:MOST_TOLD])
    counted = seen.count()
    return Restricting(told, counted - len(told), elsewhere=known > counted)


def _restricted(item: EvidenceItem) -> QuerySet[Acquisition]:
    """The versions that count, where they say something of restrictions."""
    later = Acquisition.objects.filter(item=OuterRef("item"), version__gt=OuterRef("version"))
    return Acquisition.objects.filter(~Exists(later), item__in=_line(item)).exclude(restrictions="")


def _line(item: EvidenceItem) -> Any:
    given = item.pk if connection.vendor == "postgresql" else item.pk.hex
    return RawSQL(_LINE, [given, given])  # noqa: S611  our own names
