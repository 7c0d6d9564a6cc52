"""The item itself, looked at through what was made of it; the original is never shown."""

from typing import Any

from evidence.derivative_reading import open_derivative
from evidence.errors import EvidenceError
from evidence.leaves import leaf_of
from evidence.lines import stretch_of
from evidence.sections.section import Asking
from evidence.viewer import Face, Viewer, viewer_of


def facts(asking: Asking) -> dict[str, Any]:
    """How the item can be looked at, with its first page or its first lines where that is how."""
    viewer = viewer_of(asking.item, user=asking.user)
    shown: dict[str, Any] = {"viewer": viewer}
    if viewer.face is Face.LEAVES:
        return shown | {"leaf": leaf_of(asking.item, 1, user=asking.user)}
    if viewer.face is Face.TEXT:
        return shown | _first_lines(viewer, asking)
    return shown | {"start": _start(asking.address.get("at", ""))}


def _start(text: str) -> str:
    """The second at which a recording begins to play, as the address names it; empty for the beginning."""
    return text if text.isascii() and text.isdigit() and len(text) <= 6 else ""


def _first_lines(viewer: Viewer, asking: Asking) -> dict[str, Any]:
    # Damage to what was made must not close the page that tells of the original.
    if viewer.main is None:
        return {}
    try:
        with open_derivative(viewer.main, actor=asking.user).content as content:
            return {"stretch": stretch_of(content)}
    except EvidenceError as error:
        return {"trouble": str(error)}
