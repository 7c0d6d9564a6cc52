"""Who holds the office of a custodian, asked under the lock that whoever takes the office must wait for.

Rows are locked in one order, so that no two acts wait for each other: the person who asks, the case, the exhibit, the
witness, a session of a quorum, custodians by their keys in the database, a request to open, a custodian's key. Each is
locked without its key (`no_key`), for rows that only point at it need not wait.
"""

from django.db.models import QuerySet

from accounts.access import require
from accounts.models import User
from audit.actors import Actor
from witnesses.custodians import DECIDE, acting_custodian, active_custodians
from witnesses.errors import NotACustodian
from witnesses.models import Custodian


def in_office(actor: Actor, permission: str) -> User:
    """Who holds the permission; a custodian by role holds it only while they are enrolled and were not removed.

    Raises NotPermitted, or NotACustodian.
    """
    user = require(actor, permission)
    return acting_custodian(user).user if user.has_perm(DECIDE) else user


def lock_office(custodian: Custodian) -> None:
    """For an act of the custodian's own: nobody removes them until it ends. Raises NotACustodian if somebody did."""
    _locked().get(pk=custodian.pk)
    if not active_custodians([custodian]):
        raise NotACustodian


def lock_custodians() -> None:
    """For an act about offices and old keys: every other one waits, for custodians are few and such acts are rare."""
    list(_locked().order_by("pk"))


def _locked() -> QuerySet[Custodian]:
    return Custodian.objects.select_for_update(no_key=True)
