"""What is openly recorded of items, in words that people wrote: it says something of whoever they rest on."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.views.decorators.debug import sensitive_variables

from cases.models import Case
from evidence.models import Acquisition, CustodyEvent, Derivative, EvidenceItem, EvidenceLink, OnlineCapture
from evidence.vocabulary import FOR_A_DOSSIER, CustodyKind

EXHIBIT_WORDS: Final = (
    *("title", "source", "original_name", "original_path"),
    *("intake__how_obtained", "intake__consent_reference", "thing__description", "thing__serial_number"),
)
ACQUISITION_WORDS: Final = (
    *("source_name", "how_obtained", "why_obtained", "place", "collector"),
    *("legal_basis", "rights", "restrictions", "consent_reference"),
)
CAPTURE_WORDS: Final = ("url", "final_url", "collector", "context")
COPY_WORDS: Final = ("title", "note", "original_name")
CUSTODY_WORDS: Final = ("purpose", "note", "authority", "witnessed_by", "received_by")
# Programs write them, or copy what was weighed where it was written: the purpose of a dossier.
_ROUTINE: Final = (CustodyKind.FIXITY_CHECKED, CustodyKind.FORMAT_IDENTIFIED, *FOR_A_DOSSIER)


@sensitive_variables()
def words_of_exhibits(items: Collection[UUID], *, case: Case | None = None) -> dict[UUID, list[str]]:
    """What is recorded of each of these items, and of what they are linked to in the case, or in any.

    Of source and capture the newest version counts. Places and dates of incidents are words too. A fixed number of
    queries.
    """
    said: dict[UUID, list[str]] = defaultdict(list)
    if not items:
        return said
    for item_id, *texts in EvidenceItem.objects.filter(pk__in=items).values_list("pk", *EXHIBIT_WORDS):
        said[item_id] += [text for text in texts if text]
    for item_id, texts in _recorded(items):
        said[item_id] += [text for text in texts if text]
    for item_id, texts in _links(items, case):
        said[item_id] += texts
    return said


def _recorded(items: Collection[UUID]) -> Iterator[tuple[UUID, list[str]]]:
    versioned: tuple[tuple[QuerySet[Any], tuple[str, ...]], ...] = (
        (Acquisition.objects.filter(item__in=items), ACQUISITION_WORDS),
        (OnlineCapture.objects.filter(item__in=items), CAPTURE_WORDS),
    )
    for rows, words in versioned:
        newest = {row[0]: row[1:] for row in rows.order_by("version").values_list("item_id", *words)}
        yield from ((item_id, list(texts)) for item_id, texts in newest.items())
    added: tuple[tuple[QuerySet[Any], tuple[str, ...]], ...] = (
        (Derivative.objects.filter(item__in=items).exclude(author=None), COPY_WORDS),
        (CustodyEvent.objects.filter(item__in=items).exclude(kind__in=_ROUTINE), CUSTODY_WORDS),
    )
    for rows, words in added:
        for item_id, *texts in rows.values_list("item_id", *words):
            yield item_id, texts


def _links(items: Collection[UUID], case: Case | None) -> Iterator[tuple[UUID, list[str]]]:
    links = EvidenceLink.objects.filter(Q(case=case) if case else Q(), item__in=items)
    for link in links.select_related("incident__place", "place"):
        texts = [link.basis, link.pinpoint]
        places = [link.place]
        if link.incident:
            texts += [link.incident.title, link.incident.date_as_written]
            places.append(link.incident.place)
        texts += [name for place in places if place for name in (place.name_fa, place.name_latin)]
        yield link.item_id, [text for text in texts if text]
