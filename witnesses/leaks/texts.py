"""Where text was found, and the text. Pure."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A file inside the package, and the part of it: "page 3", "metadata", "file name", "header", "sheet 2"."""

    path: str
    part: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Piece:
    """Text to look through. Its `repr` says nothing of it.

    The pieces of one place come one after the other; a name that is broken between two of them is found.
    """

    place: Place
    text: str = field(repr=False)

    def __repr__(self) -> str:
        return "<sealed>"
