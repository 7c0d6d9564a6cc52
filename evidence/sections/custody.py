"""The item's custody."""

from typing import Any

from evidence.queries import custody_of
from evidence.sections.section import Asking


def facts(asking: Asking) -> dict[str, Any]:
    """Every event, in order."""
    return {"events": custody_of(asking.item)}
