"""Working copies, redactions, translations and what machines derived, each with its parent."""

from typing import Any

from evidence.sections.section import Asking


def facts(asking: Asking) -> dict[str, Any] | None:
    """None until something can be derived."""
    return None
