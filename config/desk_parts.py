"""What a desk is made of."""

from dataclasses import dataclass, field

from django.utils.functional import Promise

ROWS = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section: what it is, a word of detail, and where it leads."""

    text: str
    detail: str | Promise = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a desk: `empty` says what would stand here and how it gets here, `waits` that the reader must act."""

    title: str
    empty: str
    rows: list[Row] = field(default_factory=list)
    text: str = ""
    count: int | None = None
    waits: bool = False
