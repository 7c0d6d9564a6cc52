"""After an emergency: somebody who took no part finds whether it was one."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from audit.commitments import new_salt
from audit.models import Entry
from audit.private import sealed
from witnesses.alarms import heeder, heeds
from witnesses.deciding import checked_reason
from witnesses.errors import AlreadyReviewed, NothingToReview, UnknownOpening, WrongPerson
from witnesses.models import EmergencyReview, OpeningDecision, OpeningRequest

REVIEW_WITHIN: Final = timedelta(days=3)
_TOOK_PART: Final = _("You asked for this opening or decided on it, so somebody else has to review it.")


@sensitive_variables()
def review_emergency(
    request: OpeningRequest, *, justified: bool, reason: str, actor: Actor
) -> EmergencyReview:
    """Records what was found, once and for good.

    Raises NotPermitted, WrongPerson for whoever asked or decided, NothingToReview, AlreadyReviewed, ReasonMissing.
    """
    user = heeder(actor)
    said = checked_reason(reason)
    if took_part(request, user):
        raise WrongPerson(_TOOK_PART)
    with transaction.atomic():
        asked = OpeningRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
        if asked.pk not in _shown():
            raise NothingToReview
        if EmergencyReview.objects.filter(request=asked).exists():
            raise AlreadyReviewed
        review = EmergencyReview.objects.create(
            request=asked, reviewer=user, justified=justified, reason=said, salt=new_salt()
        )
        log.append(
            Action.EMERGENCY_REVIEWED,
            subject=asked,
            actor=actor,
            facts={
                "witness": str(asked.witness_id),
                "review": str(review.pk),
                "justified": justified,
                "reason": sealed(review, "reason"),
            },
            case_id=asked.witness.case_id,
        )
    return review


def took_part(request: OpeningRequest, user: User) -> bool:
    """Whether the user asked, or decided whatever."""
    return request.requester_id == user.pk or request.decisions.filter(custodian__user=user).exists()


def emergencies(user: User) -> QuerySet[OpeningRequest]:
    """Every request for a danger to life, newest first, for those who heed alarms."""
    return _requests(_told_of(Action.EMERGENCY_REQUESTED)) if heeds(user) else OpeningRequest.objects.none()


def emergencies_to_review(user: User) -> QuerySet[OpeningRequest]:
    """Those in which an identity was shown, that nobody has reviewed, and in which this person took no part."""
    if not heeds(user):
        return OpeningRequest.objects.none()
    decided = OpeningDecision.objects.filter(request=OuterRef("pk"), custodian__user=user)
    waiting = _requests(_shown()).filter(review=None).exclude(requester=user)
    return waiting.filter(~Exists(decided)).order_by("opened_at")


def find_emergency(request_id: UUID, *, user: User) -> OpeningRequest:
    """Raises UnknownOpening for any other request, and for those who need not heed alarms."""
    found = emergencies(user).filter(pk=request_id).first()
    if found is None:
        raise UnknownOpening
    return found


def is_overdue(request: OpeningRequest) -> bool:
    """Whether the review of an emergency should be done by now."""
    return request.opened_at is not None and request.opened_at < timezone.now() - REVIEW_WITHIN


def _requests(keys: set[UUID]) -> QuerySet[OpeningRequest]:
    asked = OpeningRequest.objects.filter(pk__in=keys).defer("sealed_identity__ciphertext")
    asked = asked.select_related("witness__case", "sealed_identity", "requester", "review__reviewer")
    return asked.prefetch_related("decisions__custodian__user")


def _shown() -> set[UUID]:
    return _told_of(Action.IDENTITY_OPENED, of=_told_of(Action.EMERGENCY_REQUESTED))


def _told_of(action: Action, *, of: Collection[UUID] | None = None) -> set[UUID]:
    """The requests of which the log tells this. What their own rows say of it could be changed in the database."""
    entries = Entry.objects.filter(action=action.value)
    if of is not None:
        entries = entries.filter(subject_id__in=[str(one) for one in of])
    return {UUID(about) for about in entries.values_list("subject_id", flat=True)}
