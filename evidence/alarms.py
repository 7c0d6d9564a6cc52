"""Alarms about stored objects: raised by a reading, closed by a person with a reason, never by themselves."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.canonical import Json
from audit.private import sealed
from evidence.errors import AlarmClosed, BadReason, UnknownEvidence
from evidence.models import EvidenceItem, FixityAlarm, FixityReading, StoredObject
from evidence.scopes import REVIEW_CUSTODY
from evidence.vocabulary import AlarmState

CLOSE = REVIEW_CUSTODY
SHORTEST_REASON = 10


def raise_alarm(state: AlarmState, *, about: StoredObject | None, actor: Actor) -> FixityAlarm:
    """The open alarm about this object, or without one about the store: raised now, or the one that is open already.

    Runs in the transaction of the reading that found it; an alarm is logged once, however often it is found.
    """
    open_now = FixityAlarm.objects.filter(object=about, closed_at=None)
    found = open_now.first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            alarm = FixityAlarm.objects.create(object=about, state=state)
            log.append(
                Action.FIXITY_ALARM_RAISED,
                subject=alarm,
                actor=actor,
                facts={"state": state.value, "sha256": about.sha256.hex if about else None},
            )
    except IntegrityError:
        # Another reading of the same moment was first; the table holds one open alarm about one thing.
        return open_now.get()
    return alarm


def close_alarm(alarm: FixityAlarm, *, reason: str, actor: Actor) -> None:
    """Close an open alarm. Raises NotPermitted, BadReason for under ten characters, AlarmClosed if it is closed."""
    user = require(actor, CLOSE)
    said = reason.strip()
    if len(said) < SHORTEST_REASON:
        raise BadReason(_("Say in at least 10 characters what was found out and what was done about it."))
    with transaction.atomic():
        row = FixityAlarm.objects.select_for_update(of=("self",)).get(pk=alarm.pk)
        if row.closed_at is not None:
            raise AlarmClosed(_("This alarm is closed already. Look at who closed it, and why."))
        row.closed_at, row.closed_by, row.closing_reason = timezone.now(), user, said
        row.save(update_fields=["closed_at", "closed_by", "closing_reason"])
        facts: dict[str, Json] = {"state": row.state, "closing_reason": sealed(row, "closing_reason")}
        log.append(Action.FIXITY_ALARM_CLOSED, subject=row, actor=user, facts=facts)


def alarms(user: User) -> QuerySet[FixityAlarm]:
    """Every alarm, for whoever may review custody; the newest first, each with what the last reading since found."""
    if not user.has_perm(REVIEW_CUSTODY):
        return FixityAlarm.objects.none()
    return _with_later_reading(FixityAlarm.objects.select_related("object", "closed_by")).order_by(
        F("closed_at").desc(nulls_first=True), "-raised_at"
    )


def open_alarms() -> QuerySet[FixityAlarm]:
    """The alarms that wait, for a count; they name nothing that an administrator may not know."""
    return FixityAlarm.objects.filter(closed_at=None)


def find_alarm(alarm_id: UUID, *, user: User) -> FixityAlarm:
    """The alarm. Raises UnknownEvidence for both unknown and not permitted."""
    found = alarms(user).filter(pk=alarm_id).first()
    if found is None:
        raise UnknownEvidence(_("No such alarm. Choose one from the list of alarms."))
    return found


def alarms_of(item: EvidenceItem) -> QuerySet[FixityAlarm]:
    """The alarms about the item's bytes, open ones first, for whoever may open the item or review its custody."""
    if not item.has_bytes:
        return FixityAlarm.objects.none()
    about = FixityAlarm.objects.filter(object_id=item.object_id).select_related("closed_by")
    return _with_later_reading(about).order_by(F("closed_at").desc(nulls_first=True), "-raised_at")


def _with_later_reading(about: QuerySet[FixityAlarm]) -> QuerySet[FixityAlarm]:
    """With what the last reading since found; of the store, `answered_at` is when any file was read or stored since."""
    later = FixityReading.objects.filter(object=OuterRef("object"), read_at__gt=OuterRef("raised_at"))
    newest = later.order_by("-read_at")
    any_file = StoredObject.objects.filter(scrubbed_at__gt=OuterRef("raised_at")).order_by("-scrubbed_at")
    return about.annotate(
        later_finding=Subquery(newest.values("finding")[:1]),
        later_at=Subquery(newest.values("read_at")[:1]),
        answered_at=Case(When(object=None, then=Subquery(any_file.values("scrubbed_at")[:1]))),
    )
