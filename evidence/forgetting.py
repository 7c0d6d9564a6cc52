"""What goes with an item that is disposed of beside its bytes: the words that were read out of them, or tell of them.

Rows stay, as after every erasure (`audit.erasing`), so that what the log speaks of leads somewhere; what they say goes,
and with it the salt by which it could be guessed. The item's own record, its acquisition and its custody are the record
of the disposal itself: they stay.
"""

from datetime import datetime

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.canonical import Json
from audit.erasing import Erased, erase_values, names_to_erase
from audit.private import sealed
from evidence.models import ContainerMember, CustodyEvent, Derivative, EvidenceItem, FoundValue, ImageHash
from evidence.placement import only_case


def forget_what_was_read(item: EvidenceItem, *, at: datetime) -> dict[str, Json]:
    """Erase what files say of their making, names of what lies inside, and what a picture looks like; gives how many.

    In the transaction that disposes of the item, which logs what this gives.
    """
    found = 0
    for row in FoundValue.objects.select_for_update().filter(item=item):
        found += erase_values(row, names=names_to_erase(row), at=at).count
    # The tag comes from the file too, and whoever made that may have written a name into it.
    FoundValue.objects.filter(item=item).update(tag="")
    ImageHash.objects.filter(item=item).delete()
    named = ContainerMember.objects.filter(unpacking__item=item).exclude(name="", modified="")
    return {"found_values_erased": found, "member_names_erased": named.update(name="", modified="")}


def forget_copies(item: EvidenceItem, disposal: CustodyEvent, *, actor: User, at: datetime) -> None:
    """Erase what people wrote of the copies that they made of the item, each with the entry that an erasure has.

    In the transaction that disposes of the item: two people have decided it, and its reason is that of the disposal.
    """
    asked = disposal.answers
    assert asked is not None and asked.actor is not None  # noqa: S101, PT018  the table's own constraint
    for copy in Derivative.objects.select_for_update(of=("self",)).filter(item=item, author__isnull=False):
        erased = erase_values(copy, names=names_to_erase(copy), at=at)
        if erased.count:
            log.append(
                Action.VALUES_ERASED,
                subject=item,
                actor=actor,
                facts=_facts(copy, erased, disposal, approved_by=asked.actor.audit_name),
                case_id=only_case(item),
            )


def _facts(copy: Derivative, erased: Erased, disposal: CustodyEvent, *, approved_by: str) -> dict[str, Json]:
    return {
        "kind": copy._meta.label_lower,
        "record": str(copy.pk),
        "erased": list(erased.names),
        "commitments": erased.count,
        "kept": erased.kept,
        "approved_by": approved_by,
        "reason": sealed(disposal, "purpose"),
    }
