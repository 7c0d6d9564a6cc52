"""Rounds of reading: every object that is due is read again, some at a time, until none is left.

What is left to do is read from the objects themselves, so a round that was killed goes on where it was. Two processes
that happen to work on one round waste a reading, no more: the table holds one reading of an object in a round.
"""

import logging
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor, Channel, SystemActor
from audit.canonical import Json
from audit.silence import silent
from evidence.alarms import raise_alarm
from evidence.errors import DisposedOf
from evidence.fixity import CHECK, check_object, finding_of, scrub_object
from evidence.fixity_recording import record_clean_scrubs, record_in_round
from evidence.fixity_reporting import end_round
from evidence.models import FixityRound, StoredObject
from evidence.reachability import AWAY, require_store
from evidence.vault.facts import CheckOutcome
from evidence.vocabulary import AlarmState, ReadingMethod

CHECKER = SystemActor("fixity")
# A process that has said nothing for so long is taken for dead; with the reconciler's pace its round goes on within a
# minute. While it reads one large object it says nothing, so it says before how long that takes at this pace; where
# the disk is slower another one reads the object too, which wastes a reading and no more.
SILENT_FOR = timedelta(seconds=15)
_BEAT_SECONDS = 5.0
_BYTES_A_SECOND = 64 * 1024 * 1024
_LONGEST_READING = timedelta(hours=6)
_AT_ONCE = 200
# A moment of reading that lies ahead of the clock was not written by us; the object counts as due.
_AHEAD = timedelta(hours=1)
_log = logging.getLogger(__name__)

