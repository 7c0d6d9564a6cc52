"""When objects are due to be read again, and how much of that is done at a time."""

from datetime import timedelta
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from evidence.fixity_rounds import CHECKER, Share, begin_round, due, unheard, work_on
from evidence.models import FixityRound
from evidence.reachability import AWAY
from evidence.vocabulary import ReadingMethod

WORK = "evidence.work_on_round"
# A scheduled round gathers what became due within a day, so that its signed report is one a day, not one a minute.
_ROUND_EVERY = timedelta(days=1)


def read_what_is_due() -> int:
    """A step of reconciling: begin the rounds that are due and queue a share of each that nobody works on.

    Reads nothing itself, so it never holds up the steps after it. Gives how many shares were queued.
    """
    for method, every in ((ReadingMethod.FULL, _full_every()), (ReadingMethod.SCRUB, _scrub_every())):
        if every is not None:
            _begin_if_due(method, every)
    idle = Q(lease="") | Q(beat_at=None) | unheard()
    ids = list(FixityRound.objects.filter(idle, ended_at=None).values_list("pk", flat=True))
    for pk in ids:
        ask_for_share(pk)
    return len(ids)


def ask_for_share(pk: UUID) -> None:
    """Put a share of the round on the queue. Named, not imported: the work must not depend on its tasks."""
    current_app.signature(WORK, args=[str(pk)]).apply_async(retry=False)


def work_a_share(pk: UUID) -> None:
    """Read a share of the round; of one that a person waits for, ask at once for the next.

    When the store is away the alarm is raised and the round waits: the reconciler asks again every minute.
    """
    going_on = FixityRound.objects.filter(pk=pk, ended_at=None).first()
    if going_on is None:
        return
    share = Share(settings.DADKHAH_FIXITY_OBJECTS_AT_ONCE, settings.DADKHAH_FIXITY_SECONDS_AT_ONCE)
    try:
        is_over = work_on(going_on, share=share)
    except AWAY:
        return
    # Not while another process is at it: whoever found the round taken would be asked again at once, and again.
    if not is_over and going_on.on_demand and FixityRound.objects.filter(pk=pk, lease="").exists():
        ask_for_share(pk)


def _begin_if_due(method: ReadingMethod, every: timedelta) -> None:
    now = timezone.now()
    recent = Q(ended_at=None) | Q(on_demand=False, started_at__gt=now - _ROUND_EVERY)
    if FixityRound.objects.filter(recent, method=method).exists() or not due(method, now - every).exists():
        return
    begin_round(method, before=now - every, actor=CHECKER)


def _full_every() -> timedelta | None:
    every: timedelta | None = settings.DADKHAH_FIXITY_EVERY
    return every


def _scrub_every() -> timedelta | None:
    every: timedelta | None = settings.DADKHAH_SCRUB_EVERY
    return every
