"""The item's custody."""

from typing import Any

from evidence.holding import holder_of, open_offer
from evidence.queries import custody_of
from evidence.sections.section import Asking


def facts(asking: Asking) -> dict[str, Any]:
    """Every event in order, who holds the item, and the offer that waits, if it does."""
    events = list(custody_of(asking.item))
    offer = open_offer(events)
    return {
        "events": events,
        "holder": holder_of(events),
        "offer": offer,
        "is_mine": offer is not None and offer.party_id == asking.user.pk,
    }
