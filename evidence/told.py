"""What custody says of dossiers is told by case: for whom and why only to who sees the case that each was made for."""

import json
from collections.abc import Sequence
from uuid import UUID

from accounts.models import User
from audit.actions import Action
from audit.models import Entry
from cases.models import Case
from evidence.models import CustodyEvent
from evidence.vocabulary import FOR_A_DOSSIER


def untold(events: Sequence[CustodyEvent], *, user: User) -> set[UUID]:
    """Of one item's ledger, in its order, the events whose words are the matter of a case that is closed to the user.

    The log knows for which case each was written. One query where the ledger has such events, and none where not.
    """
    of_dossiers = {event.pk: event.item_id for event in events if event.kind in FOR_A_DOSSIER}
    own = _told(of_dossiers, user) if of_dossiers else set()
    kept: set[UUID] = set()
    for event in events:
        # What was said of it since counts as it does: a correction repeats what it corrects.
        if (event.pk in of_dossiers and event.pk not in own) or event.refers_to_id in kept:
            kept.add(event.pk)
    return kept


def _told(of_dossiers: dict[UUID, UUID], user: User) -> set[UUID]:
    entries = Entry.objects.filter(
        action__in=(Action.EVIDENCE_PACKED, Action.EVIDENCE_DISCLOSED),
        subject_id__in={str(item) for item in of_dossiers.values()},
        case_id__in=Case.objects.visible_to(user).values("pk"),
    )
    return {
        UUID(json.loads(bytes(body))["facts"]["event"]) for body in entries.values_list("body", flat=True)
    }
