"""Whose work an unpacking is: one worker's at a time, and a killed one's no longer than it takes to notice."""

import time
import uuid
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.silence import silent
from evidence.models import Unpacking
from evidence.stopped import Stopped
from evidence.unpacking.words import UNDER_WAY

# A worker says every few seconds that it is alive; one that is silent for longer was killed.
SILENT_AFTER = timedelta(seconds=45)
_BEAT_SECONDS = 5.0
MOST_TRIES = 5


def free() -> QuerySet[Unpacking]:
    """The unpackings on which work is left and nobody is at it."""
    return _silent().filter(tries__lt=MOST_TRIES)


def given_up() -> QuerySet[Unpacking]:
    """Those that nobody takes up any more: each worker that did fell silent over it, or ended without a word."""
    return _silent().filter(tries__gte=MOST_TRIES)


def _silent() -> QuerySet[Unpacking]:
    nobody = Q(claim=None) | silent("beat_at", SILENT_AFTER)
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
        self._unpacking, self._last = unpacking, time.monotonic()

    def beat(self) -> bool:
        """False where the work was taken away meanwhile: then it must stop."""
        if time.monotonic() - self._last < _BEAT_SECONDS:
            return True
        self._last = time.monotonic()
        return bool(held(self._unpacking).update(beat_at=timezone.now()))
