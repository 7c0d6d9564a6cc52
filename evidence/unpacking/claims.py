"""Whose work an unpacking is: one worker's at a time, and a killed one's no longer than it takes to notice."""

from __future__ import annotations

import io
import os
import time
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO, cast

from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.silence import silent
from evidence.models import Unpacking
from evidence.stopped import Stopped
from evidence.unpacking.words import UNDER_WAY

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# A worker says every few seconds that it is alive; one that is silent for longer was killed.
SILENT_AFTER = timedelta(seconds=15)
_BEAT_SECONDS = 5.0
# While one large member is put into the store nothing is heard; it is said before how long that takes at this pace.
_STORED_A_SECOND = 8 * 1024 * 1024
_LONGEST_STEP = timedelta(hours=6)
_READ_BYTES = 256 * 1024
MOST_TRIES = 5


def free() -> QuerySet[Unpacking]:
    """The unpackings on which work is left and nobody is at it."""
    return _silent().filter(tries__lt=MOST_TRIES)


def given_up() -> QuerySet[Unpacking]:
    """Those that nobody takes up any more: each worker that did fell silent over it, or ended without a word."""
    return _silent().filter(tries__gte=MOST_TRIES)


def _silent() -> QuerySet[Unpacking]:
    nobody = Q(claim=None) | silent("beat_at", SILENT_AFTER, ahead=_LONGEST_STEP)
    return Unpacking.objects.filter(nobody, state__in=UNDER_WAY)


def claim(unpacking_id: uuid.UUID) -> Unpacking | None:
    """Take up the work, or None where there is none or somebody is at it."""
    found = free().filter(pk=unpacking_id).first()
    if found is None:
        return None
    mark = uuid.uuid4()
    # Compared and set in one statement: of two workers one gets it.
    taken = (
        free()
        .filter(pk=found.pk, claim=found.claim)
        .update(claim=mark, beat_at=timezone.now(), tries=found.tries + 1)
    )
    return (
        Unpacking.objects.select_related("item", "item__object", "asked_by").get(pk=found.pk)
        if taken
        else None
    )


def held(unpacking: Unpacking) -> QuerySet[Unpacking]:
    """The row, as long as the work is this worker's."""
    return Unpacking.objects.filter(pk=unpacking.pk, claim=unpacking.claim)


def let_go(unpacking: Unpacking, why: Stopped, *, counted: bool = True) -> None:
    """Give the work back, to be tried again, and say what keeps it from its end.

    Not `counted` is a try that somebody else's lock ended: as many of those may come as will.
    """
    tries = unpacking.tries if counted else max(0, unpacking.tries - 1)
    held(unpacking).update(claim=None, beat_at=timezone.now(), failure=why, tries=tries)


class Heart:
    """Says every few seconds that the work goes on."""

    def __init__(self, unpacking: Unpacking) -> None:
        self._unpacking, self._last, self._mine = unpacking, time.monotonic(), True

    def beat(self) -> bool:
        """False where the work was taken away meanwhile: then it must stop."""
        if self._mine and time.monotonic() - self._last >= _BEAT_SECONDS:
            self._say(timedelta(0))
        return self._mine

    def expect_silence(self, size: int) -> bool:
        """Say that so many bytes are to be stored now, in a step that cannot say anything. As `beat`."""
        takes = min(timedelta(seconds=size / _STORED_A_SECOND), _LONGEST_STEP)
        if self._mine and takes.total_seconds() >= _BEAT_SECONDS:
            self._say(takes)
        return self._mine

    def _say(self, ahead: timedelta) -> None:
        self._last = time.monotonic()
        self._mine = bool(held(self._unpacking).update(beat_at=timezone.now() + ahead))


class HeardFile(io.RawIOBase):
    """A container whose reading is heard of: one member, or the way past it, may take minutes."""

    def __init__(self, file: BinaryIO, heart: Heart) -> None:
        super().__init__()
        self._file, self._heart = file, heart

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The place, in bytes."""
        return self._file.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        return self._file.seek(offset, whence)

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill some of `buffer`. Whether the work is still this worker's is asked between members, not here."""
        self._heart.beat()
        view = memoryview(buffer).cast("B")
        data = self._file.read(len(view))
        view[: len(data)] = data
        return len(data)


def heard(file: BinaryIO, heart: Heart) -> BinaryIO:
    """The same file, read with a heart that beats."""
    return cast(BinaryIO, io.BufferedReader(HeardFile(file, heart), _READ_BYTES))
