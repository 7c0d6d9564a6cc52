"""Pictures that look alike, found by what they look like and shown only to those who may see both."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from evidence.models import EvidenceItem, ImageHash

# Of 64 bits. Copies that were made smaller, lighter or packed anew differ in fewer; other pictures in about 32.
MOST_DIFFERENT_BITS = 7
_BANDS = ("band_a", "band_b", "band_c", "band_d")
_BAND_BITS = 16
_LOOKED_AT = 500
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Alike:
    """Another item that looks like this one, and in how many of 64 bits it differs."""

    item: EvidenceItem
    different_bits: int


def looks_like(item: EvidenceItem, *, user: User) -> list[Alike]:
    """The items open to `user` whose picture looks like this one's, the most alike first; in two queries.

    Finds all that differ in at most seven bits, for one of four bands then differs in at most one. The same bytes
    under another receipt are left out: the item's page names those already.
    """
    own = ImageHash.objects.filter(item=item).first()
    if own is None:
        return []
    seen = EvidenceItem.objects.visible_to(user).exclude(pk=item.pk).exclude(object_id=item.object_id)
    rows = ImageHash.objects.filter(in_bands(own), item__in=seen.values("pk")).select_related("item")[
        :_LOOKED_AT
    ]
    bits = int(own.bits, 16)
    found = (Alike(row.item, (bits ^ int(row.bits, 16)).bit_count()) for row in rows)
    near = [one for one in found if one.different_bits <= MOST_DIFFERENT_BITS]
    return sorted(near, key=lambda one: (one.different_bits, one.item.reference))[:_SHOWN]


def in_bands(picture: ImageHash) -> Q:
    """The rows of pictures that can differ from this one in at most seven bits; some of them differ in more."""
    wanted = Q()
    for band in _BANDS:
        wanted |= Q(**{f"{band}__in": list(_within_one_bit(getattr(picture, band)))})
    return wanted


def _within_one_bit(band: int) -> Iterator[int]:
    yield band
    for place in range(_BAND_BITS):
        yield band ^ 1 << place
