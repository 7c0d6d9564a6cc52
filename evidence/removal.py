"""Removing bytes that no record needs any more, after their item was disposed of; goes on after a kill.

What is to go stands on the row of the stored object, and so does that its removal has begun: a store that answers
slowly, or not at all, holds no transaction open. Whoever takes the same bytes in before finds them kept; meanwhile they
are asked to come again; afterwards they put them there anew.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit import log
from audit.actions import Action
from audit.actors import SystemActor
from audit.errors import DomainError
from audit.silence import silent
from evidence.fixity_recording import record_everywhere
from evidence.models import EvidenceItem, StoredObject
from evidence.store import vault
from evidence.stored_objects import recorded_facts
from evidence.vault.facts import ObjectState
from evidence.vocabulary import ReadingMethod

REMOVER = SystemActor("disposal")
_AT_ONCE = 100
# A store that has not answered by then is not going to: whoever asked it was killed, and the next one takes over.
SILENT_AFTER = timedelta(minutes=10)
_log = logging.getLogger(__name__)


def objects_of(item: EvidenceItem, *, lock: bool = True) -> list[StoredObject]:
    """The item's stored bytes and those of all that was made of it, locked in the order of their keys."""
    rows = StoredObject.objects.filter(Q(receipts=item) | Q(derivatives__item=item))
    keys = sorted(set(rows.values_list("pk", flat=True)))
    found = StoredObject.objects.filter(pk__in=keys).order_by("pk")
    return list(found.select_for_update() if lock else found)


def ask_for_removal(objects: Sequence[StoredObject], *, at: datetime) -> list[StoredObject]:
    """Mark those that nothing else needs as to be removed, in the transaction that disposes of their item."""
    going = [one for one in objects if not is_needed(one)]
    StoredObject.objects.filter(pk__in=[one.pk for one in going]).update(removal_asked_at=at)
    return going


def is_needed(stored: StoredObject) -> bool:
    """Whether an item that is kept, what was made of one, or a record of another app rests on these bytes."""
    kept = Q(receipts__disposed_at=None, receipts__isnull=False)
    made = Q(derivatives__item__disposed_at=None, derivatives__isnull=False)
    if StoredObject.objects.filter(pk=stored.pk).filter(kept | made).exists():
        return True
    # Dossiers keep their archives here; what other apps refer to, they need.
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: stored}).exists()
        for relation in StoredObject._meta.related_objects
        if relation.related_model._meta.app_label != StoredObject._meta.app_label
    )


def remove_asked() -> int:
    """Remove what is to go and is not gone; gives how many. Safe to run twice and to be killed."""
    waiting = StoredObject.objects.filter(removal_asked_at__isnull=False, removed_at=None)
    gone = 0
    for key in list(waiting.order_by("removal_asked_at").values_list("pk", flat=True)[:_AT_ONCE]):
        try:
            gone += _remove(key)
        except DomainError:
            # The store is away: the rest waits as well, but each is asked for again at the next round.
            _log.warning("an object that is to be removed could not be", extra={"object": str(key)})
    return gone


def _remove(key: UUID) -> bool:
    begun = _begin(key)
    if begun is None:
        return False
    row, at = begun
    gone, mine = False, True
    try:
        # False where a lock of the store holds it still; the row says so, and it is tried again.
        gone = vault().remove_disposed(row.name)
    finally:
        mine = _end(row, at, gone=gone)
    if not mine:
        _say_if_missing(row.pk)
    return gone


def _begin(key: UUID) -> tuple[StoredObject, datetime] | None:
    """Take the removal up, in the database first; None where it is not to be, is done, or somebody is at it."""
    now = timezone.now()
    with transaction.atomic():
        row = StoredObject.objects.select_for_update().get(pk=key)
        if row.removal_asked_at is None or row.removed_at is not None:
            return None
        going_on = row.removal_begun_at is not None
        if (
            going_on
            and not StoredObject.objects.filter(silent("removal_begun_at", SILENT_AFTER), pk=key).exists()
        ):
            return None
        if is_needed(row):
            StoredObject.objects.filter(pk=key).update(removal_asked_at=None, removal_begun_at=None)
            log.append(Action.REMOVAL_CANCELLED, subject=row, actor=REMOVER, facts={"sha256": row.sha256.hex})
            return None
        StoredObject.objects.filter(pk=key).update(removal_begun_at=now)
    return row, now


def _end(row: StoredObject, begun_at: datetime, *, gone: bool) -> bool:
    """Record what became of it. False where another has taken over meanwhile: then that one records it."""
    with transaction.atomic():
        mine = StoredObject.objects.filter(pk=row.pk, removal_begun_at=begun_at)
        if not mine.update(removal_begun_at=None, removed_at=timezone.now() if gone else None):
            return False
        if gone:
            facts = {"sha256": row.sha256.hex, "size": row.size}
            log.append(Action.OBJECT_REMOVED, subject=row, actor=REMOVER, facts=facts)
    return True


def _say_if_missing(key: UUID) -> None:
    """Raise an alarm where a removal that was thought dead took bytes that somebody has brought again since."""
    row = StoredObject.objects.get(pk=key)
    if row.is_going:
        return
    found = vault().check(recorded_facts(row))
    if found.state is ObjectState.MISSING:
        with transaction.atomic():
            record_everywhere(row, found, method=ReadingMethod.FULL, actor=REMOVER)
