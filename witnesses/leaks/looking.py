"""Looks through texts for the needles."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from django.views.decorators.debug import sensitive_variables

from cases.folding import fold
from witnesses.leaks.needles import Needles
from witnesses.leaks.texts import Piece, Place

_BETWEEN_DIGITS: Final = re.compile(r"(?<=\d)[\s().+/-]{1,3}(?=\d)")


class Surety(StrEnum):
    """How sure a hit is. Sure and likely ones are to be taken for a leak until somebody has looked."""

    SURE = "sure"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Hit:
    """That something of the labelled identity stands in a place; neither what nor where in it."""

    place: Place
    label: str
    surety: Surety


def look(pieces: Iterable[Piece], needles: Needles) -> Iterator[Hit]:
    """The hits, one for each place and label, the strongest. Each piece is let go before the next is asked for."""
    for place, of_place in groupby(pieces, key=lambda piece: piece.place):
        strongest: dict[str, Surety] = {}
        for piece in of_place:
            for label, surety in _found(piece, needles):
                if label not in strongest or _RANK[surety] < _RANK[strongest[label]]:
                    strongest[label] = surety
        yield from (Hit(place, label, surety) for label, surety in strongest.items())


_RANK: Final = {surety: rank for rank, surety in enumerate(Surety)}


@sensitive_variables()
def _found(piece: Piece, needles: Needles) -> list[tuple[str, Surety]]:
    text = fold(piece.text)
    numbers = _BETWEEN_DIGITS.sub("", text)
    found = [label for label, name in needles.names if name in text]
    found += [label for label, email in needles.emails if email in text]
    found += [label for label, digits in needles.numbers if digits in numbers]
    return [(label, Surety.SURE) for label in found]
