"""Places of birth in a text: a village may be somebody, and is never more than that. Pure."""

from collections.abc import Iterator

from witnesses.leaks.pages import Page
from witnesses.leaks.surety import Surety
from witnesses.leaks.written_about import village_in


class Villages:
    """The places of birth that are looked for, as they were written."""

    __slots__ = ("_labels",)

    def __init__(self) -> None:
        self._labels: dict[str, set[str]] = {}

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, label: str, text: str) -> None:
        """Takes a place of birth, where it is no city that many were born in."""
        village = village_in(text)
        if village:
            for form in (village, village.replace(" ", "")):
                self._labels.setdefault(form, set()).add(label)

    def forget(self) -> None:
        """Lets go of all."""
        self._labels.clear()

    def found(self, page: Page) -> Iterator[tuple[str, Surety]]:
        """Each label, as possible."""
        if self._labels:
            line = f" {page.line} "
            for form, labels in self._labels.items():
                if f" {form} " in line:
                    yield from ((label, Surety.POSSIBLE) for label in labels)
