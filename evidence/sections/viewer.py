"""The item itself, looked at through what was derived from it; the original is never shown."""

from typing import Any

from evidence.sections.section import Asking


def facts(asking: Asking) -> dict[str, Any] | None:
    """None until something can be derived."""
    return None
