"""Entries that a list of the log should show and does not find, told by their neighbours in the tree.

An index that was made to lack rows hides them from lists. The tree has no gaps, though: beside the places of the listed
entries lie entries of about the same time, and one that is dated within what the page covers must be listed as well.
Looks at no more places than a page has entries, twice; so it finds the edges of what is hidden, not how far that goes.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from audit.explorer import EntryPage
from audit.models import Entry, Leaf
from audit.no_moment import NO_MOMENT


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A place of the tree whose entry is not found where it belongs; `entry` is None where nothing of it is found."""

    place: int
    entry: uuid.UUID | None


def unlisted_beside(page: EntryPage, entries: Sequence[Entry], *, size: int) -> list[Unlisted]:
    """Return what belongs on the page of a list through no filter but a period, and is not on it, by its place.

    `entries` are the page's with their places. `size` is the tree's, read before the list was: what came to its place
    meanwhile may honestly be missing.
    """
    listed = {entry.pk for entry in entries}
    places = {entry.leaf.index for entry in entries if hasattr(entry, "leaf")}
    beside = {place + step for place in places or _places_around(page) for step in (-1, 1)}
    beside |= (set() if page.newer else {size - 1}) | (set() if page.older else {0})
    asked = sorted(place for place in beside - places if 0 <= place < size)
    if not asked:
        return []
    named = dict(Leaf.objects.filter(index__in=asked).values_list("index", "entry_id"))
    found = _by_id(sorted(set(named.values()) - listed))
    missing = []
    for place in asked:
        key = named.get(place)
        entry = found.get(key) if key else None
        if key in listed:
            continue
        if entry is None or _belongs(entry, page):
            missing.append(Unlisted(place, entry.pk if entry else None))
    return missing


def _by_id(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, Entry]:
    """The entries with these ids, each asked for by itself and with more than an index of times holds.

    Otherwise PostgreSQL may read ids and times out of the very index that hides them.
    """
    asked = [Entry.objects.filter(pk=key).only("id", "recorded_at", "channel") for key in keys]
    return {entry.pk: entry for entry in asked[0].union(*asked[1:], all=True)} if asked else {}


def _places_around(page: EntryPage) -> set[int]:
    """Of a page without places: those of the entries nearest to it on either side, where they have one."""
    placed = Entry.objects.values_list("leaf__index", flat=True)
    later = (
        placed.filter(recorded_at__gte=page.before[0]).order_by("recorded_at", "id") if page.before else None
    )
    earlier = (
        placed.filter(recorded_at__lte=page.after[0]).order_by("-recorded_at", "-id") if page.after else None
    )
    nearest = [rows.first() for rows in (later, earlier) if rows is not None]
    return {place for place in nearest if place is not None}


def _belongs(entry: Entry, page: EntryPage) -> bool:
    """Whether the page covers the entry; of a moment that no calendar has nobody can say."""
    if entry.recorded_at == NO_MOMENT:
        return False
    stand = entry.recorded_at, entry.pk
    return (page.before is None or stand < page.before) and (page.after is None or page.after < stand)
