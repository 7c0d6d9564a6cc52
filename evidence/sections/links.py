"""What the item speaks to."""

from typing import Any

from evidence.queries import links_of
from evidence.sections.section import Asking


def facts(asking: Asking) -> dict[str, Any]:
    """The links within the reader's cases."""
    return {"links": links_of(asking.item, user=asking.user)}
