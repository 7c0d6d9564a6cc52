"""Asking authorities for the stamps that are wanted, one request at a time. Nothing else ever waits for it."""

from dataclasses import dataclass

from django.utils import timezone

from audit.actors import Actor, SystemActor
from audit.models import TimeStamp
from audit.stamping.asking import ask
from audit.stamping.authorities import Authority, active_authorities
from audit.stamping.flaws import ANSWERED, StampRefused
from audit.stamping.keeping import claim, keep_answer, keep_refusal, stamped_text
from audit.stamping.tokens import write_request
from audit.stamping.waiting import Wanted, next_wanted, wanted_stamps

_STAMPER = SystemActor("stamping")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request: the stamp, or why there is none."""

    wanted: Wanted
    stamp: TimeStamp | None
    refused: StampRefused | None


def stamp_pending() -> int:
    """Ask for the one stamp that is due, if any, and return how many were got. A step of reconciling.

    Takes 10 seconds at most. An authority that is down, lies or talks nonsense costs it a try and nothing more.
    Raises AuthoritiesUnusable.
    """
    authorities = active_authorities()
    wanted = next_wanted(authorities) if authorities else None
    outcome = _try(wanted, actor=_STAMPER) if wanted else None
    return int(outcome is not None and outcome.stamp is not None)


def stamp_now(*, actor: Actor) -> list[Outcome]:
    """Ask every authority for all that it has yet to stamp, newest first, without regard to pauses.

    An authority that gives no answer is not asked again in the same call. Raises AuthoritiesUnusable.
    """
    return [outcome for authority in active_authorities() for outcome in _stamp_all(authority, actor=actor)]


def _stamp_all(authority: Authority, *, actor: Actor) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for wanted in wanted_stamps(authority):
        outcome = _try(wanted, actor=actor)
        if outcome is None:
            continue
        outcomes.append(outcome)
        if outcome.refused is not None and outcome.refused.flaw not in ANSWERED:
            break
    return outcomes


def _try(wanted: Wanted, *, actor: Actor) -> Outcome | None:
    """One request. No transaction is open while the answer is waited for. None where another worker is at it."""
    if not claim(wanted, now=timezone.now()):
        return None
    authority, checkpoint, answer = wanted.authority, wanted.checkpoint, b""
    request = write_request(stamped_text(checkpoint), algorithm=authority.algorithm, policy=authority.policy)
    try:
        answer = ask(authority.url, request)
        stamp = keep_answer(answer, request=request, checkpoint=checkpoint, authority=authority, actor=actor)
    except StampRefused as refused:
        keep_refusal(refused, answer=answer, checkpoint=checkpoint, authority=authority, actor=actor)
        return Outcome(wanted, None, refused)
    return Outcome(wanted, stamp, None)
