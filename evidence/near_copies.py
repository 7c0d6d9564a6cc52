"""Which items are another form of others, as far as the house knows: by what was made of them, not by their bytes.

For deciding what else an item has to do with; asked across all cases, so nothing of it is shown to anybody.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import Q

from evidence.alike import MOST_DIFFERENT_BITS, in_bands
from evidence.derivative_words import BY_PEOPLE, DerivativeKind
from evidence.models import Derivative, EvidenceItem, ImageHash

_TEXTS: Final = (DerivativeKind.TEXT, DerivativeKind.OCR_TEXT)
# A word or two on an empty page is the same text in many files that have nothing to do with each other.
_SHORTEST_TEXT: Final = 100  # bytes
# A picture of next to nothing looks like every other such picture.
_FEWEST_BITS: Final = 6
_BATCH, _PICTURES = 400, 40
Row = TypeVar("Row")


def near_copies(items: Collection[UUID]) -> set[UUID]:
    """The items that people made of one of these or of which one of these was made; whose text, or picture, is theirs.

    Of the same text: what a program took or read out of both is the same, letter by letter. Of the same picture: what
    they look like differs in as few bits as copies do. The items themselves are among them.
    """
    found = set(items)
    for batch in _batches(items, _BATCH):
        found.update(_made_by_people(batch))
        found.update(_of_the_same_text(batch))
    for pictures in _batches(_told_apart(items), _PICTURES):
        found.update(_looking_alike(pictures))
    return found


def _made_by_people(batch: list[UUID]) -> Iterator[UUID]:
    """A copy that was made of an item, and taken in as an item: from either end, and of two copies of one kind."""
    kinds = [str(kind) for kind in BY_PEOPLE]
    copies = Derivative.objects.filter(kind__in=kinds, object__size__gt=0)
    yield from copies.filter(object__receipts__in=batch).values_list("item_id", flat=True)
    received = EvidenceItem.objects.filter(object__derivatives__in=copies.filter(item__in=batch))
    yield from received.values_list("pk", flat=True)
    same = copies.filter(object__derivatives__in=copies.filter(item__in=batch))
    yield from same.values_list("item_id", flat=True)


def _of_the_same_text(batch: list[UUID]) -> Iterator[UUID]:
    texts = Derivative.objects.filter(kind__in=_TEXTS, author=None, object__size__gte=_SHORTEST_TEXT)
    own = texts.filter(item__in=batch).values("object")
    yield from texts.filter(object__in=own).values_list("item_id", flat=True)
    # A text file is what the program takes out of another form of it.
    yield from EvidenceItem.objects.filter(object__in=own).values_list("pk", flat=True)
    received = EvidenceItem.objects.filter(pk__in=batch, object__isnull=False).values("object")
    yield from texts.filter(object__in=received).values_list("item_id", flat=True)


def _told_apart(items: Collection[UUID]) -> Iterator[ImageHash]:
    for batch in _batches(items, _BATCH):
        for row in ImageHash.objects.filter(item__in=batch):
            if _FEWEST_BITS <= int(row.bits, 16).bit_count() <= 64 - _FEWEST_BITS:
                yield row


def _looking_alike(pictures: list[ImageHash]) -> Iterator[UUID]:
    wanted = Q()
    for row in pictures:
        wanted |= in_bands(row)
    sought = [int(row.bits, 16) for row in pictures]
    rows = ImageHash.objects.filter(wanted).values_list("item_id", "bits")
    for item_id, bits in rows.iterator(chunk_size=1000):
        seen = int(bits, 16)
        if any((seen ^ one).bit_count() <= MOST_DIFFERENT_BITS for one in sought):
            yield item_id


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch
