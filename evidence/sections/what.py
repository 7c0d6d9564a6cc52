"""What the item is: its name, its type, its size, its dates and its cases."""

from typing import Any

from evidence.media_types import plain_kind
from evidence.models import EvidenceItem, Thing
from evidence.named_types import name_lies
from evidence.queries import placements_seen
from evidence.sections.section import Asking
from evidence.thing_form import PhotographsForm
from evidence.unpacking.queries import seen_parent
from evidence.vocabulary import Relation


def facts(asking: Asking) -> dict[str, Any]:
    """The plain word for its type, its cases that the reader knows, what it came from, and what is seen of a thing."""
    return {
        "name_lies": name_lies(asking.item.media_type, str(asking.item.original_name)),
        "kind": plain_kind(asking.item.media_type, physical=not asking.item.has_bytes),
        "placements": placements_seen(asking.item, user=asking.user),
        "parent": seen_parent(asking.item, user=asking.user),
        **_thing(asking),
    }


def _thing(asking: Asking) -> dict[str, Any]:
    if asking.item.has_bytes:
        return {}
    photographs = EvidenceItem.objects.visible_to(asking.user).filter(
        parent=asking.item, relation=Relation.PHOTOGRAPH
    )
    return {
        "thing": Thing.objects.filter(item=asking.item).first(),
        "photographs": photographs.order_by("received_at", "reference"),
        "form": PhotographsForm(),
    }
