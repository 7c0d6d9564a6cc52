"""Every text in a stored file and in what it holds, read in the box, piece by piece."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from evidence.derivative_failures import Failure
from evidence.inspecting import box
from evidence.inspecting.box import MIB, BoxFailure, Limits
from evidence.inspecting.readers import Readers
from evidence.inspecting.subject import LARGEST
from evidence.models import StoredObject
from evidence.stored_objects import open_stored

_LIMITS: Final = Limits(seconds=600, memory=2048 * MIB, output=512 * MIB)
# What a part may be called. The box works on strangers' bytes: a word of theirs must not get into a report.
PARTS: Final = frozenset(
    {
        "comments", "file name", "header", "lines from", "loose words", "member", "metadata", "page", "sheet", "text",
    }
)  # fmt: skip
REASONS: Final = frozenset(
    {"encrypted", "failed", "machine", "no_reader", "picture", "scan", "sound", "too_deep", "too_large"}
)
_LONGEST_PART: Final = 200
_BY_FAILURE: Final = {
    Failure.LOCKED: "encrypted",
    Failure.TOO_LARGE: "too_large",
    Failure.TOO_SLOW: "too_large",
    Failure.TOO_MUCH_MEMORY: "too_large",
    Failure.TOO_MUCH_OUTPUT: "too_large",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A text and the part of the file that it stands in ("member 2/page 3"), or why that part has none."""

    part: str
    text: str = field(default="", repr=False)
    why: str = ""


def readers() -> Readers:
    """Readers for many files, each of which is read in a box of its own."""
    return Readers(_LIMITS)


def read_texts(
    stored: StoredObject, *, by: Readers, sink: Callable[[Found], object], beat: Callable[[], None]
) -> None:
    """Hand every text of the file to `sink`, in the file's order.

    What cannot be read is handed on as such. Raises ObjectMissing, ObjectAltered or VaultUnavailable.
    """
    lines = _Lines(sink)
    try:
        with (
            open_stored(stored) as content,
            box.copy_in_memory(content, largest=LARGEST, beat=beat) as copy,
        ):
            by.read(copy, sink=lines.take, beat=beat)
    except BoxFailure as failure:
        sink(Found("", why=_BY_FAILURE.get(failure.failure, "failed")))


class _Lines:
    """Cuts what comes out of the box into its lines."""

    def __init__(self, sink: Callable[[Found], object]) -> None:
        self._sink = sink
        self._begun: list[bytes] = []

    def take(self, piece: bytes) -> None:
        """The next bytes."""
        first, *others = piece.split(b"\n")
        self._begun.append(first)
        for line in others:
            self._sink(_read(b"".join(self._begun)))
            self._begun = [line]


def _read(line: bytes) -> Found:
    """A line of the box. Raises BoxFailure for what no program of ours writes."""
    try:
        steps, text, *why = json.loads(line)
        part = "/".join(_step(*step) for step in steps)
    except (ValueError, TypeError, RecursionError) as error:
        raise BoxFailure(Failure.UNREADABLE) from error
    if len(part) > _LONGEST_PART:
        part = part[: part.rindex("/", 0, _LONGEST_PART)]
    if why and why[0] in REASONS:
        return Found(part, why=why[0])
    if not isinstance(text, str):
        raise BoxFailure(Failure.UNREADABLE)
    # Half a character, as damaged files have them, is no text that can be kept.
    return Found(part, text=text.encode("utf-8", "replace").decode())


def _step(word: Any, number: Any) -> str:
    if word not in PARTS or type(number) is not int or not 0 <= number < 10**9:
        raise ValueError("no part of ours")
    return f"{word} {number}" if number else str(word)
