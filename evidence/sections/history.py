"""What the log says was done with the item."""

from typing import Any

from evidence.history import history_of
from evidence.sections.section import Asking


def facts(asking: Asking) -> dict[str, Any]:
    """One page of the history, newest first, chosen by `history` in the address."""
    found = history_of(asking.item, user=asking.user, page=asking.address.get("history"))
    return {"acts": found.acts, "page": found.page}
