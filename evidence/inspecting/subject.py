"""What a maker is given: the item, a copy of its original in memory, and a way to say that it is alive."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from evidence.derivative_words import DerivativeKind, DerivativeState
from evidence.errors import ObjectMissing
from evidence.inspecting import box
from evidence.inspecting.records import beat
from evidence.models import Derivative, EvidenceItem, StoredObject
from evidence.stored_objects import open_stored

_BEAT_SECONDS = 3.0
# A bucket behind a thin line, in bytes a second.
_SLOWEST_STORE = 512 * 1024
# What is looked into must fit into memory beside everything else.
LARGEST = 1024 * box.MIB


class TakenAway(Exception):
    """The work was silent for too long and another worker has taken it over: this one must stop."""


class Work:
    """One making that this process has taken up."""

    def __init__(self, lead: Derivative) -> None:
        self.lead = lead
        self._heard = time.monotonic()

    @property
    def item(self) -> EvidenceItem:
        """The item that something is made of."""
        return self.lead.item

    @property
    def media_type(self) -> str:
        """The item's type, from its content."""
        return self.lead.item.media_type

    @property
    def times(self) -> int:
        """How many times the usual limits it may use."""
        return self.lead.widened or 1

    def beat(self) -> None:
        """Say every few seconds that the work goes on. Raises TakenAway where it is somebody else's by now."""
        if time.monotonic() - self._heard < _BEAT_SECONDS:
            return
        if not beat(self.lead):
            raise TakenAway
        self._heard = time.monotonic()

    def expect_silence(self, size: int) -> None:
        """Say that so many bytes are to be stored now, in a step that cannot say anything meanwhile."""
        if not beat(self.lead, ahead=timedelta(seconds=size // _SLOWEST_STORE)):
            raise TakenAway

    def made(self, kind: DerivativeKind) -> list[Derivative]:
        """What programs have made of the item already, in the order of its numbers."""
        rows = Derivative.objects.filter(item=self.item, author=None, kind=kind, state=DerivativeState.MADE)
        return list(rows.select_related("object").order_by("number"))

    @contextmanager
    def copy(self, *, largest: int = LARGEST) -> Iterator[int]:
        """A descriptor of a copy of the original. Raises BoxFailure, ObjectMissing, ObjectAltered, VaultUnavailable."""
        # What was disposed of has no original any more, even where another receipt keeps the bytes.
        original = self.item.object if self.item.disposed_at is None else None
        with self.copy_of(original, largest=largest) as copy:
            yield copy

    @contextmanager
    def copy_of(self, stored: StoredObject | None, *, largest: int = LARGEST) -> Iterator[int]:
        """The same, of any stored bytes."""
        if stored is None:
            raise ObjectMissing
        with (
            open_stored(stored) as content,
            box.copy_in_memory(content, largest=largest * self.times, beat=self.beat) as copy,
        ):
            yield copy

    def run(
        self,
        argv: list[str],
        *,
        copy: int,
        sink: box.Sink,
        limits: box.Limits,
        also: int | None = None,
        show: tuple[str, ...] = (),
        accept: tuple[int, ...] = (0,),
    ) -> int:
        """Run a tool in the box; gives its exit code, one of `accept`. Raises BoxFailure or TakenAway."""
        return box.run(
            argv,
            copy=copy,
            sink=sink,
            limits=limits.widened(self.times),
            beat=self.beat,
            also=also,
            show=show,
            accept=accept,
        )
