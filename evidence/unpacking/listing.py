"""Listing what is inside an item: the container is read through, nothing of it is kept but names and sizes."""

import platform
from collections import Counter
from itertools import islice

from django.db import transaction

from audit import log
from audit.actions import Action
from audit.actors import SystemActor
from evidence.containers.member import LIMITS, Member, MemberFailed
from evidence.containers.reading import kind_of, members_of
from evidence.containers.words import ContainerKind, Why
from evidence.models import ContainerMember, EvidenceItem, Unpacking
from evidence.placement import only_case
from evidence.stored_objects import open_stored
from evidence.unpacking.claims import Heart, heard, held
from evidence.unpacking.words import MemberState, UnpackingState

UNPACKER = SystemActor("unpacking")
_ROWS = 1000


def list_contents(unpacking: Unpacking) -> None:
    """Read the container through and record its members, all at once. Does nothing where another worker took over.

    What ends the reading early is recorded with what was found before it. Raises ObjectMissing, ObjectAltered or
    VaultUnavailable.
    """
    members: list[Member] = []
    kind, why = _read(unpacking, members)
    with transaction.atomic():
        if not held(unpacking).update(
            state=UnpackingState.LISTED if members else UnpackingState.FAILED,
            kind=kind or "",
            tool=f"Python {platform.python_version()}",
            why=why or "",
            is_cut_short=len(members) == LIMITS.members,
            failure="",
            claim=None,
        ):
            return
        if EvidenceItem.objects.select_for_update().get(pk=unpacking.item_id).disposed_at is not None:
            # What was read in its bytes goes the way of its bytes.
            members = [Member(one.number, "", one.size, "", one.why) for one in members]
        for start in range(0, len(members), _ROWS):
            ContainerMember.objects.bulk_create(
                _row(unpacking, one) for one in members[start : start + _ROWS]
            )
        left = Counter(str(one.why) for one in members if one.why)
        log.append(
            Action.CONTENTS_LISTED,
            subject=unpacking.item,
            actor=UNPACKER,
            facts={
                "kind": str(kind or ""),
                "members": len(members),
                "why": str(why or ""),
                "left_inside": dict(sorted(left.items())),
            },
            case_id=only_case(unpacking.item),
        )


def _read(unpacking: Unpacking, members: list[Member]) -> tuple[ContainerKind | None, Why | None]:
    heart = Heart(unpacking)
    with open_stored(unpacking.item.stored) as stored:
        file = heard(stored, heart)
        kind = kind_of(file)
        if kind is None:
            return None, Why.NO_CONTAINER
        try:
            found = members_of(file, kind, name=unpacking.item.original_name)
            for member in islice(found, LIMITS.members):
                members.append(_without_bytes(member))
                if not heart.beat():
                    break
        except MemberFailed as error:
            return kind, error.why
    return kind, None if members else Why.NO_CONTAINER if kind == ContainerKind.COMPRESSED else None


def _without_bytes(member: Member) -> Member:
    # What would open it holds on to a whole message.
    return Member(member.number, member.name, member.size, member.modified, member.why)


def _row(unpacking: Unpacking, member: Member) -> ContainerMember:
    return ContainerMember(
        unpacking=unpacking,
        number=member.number,
        name=member.name,
        size=member.size,
        modified=member.modified,
        state=MemberState.LEFT if member.why else MemberState.LISTED,
        why=member.why or "",
    )
