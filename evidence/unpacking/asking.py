"""Asking for what is inside an item: first to have it listed, then to have members made items of their own."""

from collections.abc import Collection
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.small_groups import weigh_words
from evidence.containers.member import LIMITS
from evidence.errors import AlreadyUnpacking, BadUnpacking, UnknownEvidence
from evidence.models import EvidenceItem, Unpacking
from evidence.placement import only_case
from evidence.unpacking.words import MemberState, UnpackingState

UNPACK = "evidence.unpack"
TAKE_OUT = "evidence.receive_evidence"


def ask_for_contents(item: EvidenceItem, *, actor: Actor) -> Unpacking:
    """Have it listed what is inside the item; again where that failed.

    Raises NotPermitted, UnknownEvidence, BadUnpacking or AlreadyUnpacking.
    """
    user = _permitted(item, actor)
    _check_can_hold(item)
    with transaction.atomic():
        unpacking, is_new = Unpacking.objects.select_for_update().get_or_create(
            item=item, defaults={"asked_by": user}
        )
        if not is_new:
            if unpacking.state != UnpackingState.FAILED or unpacking.members.exists():
                raise _already()
            _begin(unpacking, UnpackingState.ASKED, user)
        log.append(
            Action.CONTENTS_ASKED,
            subject=item,
            actor=user,
            facts={"reference": item.reference},
            case_id=only_case(item),
        )
        transaction.on_commit(lambda: ask_for_unpacking(unpacking.pk), robust=True)
    return unpacking


def ask_for_members(item: EvidenceItem, *, numbers: Collection[int] | None = None, actor: Actor) -> Unpacking:
    """Have members of the item made items of their own: those of these numbers, or all that can be.

    What failed before is tried again. Their names become names of items, and are weighed here, where somebody is there
    to confirm. Raises NotPermitted, UnknownEvidence, BadUnpacking, AlreadyUnpacking or SmallGroup.
    """
    user = _permitted(item, actor)
    with transaction.atomic():
        unpacking = Unpacking.objects.select_for_update().filter(item=item).first()
        if unpacking is None or unpacking.state == UnpackingState.ASKED:
            raise BadUnpacking(_("It is not listed yet what is inside. Have that done first."))
        if unpacking.state == UnpackingState.TAKING:
            raise _already()
        wanted = unpacking.members.filter(state__in=[MemberState.LISTED, MemberState.FAILED])
        if numbers is not None:
            wanted = wanted.filter(number__in=numbers)
        weigh_words(wanted.order_by("number").values_list("name", flat=True), items=[item.pk], actor=user)
        count = wanted.update(state=MemberState.ASKED, why="")
        if not count:
            raise BadUnpacking(_("Nothing was chosen that can be taken out. Choose at least one file."))
        _begin(unpacking, UnpackingState.TAKING, user)
        log.append(
            Action.MEMBERS_ASKED,
            subject=item,
            actor=user,
            facts={"reference": item.reference, "members": count},
            case_id=only_case(item),
        )
        transaction.on_commit(lambda: ask_for_unpacking(unpacking.pk), robust=True)
    return unpacking


def ask_for_unpacking(unpacking_id: UUID) -> None:
    """Put the work on the queue. Named, not imported: the work must not depend on its tasks."""
    current_app.signature(UNPACK, args=[str(unpacking_id)]).apply_async(retry=False)


def _permitted(item: EvidenceItem, actor: Actor) -> User:
    user = require(actor, TAKE_OUT)
    if not EvidenceItem.objects.visible_to(user).filter(pk=item.pk).exists():
        raise UnknownEvidence(_("No such item is open to you. Check its reference."))
    return user


def _check_can_hold(item: EvidenceItem) -> None:
    if not item.has_bytes:
        raise BadUnpacking(_("This is a thing and no file: nothing lies inside that could be listed."))
    above: EvidenceItem | None = item.parent
    for _step in range(LIMITS.nesting):
        if above is None:
            return
        above = above.parent
    raise BadUnpacking(
        _(
            "This lies too deep inside other items to be looked into here. Unpack it elsewhere and hand its files in."
        )
    )


def _begin(unpacking: Unpacking, state: UnpackingState, user: User) -> None:
    unpacking.state, unpacking.asked_by, unpacking.asked_at = state, user, timezone.now()
    unpacking.intake, unpacking.claim, unpacking.beat_at = None, None, None
    unpacking.tries, unpacking.failure = 0, ""
    unpacking.save()


def _already() -> AlreadyUnpacking:
    return AlreadyUnpacking(_("This was asked for already. Reload the page in a moment."))
