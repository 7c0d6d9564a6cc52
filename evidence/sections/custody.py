"""The item's custody."""

from typing import Any

from evidence.custody_line import line_of
from evidence.disposal import open_request
from evidence.gap_report import gaps_of
from evidence.hold_reach import holds_seen
from evidence.holding import holder_of, open_offer, open_seals
from evidence.keeping import to_come_back
from evidence.queries import custody_of, erasure_requests_of
from evidence.sections.section import Asking
from evidence.told import untold
from evidence.vocabulary import CustodyKind


def facts(asking: Asking) -> dict[str, Any]:
    """Every event in order, who holds the item, what waits, and what is missing."""
    events = list(custody_of(asking.item))
    offer = open_offer(events)
    gaps = gaps_of(events, asking.item)
    return {
        "events": line_of(events, gaps, untold(events, user=asking.user)),
        "gaps": gaps,
        "holder": holder_of(events),
        "offer": offer,
        "is_mine": offer is not None and offer.party_id == asking.user.pk,
        "out": to_come_back(events),
        "seals": open_seals(events),
        "holds": holds_seen(asking.item, user=asking.user),
        "disposal": open_request(events),
        "erasures": list(erasure_requests_of(asking.item, user=asking.user).filter(outcome="")),
        "disposed": next((event for event in events if event.kind == CustodyKind.DISPOSED), None),
    }