Progress = Callable[[FixityRound], None]


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a round is done in one go: at most so many objects, and for about so many seconds."""

    objects: int
    seconds: float


ALL = Share(objects=2**63, seconds=float("inf"))


def due(method: ReadingMethod, before: datetime) -> QuerySet[StoredObject]:
    """The objects that were last read in this way before that moment, the longest ago first."""
    column = "scrubbed_at" if method == ReadingMethod.SCRUB else "checked_at"
    late = Q(**{f"{column}__lt": before}) | Q(**{f"{column}__gt": timezone.now() + _AHEAD})
    return StoredObject.objects.filter(late, removal_asked_at=None).order_by(column, "pk")


def ask_for_round(method: ReadingMethod, *, actor: Actor) -> FixityRound:
    """A round over every object, begun now, or the one that goes on already, which is made to cover every object.

    Raises NotPermitted unless the actor may check; the system may.
    """
    if not (isinstance(actor, SystemActor) and actor.channel is Channel.COMMAND):
        require(actor, CHECK)
    now = timezone.now()
    return begin_round(method, before=now, on_demand=True, actor=actor)


def begin_round(
    method: ReadingMethod, *, before: datetime, on_demand: bool = False, actor: Actor
) -> FixityRound:
    """Begin a round over the objects that were last read before that moment, or widen the one that goes on."""
    with transaction.atomic():
        going_on = FixityRound.objects.select_for_update(of=("self",)).filter(method=method, ended_at=None)
        found = going_on.first()
        if found is None:
            try:
                with transaction.atomic():
                    found = _create(method, before, on_demand=on_demand, actor=actor)
            except IntegrityError:
                # Somebody else began one in this moment.
                found = going_on.get()
        elif before > found.cutoff and on_demand and not found.on_demand:
            found.cutoff, found.on_demand = before, True
            found.due = found.read + due(method, before).count()
            found.save(update_fields=["cutoff", "on_demand", "due"])
        else:
            return found
        facts: dict[str, Json] = {"method": method.value, "due": found.due, "on_demand": found.on_demand}
        log.append(Action.FIXITY_ROUND_BEGUN, subject=found, actor=actor, facts=facts)
    return found


def _create(method: ReadingMethod, before: datetime, *, on_demand: bool, actor: Actor) -> FixityRound:
    return FixityRound.objects.create(
        method=method,
        on_demand=on_demand,
        actor=None if isinstance(actor, SystemActor) else require(actor, CHECK),
        agent=actor.audit_name,
        cutoff=before,
        due=due(method, before).count(),
    )


def unheard() -> Q:
    """Rounds of whose process nothing was heard for too long."""
    return silent("beat_at", SILENT_FOR, ahead=_LONGEST_READING + SILENT_FOR)


def unfinished_round(method: ReadingMethod) -> FixityRound | None:
    """The round of this kind that goes on, or None."""
    return FixityRound.objects.filter(method=method, ended_at=None).first()


def work_on(
    going_on: FixityRound,
    *,
    share: Share = ALL,
    take_over: bool = False,
    actor: Actor = CHECKER,
    progress: Progress | None = None,
) -> bool:
    """Read a share of what is left; true when the round has come to its end with it.

    Does nothing where another process is at work, unless told to `take_over`. When the store is away an alarm is
    raised about the store alone, the round waits, and VaultUnavailable, VaultKeyMissing or VaultKeyWrong is raised.
    """
    work = _Work(going_on.pk, going_on.method, share, actor, progress or _untold)
    if not work.claim(take_over=take_over):
        return False
    try:
        is_over = work.read_share()
    except AWAY:
        with transaction.atomic():
            raise_alarm(AlarmState.STORE_AWAY, about=None, actor=actor)
        work.let_go()
        raise
    if is_over:
        end_round(going_on.pk, actor=actor)
    work.let_go()
    return is_over


@dataclass(slots=True)
class _Work:
    """One process at work on a round. `clean` are scrubs that found nothing, to be written down together."""

    pk: UUID
    method: str
    share: Share
    actor: Actor
    progress: Progress
    lease: str = field(default_factory=lambda: secrets.token_hex(16))
    done: int = 0
    heard: float = 0.0
    began: float = field(default_factory=time.monotonic)
    clean: list[tuple[StoredObject, CheckOutcome]] = field(default_factory=list)

    def claim(self, *, take_over: bool) -> bool:
        free = Q(lease="") | Q(beat_at=None) | unheard()
        rounds = FixityRound.objects.filter(pk=self.pk, ended_at=None)
        rounds = rounds if take_over else rounds.filter(free)
        self.heard = time.monotonic()
        return bool(rounds.update(lease=self.lease, beat_at=timezone.now()))

    def let_go(self) -> None:
        FixityRound.objects.filter(pk=self.pk, lease=self.lease).update(lease="", beat_at=None)

    def read_share(self) -> bool:
        """Whether nothing is left."""
        read = self._reader()
        try:
            while batch := self._batch():
                for stored in batch:
                    if not self._goes_on(stored):
                        return False
                    with suppress(DisposedOf):
                        # What goes meanwhile is due no more: there is nothing to record of it.
                        self._take(stored, read(stored))
                self._write_clean()
            return True
        finally:
            self._write_clean()

    def _reader(self) -> Callable[[StoredObject], CheckOutcome]:
        # Asked before the first object: whether the store is there. A scrub opens no vault, so it needs no key.
        store = require_store()
        return partial(scrub_object, store) if self.method == ReadingMethod.SCRUB else check_object

    def _batch(self) -> list[StoredObject]:
        going_on = FixityRound.objects.get(pk=self.pk)
        self.progress(going_on)
        left = due(ReadingMethod(self.method), going_on.cutoff)
        return list(left.prefetch_related("digests")[:_AT_ONCE])

    def _goes_on(self, to_read: StoredObject) -> bool:
        now = time.monotonic()
        if self.done >= self.share.objects or now - self.began > self.share.seconds:
            return False
        takes = min(to_read.stored_size / _BYTES_A_SECOND, _LONGEST_READING.total_seconds())
        if now + takes - self.heard < _BEAT_SECONDS:
            return True
        self.heard = now + takes
        # False when another process took over, or ended the round.
        mine = FixityRound.objects.filter(pk=self.pk, lease=self.lease)
        return bool(mine.update(beat_at=timezone.now() + timedelta(seconds=takes)))

    def _take(self, stored: StoredObject, found: CheckOutcome) -> None:
        self.done += 1
        if found.ok and self.method == ReadingMethod.SCRUB:
            self.clean.append((stored, found))
            return
        record_in_round(self.pk, stored, found, actor=self.actor)
        if not found.ok:
            _log.warning("stored object is not what it was", extra={"finding": finding_of(found).value})

    def _write_clean(self) -> None:
        record_clean_scrubs(self.pk, self.clean, actor=self.actor)
        self.clean.clear()


def _untold(_round: FixityRound) -> None:
    """Nobody is told how far it is."""
