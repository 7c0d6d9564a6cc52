"""One text as the needles meet it: its words, and which of them stand where. Pure."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from operator import add
from typing import Final

from witnesses.leaks.folded import unfolded
from witnesses.leaks.letters import words_as_they_stand

_SPACED_OUT: Final = 5
# Signs that people put in the place of digits which they leave out.
_MASKS: Final = (
    "**",
    "* *",
    "xx",
    "x x",
    "XX",
    "X X",
    "××",
    "× ×",
    "••",
    "●●",
    "##",
    "__",
    "…",
    "...",
    "??",
    "؟؟",
    "██",
    "■■",
)
_MASKED: Final = re.compile(
    r"(\d[\d ()-]{0,20})?[ -]?((?:[*xX×•●#_?؟█■][ -]?){2,30}|…+|\.{3,30})[ -]?(\d(?:[ ()-]{0,2}\d){1,14})?"
)
_FEWEST_SAID: Final = 4


class Page:
    """The words of one text. Read once by each kind of needle, then let go."""

    def __init__(self, text: str) -> None:
        shown = unfolded(text)
        self.words = words_as_they_stand(shown)
        # An address can look as if something were folded in it: then what seems to be in it stands in its middle.
        self._written = self.words if shown == text else words_as_they_stand(text)
        self.distinct = frozenset(self.words)
        # Of whose names parts stand where, by position; the names fill it in.
        self.named: dict[int, list[frozenset[str]]] = defaultdict(list)
        self.masked = list(_masked(text)) if any(mask in text for mask in _MASKS) else []
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
        """All words without anything between them, dots left out too; a line more for them as they were written."""
        return "\n".join("".join(words).replace(".", "") for words in self._readings())

    @cached_property
    def without_at(self) -> str:
        """The same without the words by which people write an address so that programs do not see it."""
        return "\n".join(
            "".join(word for word in words if word not in (".", "at", "dot")) for words in self._readings()
        )

    def _readings(self) -> list[list[str]]:
        return [self.words] if self._written is self.words else [self.words, self._written]

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

    def names(self, label: str, near: int, within: int) -> bool:
        """Whether a part of a name of the label stands so many words or fewer from a position."""
        spots = range(near - within, near + within + 1)
        return any(label in labels for spot in spots for labels in self.named.get(spot, ()))

    def positions(self, wanted: Collection[str]) -> dict[str, list[int]]:
        """Where each of the wanted words stands."""
        if not wanted:
            return {}
        found: dict[str, list[int]] = defaultdict(list)
        for position, word in enumerate(self.words):
            if word in wanted:
                found[word].append(position)
        return found


def _masked(text: str) -> Iterator[tuple[str, str]]:
    """The digits before and behind signs that stand for others; with other digits near them, and without those."""
    for found in _MASKED.finditer(text):
        before, after = _groups(found[1]), _groups(found[3])
        heads = ["".join(before[first:]) for first in range(len(before))] or [""]
        tails = ["".join(after[: last + 1]) for last in range(len(after))] or [""]
        yield from ((head, tail) for head in heads for tail in tails if len(head + tail) >= _FEWEST_SAID)


def _groups(digits: str | None) -> list[str]:
    plain = "".join(str(int(sign)) if sign.isdecimal() else " " for sign in digits or "")
    return plain.split()
