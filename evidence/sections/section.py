"""What a section of an item's page is: one word for its address and template, a title, and what it shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from accounts.models import User
from evidence.models import EvidenceItem


@dataclass(frozen=True, slots=True)
class Asking:
    """Who reads which item, and what the page's address asks for (a page of a document, older history)."""

    item: EvidenceItem
    user: User
    address: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """One section. `facts` gives what its template shows as `here`, or None where the item has no such section.

    The number of queries of `facts` must not grow with the item.
    """

    name: str
    title: Promise
    facts: Callable[[Asking], dict[str, Any] | None]

    @property
    def template(self) -> str:
        """The template that shows it."""
        return f"evidence/item/{self.name}.html"


@dataclass(frozen=True, slots=True)
class Shown:
    """A section with what it has to say."""

    section: Section
    facts: dict[str, Any]
