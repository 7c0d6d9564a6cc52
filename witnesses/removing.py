"""A custodian who leaves, is arrested or is forced: removed at once, by one person, without a quorum.

Nothing is destroyed by it. What the custodian's key could still open is sealed anew by those who are left, and only
then is the key erased; until then another person can bring the custodian back.
"""

from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.commitments import new_salt
from audit.private import sealed
from witnesses.alarms import raise_removal_alarm
from witnesses.deciding import checked_reason
from witnesses.errors import NotRemoved, WrongPerson
from witnesses.idle_keys import erase_idle_keys
from witnesses.models import LIVE_SESSIONS, Custodian, CustodianEvent, QuorumSession, QuorumState
from witnesses.offices import in_office, lock_custodians
from witnesses.quorum.ending import end_session

REMOVE: Final = "witnesses.remove_custodian"


def remover(actor: Actor) -> User:
    """Who may remove custodians: administrators, and custodians as long as they were not removed themselves.

    Raises NotPermitted, or NotACustodian.
    """
    return in_office(actor, REMOVE)


@sensitive_variables()
def remove_custodian(custodian: Custodian, *, reason: str, actor: Actor) -> CustodianEvent:
    """Takes the office from a custodian at once: no approval of theirs counts any more, and what they asked for ends.

    Raises NotPermitted, NotACustodian, WrongPerson for oneself, ReasonMissing, and NotRemoved if it was done before.
    """
    by = remover(actor)
    if custodian.user_id == by.pk:
        raise WrongPerson(_("Ask another custodian or an administrator to remove you."))
    reason = checked_reason(reason)
    with transaction.atomic():
        # In the order that `offices` names: who asks for a session at this moment is before or after, and whoever
        # carries one out holds it while they seal to the custodians of this moment.
        User.objects.select_for_update(no_key=True).get(pk=custodian.user_id)
        asked = QuorumSession.objects.filter(initiator=custodian.user_id, state__in=LIVE_SESSIONS)
        sessions = list(asked.select_for_update(no_key=True).order_by("pk"))
        lock_custodians()
        remover(actor)
        won = Custodian.objects.filter(pk=custodian.pk, revoked_at__isnull=True).update(
            revoked_at=timezone.now()
        )
        if not won:
            raise NotRemoved(_("This custodian was removed before."))
        event = _event(custodian, CustodianEvent.Kind.REMOVED, by=by, reason=reason)
        _log(Action.CUSTODIAN_REMOVED, event, actor=actor)
        raise_removal_alarm(custodian.user)
        for session in sessions:
            end_session(
                session,
                QuorumState.WITHDRAWN,
                action=Action.QUORUM_WITHDRAWN,
                actor=actor,
                facts={"because": "custodian removed"},
            )
        erase_idle_keys(actor=actor)
    custodian.refresh_from_db()
    return event


@sensitive_variables()
def reinstate_custodian(custodian: Custodian, *, reason: str, actor: Actor) -> CustodianEvent:
    """Brings a removed custodian back, with the key that is still there. Takes another person than who removed them.

    Raises NotPermitted, NotACustodian, WrongPerson, ReasonMissing, or NotRemoved.
    """
    by = remover(actor)
    reason = checked_reason(reason)
    with transaction.atomic():
        lock_custodians()
        remover(actor)
        row = Custodian.objects.get(pk=custodian.pk)
        removal = row.events.filter(kind=CustodianEvent.Kind.REMOVED).first()
        if row.revoked_at is None:
            raise NotRemoved(_("This custodian was not removed."))
        if row.user_id == by.pk or (removal and removal.by_id == by.pk):
            raise WrongPerson(
                _("Another person than the one who removed this custodian has to bring them back.")
            )
        Custodian.objects.filter(pk=row.pk).update(revoked_at=None)
        event = _event(row, CustodianEvent.Kind.REINSTATED, by=by, reason=reason)
        _log(Action.CUSTODIAN_REINSTATED, event, actor=actor)
    custodian.refresh_from_db()
    return event


@sensitive_variables()
def _event(custodian: Custodian, kind: CustodianEvent.Kind, *, by: User, reason: str) -> CustodianEvent:
    return CustodianEvent.objects.create(
        custodian=custodian, kind=kind, by=by, reason=reason, salt=new_salt()
    )


def _log(action: Action, event: CustodianEvent, *, actor: Actor) -> None:
    log.append(
        action,
        subject=event.custodian,
        actor=actor,
        facts={"custodian_event": str(event.pk), "reason": sealed(event, "reason")},
    )
