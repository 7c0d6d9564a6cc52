"""What comes out of the box goes straight into the vault, sealed as it comes; nothing clear waits anywhere."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

from evidence.derivative_failures import Failure
from evidence.inspecting.box import BoxFailure
from evidence.inspecting.records import Output
from evidence.store import vault
from evidence.vault.receiving import Receiver

_PIECE = 1024 * 1024
_LONGEST_HEAD = 200


class KeptOne:
    """A sink for one derivative; `output` commits it. Leaving without that discards it."""

    def __init__(self, number: int, media_type: str) -> None:
        self._number, self._media_type = number, media_type
        self._vault = vault()
        self._receiver: Receiver = self._vault.receiving()
        self.size = 0

    def __call__(self, piece: bytes) -> None:
        """Take a piece."""
        self.size += len(piece)
        self._receiver.write(piece)

    def take_all_of(self, descriptor: int) -> None:
        """Take the whole content of an open file, from its first byte."""
        place = 0
        while piece := os.pread(descriptor, _PIECE, place):
            self(piece)
            place += len(piece)

    def output(self) -> Output:
        """What was taken, durable. Raises VaultFull or VaultUnavailable."""
        return Output(self._number, self._media_type, self._vault.commit(self._receiver.finish()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._receiver.discard()


class KeptMany:
    """A sink for several derivatives in one stream: before each stands a line with its media type and its length.

    A line `in-all N` says that there are N of them, if not all are made: it has no content.
    """

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._head = bytearray()
        self._left = 0
        self._one: KeptOne | None = None
        self.outputs: list[Output] = []
        self.in_all = 0

    def __call__(self, piece: bytes) -> None:
        """Take a piece of the stream. Raises BoxFailure for what is no such stream."""
        view = memoryview(piece)
        while view:
            view = self._content(view) if self._one is not None else self._line(view)

    def finish(self) -> list[Output]:
        """What came, in its order. Raises BoxFailure where the stream was cut short."""
        if self._one is not None or self._head:
            raise BoxFailure(Failure.UNREADABLE)
        return self.outputs

    def _line(self, view: memoryview) -> memoryview:
        text = bytes(view[:_LONGEST_HEAD])
        end = text.find(b"\n")
        self._head += text if end < 0 else text[:end]
        if len(self._head) > _LONGEST_HEAD:
            raise BoxFailure(Failure.UNREADABLE)
        if end < 0:
            return view[len(text) :]
        media_type, _, length = self._head.decode("ascii", "replace").rpartition(" ")
        self._head.clear()
        if not length.isdigit() or int(length) == 0:
            raise BoxFailure(Failure.UNREADABLE)
        if media_type == "in-all":
            self.in_all = int(length)
            return view[end + 1 :]
        self._left = int(length)
        self._one = self._stack.enter_context(KeptOne(len(self.outputs) + 1, media_type))
        return view[end + 1 :]

    def _content(self, view: memoryview) -> memoryview:
        assert self._one is not None  # noqa: S101  asked by the caller
        taken = view[: self._left]
        self._one(bytes(taken))
        self._left -= len(taken)
        if not self._left:
            self.outputs.append(self._one.output())
            self._one = None
        return view[len(taken) :]


@contextmanager
def kept_many() -> Iterator[KeptMany]:
    """A sink for several derivatives; what was not finished when the block ends is discarded."""
    with ExitStack() as stack:
        yield KeptMany(stack)


def keep(content: bytes, *, media_type: str, number: int = 1) -> Output:
    """Keep bytes that are at hand."""
    with KeptOne(number, media_type) as one:
        one(content)
        return one.output()
