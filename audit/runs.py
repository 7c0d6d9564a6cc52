"""Verifications that a person asks for on a page: asked, carried out in the background, and never left hanging.

The truth about what waits is in the rows. A run carries the person who asked and the signed notes to compare with; its
row says how far it is, so that a page can show it, and afterwards what it found.
"""

import json
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import Action
from audit.actors import Actor, Channel
from audit.canonical import Json
from audit.digits import in_digits
from audit.errors import BadNote, DomainError, VerificationBusy
from audit.faults import LogReport
from audit.log import Subject, append
from audit.models import VerificationRun
from audit.outside import OutsideCheckpoint, parse_outside
from audit.pulse import Pulse
from audit.silence import silent
from audit.verification import verify_log

# A run says that it is alive every second; what waits behind another writer may be silent for twenty.
SILENT_FOR = timedelta(minutes=2)
WAITED_FOR = timedelta(minutes=1)
# So many faults are kept in the row for the page; the command names all of them.
LISTED = 200
STOPPED, FAILED = "stopped", "failed"
_LOG = Subject("audit.log", "log")
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asker:
    """The person who asked, as their row names them, acting through a task of ours."""

    audit_name: str
    channel: Channel = Channel.TASK


def request_run(*, actor: Actor, against: Sequence[str] = ()) -> VerificationRun:
    """Ask for a verification and return its run, or the one that is going on already, which answers both.

    `against` are signed notes from outside this house. Raises VerificationBusy where there are such notes and a run
    without them is going on, BadNote for what is no checkpoint. The caller queues the run once its row is committed.
    """
    read_notes(against)
    running = unfinished_run()
    if running is None:
        try:
            return _create(actor=actor, against=against)
        except IntegrityError:
            # Somebody asked in the same moment, and the table holds one unfinished run at a time.
            running = unfinished_run()
    if running is None or against:
        raise VerificationBusy(
            _("A verification is going on. Wait until it has ended, then compare your checkpoint.")
        )
    return running


def read_notes(notes: Sequence[str]) -> list[OutsideCheckpoint]:
    """Return what each signed note says. Raises BadNote where one is no checkpoint.

    Whose key signed it is for the verification to judge: were the keys exchanged together with the log, the true
    checkpoints would be the ones that look foreign.
    """
    read = []
    for number, note in enumerate(notes, 1):
        try:
            read.append(parse_outside(note, place=f"checkpoint {number}"))
        except BadNote as error:
            raise BadNote(_which_is_none(number, len(notes))) from error
    return read


def _which_is_none(number: int, count: int) -> str:
    if count == 1:
        return _(
            "This is no checkpoint of a log. Take the file “checkpoint” from the folder “log” of a dossier, and "
            "choose it unchanged."
        )
    return _(
        "Of the files that you chose, number %(number)s is no checkpoint of a log, so none was compared. Choose the "
        "others alone, or take the file “checkpoint” from the folder “log” of a dossier for it."
    ) % {"number": in_digits(number)}


def unfinished_run() -> VerificationRun | None:
    """Return the run that waits or is going on, or None."""
    return VerificationRun.objects.filter(ended_at=None).first()


def carry_out(run_id: str) -> None:
    """Verify the log for a waiting run and keep what was found. Does nothing for a run that is taken or ended.

    A failure that nobody foresaw ends the run as failed and goes on to the caller.
    """
    now = timezone.now()
    waiting = VerificationRun.objects.filter(pk=run_id, state=VerificationRun.State.WAITING)
    if not waiting.update(state=VerificationRun.State.RUNNING, started_at=now, beat_at=now):
        return
    run = VerificationRun.objects.get(pk=run_id)
    try:
        with Pulse(run.pk) as pulse:
            report = verify_log(against=read_notes(json.loads(run.against or "[]")), progress=pulse.note)
    except DomainError as error:
        _end(run, VerificationRun.State.FAILED, {"failure": FAILED, "sentence": str(error)})
        _logger.warning("verification failed", extra={"kind": type(error).__name__})
    except Exception:
        _end(run, VerificationRun.State.FAILED, {"failure": FAILED, "sentence": ""})
        raise
    else:
        _finish(run, report)


def end_dead_runs() -> int:
    """Mark as failed every run whose program died, which its silence shows; return how many there were."""
    lost = silent("beat_at", SILENT_FOR) | Q(beat_at=None)
    dead = VerificationRun.objects.filter(lost, state=VerificationRun.State.RUNNING)
    for run in dead:
        _end(run, VerificationRun.State.FAILED, {"failure": STOPPED, "sentence": ""})
    return len(dead)


def waiting_ids() -> list[str]:
    """Return the runs that nobody has begun for a while: the queue may have forgotten them."""
    forgotten = silent("requested_at", WAITED_FOR)
    waiting = VerificationRun.objects.filter(forgotten, state=VerificationRun.State.WAITING)
    return [str(pk) for pk in waiting.values_list("pk", flat=True)]


def _create(*, actor: Actor, against: Sequence[str]) -> VerificationRun:
    with transaction.atomic():
        run = VerificationRun.objects.create(
            actor=actor.audit_name,
            channel=Channel(actor.channel).value,
            requested_at=timezone.now(),
            against=json.dumps(list(against)) if against else "",
        )
        append(
            Action.LOG_VERIFICATION_ASKED,
            subject=run,
            actor=actor,
            facts={"checkpoints_from_outside": len(against)},
        )
    return run


def _finish(run: VerificationRun, report: LogReport) -> None:
    facts: dict[str, Json] = {
        "ok": report.ok,
        "size": report.size,
        "root": report.root,
        "faults": report.fault_count,
        "run": str(run.pk),
    }
    if report.incomparable:
        facts["not_compared"] = len(report.incomparable)
    with transaction.atomic():
        _end(run, VerificationRun.State.DONE, _outcome(report))
        append(Action.LOG_VERIFIED, subject=_LOG, actor=Asker(run.actor), facts=facts)


def _outcome(report: LogReport) -> dict[str, Any]:
    whole = report.as_dict()
    kinds = Counter(fault["kind"] for fault in whole["faults"])
    shown = {name: whole[name][:LISTED] for name in ("faults", "notices")}
    return {**whole, **shown, "kinds": dict(kinds)}


def _end(run: VerificationRun, state: VerificationRun.State, outcome: dict[str, Any]) -> None:
    changes: dict[str, Any] = {"state": state, "ended_at": timezone.now(), "outcome": json.dumps(outcome)}
    if "size" in outcome:
        changes |= {"checked": outcome["size"], "total": outcome["size"]}
    VerificationRun.objects.filter(pk=run.pk).update(**changes)
