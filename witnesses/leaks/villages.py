"""Places of birth in a text: a village may be somebody, and is never more than that. Pure."""

from collections import defaultdict
from collections.abc import Iterator

from witnesses.leaks.pages import Page
from witnesses.leaks.surety import Surety
from witnesses.leaks.written_about import village_in


class Villages:
    """The places of birth that are looked for, as they were written."""

    __slots__ = ("_labels",)

    def __init__(self) -> None:
        # By the first word.
        self._labels: dict[str, dict[tuple[str, ...], set[str]]] = defaultdict(lambda: defaultdict(set))

    def __repr__(self) -> str:
        return "<sealed>"

    def add(self, label: str, text: str) -> None:
        """Takes a place of birth, where it is no city that many were born in."""
        village = village_in(text)
        if village:
            for form in (village.split(), [village.replace(" ", "")]):
                self._labels[form[0]][tuple(form)].add(label)

    def forget(self) -> None:
        """Lets go of all."""
        self._labels.clear()

    def found(self, page: Page) -> Iterator[tuple[str, Surety]]:
        """Each label, as possible."""
        for first, places in page.positions(page.distinct & self._labels.keys()).items():
            for form, labels in self._labels[first].items():
                if any(tuple(page.words[place : place + len(form)]) == form for place in places):
                    yield from ((label, Surety.POSSIBLE) for label in labels)
