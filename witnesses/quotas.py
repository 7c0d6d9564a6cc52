"""How much may be asked for and opened within a day: by one person, and of one case."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NoReturn

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.digits import in_digits
from cases.models import Case
from witnesses.alarms import watch_for_bursts
from witnesses.errors import QuotaMet
from witnesses.models import OpeningRequest, OpeningState, Witness

DAY: Final = timedelta(days=1)


class Quota(StrEnum):
    """What is counted. The limits stand in the settings."""

    REQUESTS_PER_PERSON = "requests_per_person"
    OPENINGS_PER_PERSON = "openings_per_person"
    OPENINGS_PER_CASE = "openings_per_case"
    EMERGENCIES_PER_PERSON = "emergencies_per_person"

    @property
    def limit(self) -> int:
        """How many within 24 hours."""
        limits: dict[str, int] = settings.DADKHAH_OPENING_QUOTAS
        return limits[self.value]


_SENTENCES: Final[dict[Quota, Promise]] = {
    Quota.REQUESTS_PER_PERSON: _(
        "You asked to see %(limit)d identities within a day, and more are not allowed. Wait, or let a colleague ask."
    ),
    Quota.OPENINGS_PER_PERSON: _(
        "You were shown %(limit)d identities within a day, and more are not allowed. The request stays open: "
        "come back later."
    ),
    Quota.OPENINGS_PER_CASE: _(
        "%(limit)d identities of this case were shown within a day, and more are not allowed. The request stays "
        "open: come back later."
    ),
    Quota.EMERGENCIES_PER_PERSON: _(
        "You asked %(limit)d times within a day because of a danger to life. Call the custodians: let another "
        "lawyer ask."
    ),
}


def first_met(*quotas: Quota, user: User, witness: Witness) -> Quota | None:
    """The first of the quotas that allows no more, or None.

    Runs in the transaction of the act that is counted, which from here on is alone for this person and this case.
    """
    # Always in this order, so that no two wait for each other.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    Case.objects.select_for_update(no_key=True).get(pk=witness.case_id)
    return next((quota for quota in quotas if _used(quota, user, witness) >= quota.limit), None)


def turn_away(met: Quota, *, user: User, witness: Witness, request: OpeningRequest | None = None) -> NoReturn:
    """Logs that the quota is met, and raises QuotaMet."""
    with transaction.atomic():
        log.append(
            Action.OPENING_QUOTA_MET,
            subject=request or witness,
            actor=user,
            facts={"witness": str(witness.pk), "quota": met.value, "limit": met.limit},
            case_id=witness.case_id,
        )
        watch_for_bursts(user)
    raise QuotaMet(in_digits(_SENTENCES[met] % {"limit": met.limit}))


def _used(quota: Quota, user: User, witness: Witness) -> int:
    since = timezone.now() - DAY
    counted: dict[Quota, QuerySet[OpeningRequest]] = {
        Quota.REQUESTS_PER_PERSON: OpeningRequest.objects.filter(
            requester=user, emergency=False, created_at__gt=since
        ),
        Quota.EMERGENCIES_PER_PERSON: OpeningRequest.objects.filter(
            requester=user, emergency=True, created_at__gt=since
        ),
        Quota.OPENINGS_PER_PERSON: _opened(since).filter(requester=user),
        Quota.OPENINGS_PER_CASE: _opened(since).filter(witness__case=witness.case_id),
    }
    return counted[quota].count()


def _opened(since: datetime) -> QuerySet[OpeningRequest]:
    return OpeningRequest.objects.filter(state=OpeningState.OPENED, emergency=False, opened_at__gt=since)
