"""What the item is: its name, its type, its size, its dates and its cases."""

from typing import Any

from evidence.media_types import plain_kind
from evidence.named_types import name_lies
from evidence.queries import placements_seen
from evidence.sections.section import Asking
from evidence.unpacking.queries import seen_parent


def facts(asking: Asking) -> dict[str, Any]:
    """The plain word for its type, the cases that the reader knows it in, and the item that it came from."""
    return {
        "name_lies": name_lies(asking.item.media_type, str(asking.item.original_name)),
        "kind": plain_kind(asking.item.media_type, physical=not asking.item.has_bytes),
        "placements": placements_seen(asking.item, user=asking.user),
        "parent": seen_parent(asking.item, user=asking.user),
    }
