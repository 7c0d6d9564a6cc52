"""Looks through texts for what is sealed of identities, and says where and how sure, never what. Pure: no database."""

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.views.decorators.debug import sensitive_variables

from witnesses.leaks.needles import Needles
from witnesses.leaks.pages import Page
from witnesses.leaks.surety import Surety
from witnesses.leaks.texts import Piece, Place
from witnesses.sealed import SealedText

__all__ = ["Hit", "LookBroken", "Surety", "look", "look_with_pauses"]

# What of a piece is read again with the next piece of the same place: a name or number can be broken between them.
_CARRIED: Final = 200


class LookBroken(RuntimeError):
    """The look failed by a fault of the program. Says where in the program, and nothing of texts or needles."""


@dataclass(frozen=True, slots=True)
class Hit:
    """That something of the labelled identity stands in a place; neither what nor where in it."""

    place: Place
    label: str
    surety: Surety


def look(pieces: Iterable[Piece], needles: Needles) -> Iterator[Hit]:
    """The hits, one for each place and label, the strongest. Each piece is let go before the next is asked for.

    The pieces of one place come one after the other. Raises LookBroken where the program fails; what the readers of
    the pieces raise goes through. Keeps nothing of any text when it ends, whichever way.
    """
    return (hit for hit in look_with_pauses(pieces, needles) if hit is not None)


def look_with_pauses(pieces: Iterable[Piece], needles: Needles) -> Iterator[Hit | None]:
    """The same with None after each piece, so that whoever waits can be told that it goes on."""
    try:
        for place, of_place in groupby(pieces, key=lambda piece: piece.place):
            yield from _in_place(place, of_place, needles)
    finally:
        needles.let_go_of_texts()


def _in_place(place: Place, pieces: Iterable[Piece], needles: Needles) -> Iterator[Hit | None]:
    strongest: dict[str, Surety] = {}
    carried = ""
    for piece in pieces:
        for label, surety in _found(SealedText(carried + piece.text), needles):
            strongest[label] = surety.or_stronger(strongest.get(label))
        carried = SealedText(piece.text[-_CARRIED:])
        yield None
    yield from (Hit(place, label, surety) for label, surety in strongest.items())


@sensitive_variables()
def _found(text: str, needles: Needles) -> list[tuple[str, Surety]]:
    try:
        return list(needles.found(Page(text)))
    except Exception as error:  # noqa: BLE001 - raised anew below, without the frames that hold text and names
        broken = _where(error)
    raise LookBroken(broken)


def _where(error: Exception) -> str:
    """The kind of an error and the line that raised it: what a crash report may say."""
    innermost = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}, {innermost.filename.rpartition('/')[2]}:{innermost.lineno}"
