"""One text as the needles meet it: its words, and which of them stand where. Pure."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cached_property
from operator import add
from typing import Final

from witnesses.leaks.letters import words

_SPACED_OUT: Final = 5


class Page:
    """The words of one text. Read once by each kind of needle, then let go."""

    def __init__(self, text: str) -> None:
        self.words = words(text)
        self.distinct = frozenset(self.words)
        # Where parts of names stand, by label; the names fill it in.
        self.named: dict[str, list[int]] = defaultdict(list)
        self.speaks_of_addresses = "@" in text or "%40" in text or "(at)" in text or "[at]" in text

    def __repr__(self) -> str:
        return "<sealed>"

    @cached_property
    def line(self) -> str:
        """All words, a space between them."""
        return " ".join(self.words)

    @cached_property
    def digits(self) -> int:
        """The length of all words with a digit: whether it is worth looking for numbers."""
        return sum(len(word) for word in self.distinct if not word.isalpha() and word != ".")

    @cached_property
    def squeezed(self) -> str:
        """All words without anything between them, dots left out too."""
        return "".join(self.words).replace(".", "")

    @cached_property
    def without_at(self) -> str:
        """The same without the words by which people write an address so that programs do not see it."""
        return "".join(word for word in self.words if word not in (".", "at", "dot"))

    @cached_property
    def spaced_out(self) -> list[str]:
        """What stands as single letters with a space after each, five or more, joined."""
        marks = "".join(word if len(word) == 1 and word.isalpha() else " " for word in self.words)
        return [run for run in marks.split() if len(run) >= _SPACED_OUT]

    def joined(self, wanted: Mapping[str, object]) -> list[tuple[int, int, str]]:
        """Two or three neighbours that together are one of the wanted words: where they begin, how many, what."""
        twos = list(map(add, self.words, self.words[1:]))
        threes = list(map(add, twos, self.words[2:]))
        # Most pages have none: asked of each neighbour only where there is one.
        return [
            (start, width, word)
            for width, together in ((2, twos), (3, threes))
            if not wanted.keys().isdisjoint(together)
            for start, word in enumerate(together)
            if word in wanted
        ]

    def positions(self, wanted: Collection[str]) -> dict[str, list[int]]:
        """Where each of the wanted words stands."""
        found: dict[str, list[int]] = defaultdict(list)
        for position, word in enumerate(self.words):
            if word in wanted:
                found[word].append(position)
        return found
