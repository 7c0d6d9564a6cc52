"""The desk of each role: what waits for them, and nothing else."""

from dataclasses import dataclass, field

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section: what it is, a word of detail, and where it leads."""

    text: str
    detail: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a desk; `empty` says what would stand here and how it gets here."""

    title: str
    empty: str
    rows: list[Row] = field(default_factory=list)
    text: str = ""
    count: int | None = None


def desk_sections(user: User) -> list[Section]:
    """The sections of this user's desk, each scoped to what the user may see."""
    return []


def standing_sentence(user: User) -> str:
    """One sentence under the title: who is at the desk."""
    return f"{user.full_name} · {user.role.title}" if user.role else user.full_name
