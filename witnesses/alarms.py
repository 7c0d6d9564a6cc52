"""Alarms: what every custodian and every auditor must see, each for themselves, until they have said that they did.

A burst is told by the log itself: whatever asks, opens or fails has its entry there, so nothing is counted twice and
nothing can be left out.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor, SystemActor
from audit.models import Entry
from witnesses.custodians import DECIDE
from witnesses.errors import UnknownAlarm
from witnesses.models import AlarmKind, AlarmSeen, OpeningRequest, WitnessAlarm
from witnesses.offices import in_office
from witnesses.queries import is_enrolled

HEED: Final = "witnesses.heed_alarms"
WINDOW: Final = timedelta(hours=1)
COUNTED: Final = (
    Action.OPENING_REQUESTED,
    Action.NOTE_REQUESTED,
    Action.NOTE_OPENED,
    Action.DANGER_REQUESTED,
    Action.DANGER_OPENED,
    Action.EMERGENCY_REQUESTED,
    Action.IDENTITY_OPENED,
    Action.OPENING_QUOTA_MET,
    Action.PASSPHRASE_FAILED,
    Action.PASSPHRASE_LOCKED,
)


def watch_for_bursts(user: User) -> None:
    """Raises an alarm where this person, or the whole house, did unusually much within the hour.

    Runs in the transaction of the act that may be one too many. One alarm about the same an hour, at the most.
    """
    limits: Mapping[str, int] = settings.DADKHAH_OPENING_BURST
    recent = Entry.objects.filter(
        action__in=[action.value for action in COUNTED], recorded_at__gt=timezone.now() - WINDOW
    )
    own = recent.filter(actor=user.audit_name).count()
    if own >= limits["person"]:
        _raise_burst(user, own)
    everybody = recent.count()
    if everybody >= limits["house"]:
        _raise_burst(None, everybody)


def raise_emergency_alarm(request: OpeningRequest) -> WitnessAlarm:
    """Alarm everybody that a danger to life was named; the request's own entry is what the log says of it."""
    return WitnessAlarm.objects.create(
        kind=AlarmKind.EMERGENCY, person_id=request.requester_id, request=request
    )


def raise_removal_alarm(person: User) -> WitnessAlarm:
    """Alarm everybody that this custodian was removed; the removal's own entry is what the log says of it."""
    return WitnessAlarm.objects.create(kind=AlarmKind.REMOVAL, person=person)


def raise_enrolment_alarm(person: User) -> WitnessAlarm:
    """Alarm everybody that this person made a key to be a custodian with; the enrolment's own entry says the rest."""
    return WitnessAlarm.objects.create(kind=AlarmKind.ENROLMENT, person=person)


def heeder(actor: Actor) -> User:
    """Who heeds alarms: auditors, and custodians of today. Raises NotPermitted, or NotACustodian."""
    return in_office(actor, HEED)


def heeds(user: User) -> bool:
    """Whether `heeder` would let this person pass."""
    return user.has_perm(HEED) and (not user.has_perm(DECIDE) or is_enrolled(user))


def acknowledge(alarm: WitnessAlarm, *, actor: Actor) -> None:
    """This person has seen the alarm; it leaves their desk, and theirs alone. Once is enough, twice does no harm."""
    user = heeder(actor)
    with transaction.atomic():
        _seen, new = AlarmSeen.objects.get_or_create(alarm=alarm, user=user)
        if new:
            log.append(
                Action.ALARM_SEEN,
                subject=alarm,
                actor=actor,
                facts={"kind": alarm.kind},
                case_id=alarm.request.witness.case_id if alarm.request else None,
            )


def all_alarms(user: User) -> QuerySet[WitnessAlarm]:
    """Every alarm, those first that this person has not seen; nothing for those who need not heed them."""
    if not heeds(user):
        return WitnessAlarm.objects.none()
    seen = AlarmSeen.objects.filter(alarm=OuterRef("pk"), user=user)
    alarms = WitnessAlarm.objects.annotate(seen_by_me=Exists(seen))
    alarms = alarms.order_by("seen_by_me", "-raised_at", "id")
    return alarms.select_related("person", "request__witness").prefetch_related("seen__user")


def unseen_alarms(user: User) -> QuerySet[WitnessAlarm]:
    """The alarms that this person has not seen yet."""
    return all_alarms(user).exclude(seen__user=user)


def acts_by_now(alarms: Sequence[WitnessAlarm]) -> dict[UUID, int]:
    """How many acts each burst came to: from an hour before its alarm until an hour after it, or until now.

    An alarm is raised at the first act too many and then once an hour at the most, so its own count is the beginning.
    In one statement, however many alarms; none for those of another kind.
    """
    bursts = [one for one in alarms if one.kind == AlarmKind.BURST]
    if not bursts:
        return {}
    about = {f"n{number}": _acts_about(one) for number, one in enumerate(bursts)}
    counted = Entry.objects.filter(reduce(or_, about.values()), action__in=[one.value for one in COUNTED])
    found = counted.aggregate(**{name: Count("pk", filter=which) for name, which in about.items()})
    return {one.pk: found[name] for name, one in zip(about, bursts, strict=True)}


def _acts_about(burst: WitnessAlarm) -> Q:
    which = Q(recorded_at__gt=burst.raised_at - WINDOW, recorded_at__lte=burst.raised_at + WINDOW)
    return which & Q(actor=burst.person.audit_name) if burst.person else which


def find_alarm(alarm_id: UUID, *, user: User) -> WitnessAlarm:
    """Raises UnknownAlarm for one that is not there and for one that is not this person's to see."""
    found = all_alarms(user).filter(pk=alarm_id).first()
    if found is None:
        raise UnknownAlarm
    return found


def _raise_burst(person: User | None, acts: int) -> None:
    about = WitnessAlarm.objects.filter(kind=AlarmKind.BURST, person=person)
    if about.filter(raised_at__gt=timezone.now() - WINDOW).exists():
        return
    alarm = WitnessAlarm.objects.create(kind=AlarmKind.BURST, person=person, acts=acts)
    log.append(
        Action.BURST_ALARM,
        subject=alarm,
        actor=SystemActor("openings"),
        facts={"acts": acts, "caused_by": person.audit_name if person else None},
    )
