"""What the item speaks to."""

from typing import Any

from django.urls import reverse

from evidence.leaves import leaves_of
from evidence.pinpoints import Pinpoint, Spot, read_pinpoint
from evidence.queries import links_of
from evidence.sections.section import Asking
from evidence.viewer import Face, viewer_of


def facts(asking: Asking) -> dict[str, Any]:
    """The links within the reader's cases, each with the way back to the place in the item that it names."""
    links = list(links_of(asking.item, user=asking.user))
    spots = [read_pinpoint(str(link.pinpoint)) for link in links]
    leads = _Leads(asking) if any(spots) else None
    return {
        "links": [
            {"link": link, "href": leads.to(spot) if leads and spot else ""}
            for link, spot in zip(links, spots, strict=True)
        ]
    }


class _Leads:
    """Addresses of places in one item; empty for a place that cannot be shown. Two queries, however many links."""

    def __init__(self, asking: Asking) -> None:
        self.key = asking.item.pk
        self.viewer = viewer_of(asking.item, user=asking.user)
        self.leaves = (
            leaves_of(asking.item, user=asking.user).count() if self.viewer.face is Face.LEAVES else 0
        )

    def to(self, pinpoint: Pinpoint) -> str:
        """Where the place is looked at."""
        number = pinpoint.number
        if pinpoint.spot is Spot.PAGE:
            return reverse("evidence:leaf", args=[self.key, number]) if number <= self.leaves else ""
        if pinpoint.spot is Spot.TIME:
            plays = self.viewer.face in (Face.VIDEO, Face.AUDIO)
            return f"{reverse('evidence:item', args=[self.key])}?at={number}#viewer" if plays else ""
        text = self.viewer.main if self.viewer.face is Face.TEXT else next(iter(self.viewer.texts), None)
        if text is None:
            return ""
        return f"{reverse('evidence:text', args=[self.key, text.pk])}?line={number}#line-{number}"
