"""What is inside an item that holds others, as far as somebody had it listed."""

from typing import Any

from evidence.sections.section import Asking
from evidence.unpacking.queries import contents_of, may_hold_others


def facts(asking: Asking) -> dict[str, Any] | None:
    """How far the listing is and how many members became what; None where nothing suggests that there are any."""
    contents = contents_of(asking.item)
    if contents is None and not may_hold_others(asking.item):
        return None
    return {"contents": contents}
