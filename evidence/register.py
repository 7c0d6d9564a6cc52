"""The register: what a reader looks for among the items that are open to them, a page at a time.

It must stay quick at a million items, for somebody who sees five thousand of the oldest as for somebody who sees all.
So a page begins where the last one ended (never "skip a million rows"), and how its rows are found depends on how
densely the reader's items lie where the page begins: see `evidence.register_rows`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.utils.translation import gettext

from accounts.models import User
from audit.digits import in_digits
from evidence.errors import TooMany, UnknownEvidence
from evidence.gap_report import LOOKED_AT_ONCE, gaps_of
from evidence.models import CustodyEvent, EvidenceItem
from evidence.queries import seen_cases
from evidence.register_filter import RegisterFilter
from evidence.register_rows import Place, Sight, all_fitting, count_fitting, place_of, rows_beyond, sight_of

ROWS = 25
_LEDGERS = 100


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Rows in their order, and where the pages before and after them begin, if there are any.

    `count` is exact; where it would cost a walk through everything it is None, and `more_than` says what is known.
    `looked_at` is how many ledgers were read for gaps; there may be more items with gaps beyond them, before this page
    where it was read `backwards`.
    """

    rows: list[EvidenceItem]
    before: Place | None
    after: Place | None
    count: int | None
    more_than: int
    looked_at: int | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows in the direction in which they were read, and the place from which there may be more, None at the end.

    `began` is the place of the first item that was looked at, whether it is among the rows or not.
    """

    rows: list[EvidenceItem]
    began: Place | None
    goes_on: Place | None
    looked_at: int | None = None


def register(user: User, wanted: RegisterFilter) -> QuerySet[EvidenceItem]:
    """The items open to `user` that fit, in their order, each with its cases that `user` may know of."""
    return all_fitting(sight_of(user, wanted.case), wanted).prefetch_related(seen_cases(user))


def register_page(
    user: User, wanted: RegisterFilter, *, after: Place | None = None, before: Place | None = None
) -> RegisterPage:
    """One page of the register: the first, or the one that begins after a place, or the one that ends before it."""
    sight, backwards, place = sight_of(user, wanted.case), before is not None, before or after
    look = _look_for_gaps if wanted.asks_for_gaps else _look
    found = look(sight, wanted, place, backwards=backwards)
    if backwards and found.began is None:
        # Nothing stands before: that is the first page.
        return register_page(user, wanted)
    rows = found.rows[::-1] if backwards else found.rows
    prefetch_related_objects(rows, seen_cases(user))
    # The way back begins where the looking began: a page without rows leads back and on as well as any other.
    began = found.began or place
    return RegisterPage(
        rows=rows,
        before=found.goes_on if backwards else began if after else None,
        after=began if backwards else found.goes_on,
        count=_count(sight, wanted, found, whole=place is None),
        more_than=sight.at_least if wanted.is_empty else len(rows),
        looked_at=found.looked_at,
        backwards=backwards,
    )


def selected(
    user: User, ids: Sequence[UUID], *, wanted: RegisterFilter | None, most: int
) -> list[EvidenceItem]:
    """The items of these ids, or without a list of ids all that fit `wanted`; each checked against what is open.

    Raises UnknownEvidence if any of the ids is not open to the reader, TooMany for more than `most`, and where all
    with a gap are asked for: nobody knows them without reading every ledger.
    """
    if wanted is not None and wanted.asks_for_gaps:
        raise TooMany(gettext("Items with a gap are found page by page. Choose them on this page."))
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
            in_digits(
                gettext(
                    "This can be done for %(most)d items at a time. Narrow the filters, or choose page by page."
                )
                % {"most": most}
            )
        )
    return found


def _look(sight: Sight, wanted: RegisterFilter, place: Place | None, *, backwards: bool) -> _Found:
    rows = rows_beyond(sight, wanted, place, backwards=backwards, most=ROWS + 1)
    began = place_of(rows[0]) if rows else None
    return _Found(rows[:ROWS], began, place_of(rows[ROWS - 1]) if len(rows) > ROWS else None)


def _look_for_gaps(sight: Sight, wanted: RegisterFilter, place: Place | None, *, backwards: bool) -> _Found:
    """Read ledgers in the register's order until a page is full, or as many as can be read while somebody waits."""
    found: list[EvidenceItem] = []
    looked_at, began = 0, None
    while looked_at < LOOKED_AT_ONCE:
        batch = rows_beyond(sight, wanted, place, backwards=backwards, most=_LEDGERS)
        events = CustodyEvent.objects.select_related("actor").order_by("seq").defer("salt")
        prefetch_related_objects(batch, Prefetch("custody", queryset=events, to_attr="ledger"))
        for item in batch:
            looked_at, place = looked_at + 1, place_of(item)
            began = began or place
            if gaps_of(item.ledger, item):  # type: ignore[attr-defined]
                found.append(item)
            if len(found) == ROWS:
                return _Found(found, began, place, looked_at)
        if len(batch) < _LEDGERS:
            return _Found(found, began, None, looked_at)
    return _Found(found, began, place, looked_at)


def _count(sight: Sight, wanted: RegisterFilter, found: _Found, *, whole: bool) -> int | None:
    if whole and found.goes_on is None:
        return len(found.rows)
    if wanted.asks_for_gaps or not sight.is_little:
        return None
    return count_fitting(sight, wanted)
