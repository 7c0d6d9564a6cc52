"""Values that must not show: their `repr` is `<sealed>`, so tracebacks, logs and debuggers print nothing.

This guards against accidents alone. Python copies strings and bytes freely, and whoever reads the memory of the
running process reads them.
"""

from collections.abc import Iterable
from typing import Any


class SealedText(str):
    """Text whose `repr` hides it. `str()` and formatting still give the text: use them only to show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<sealed>"


class SealedBytes(bytes):
    """Bytes whose `repr` hides them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<sealed>"

    # bytes.__str__ is its repr, so both are hidden.
    __str__ = __repr__


class SealedMap(dict[str, Any]):
    """Values by name, of which the `repr` shows neither."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<sealed>"


def wipe(buffers: Iterable[bytearray]) -> None:
    """Overwrites key material with zeros. Best effort: copies that the interpreter or a library made remain."""
    for buffer in buffers:
        buffer[:] = bytes(len(buffer))
