"""Removing bytes that no record needs any more, after their item was disposed of; goes on after a kill.

What is to go stands on the row of the stored object. Its removal begins in the database, with a row that gives up its
name for ever; then the store is told, outside of every transaction, for it may answer slowly or not at all. Whoever
takes the same bytes in before that finds them kept. Whoever does so afterwards puts them there anew under another name
(`evidence.turns`), which no removal means, however late it comes; and whoever is in between is asked to come again.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit import log
from audit.actions import Action
from audit.actors import SystemActor
from audit.errors import DomainError
from audit.silence import silent
from evidence.models import Derivative, EvidenceItem, Removal, StoredObject
from evidence.store import vault
from evidence.stored_objects import let_go
from evidence.turns import turn_of

REMOVER = SystemActor("disposal")
_AT_ONCE = 100
# A store that has not answered by then is not going to: whoever asked it was killed, and the next one takes over.
SILENT_AFTER = timedelta(minutes=10)
# What is gone is looked for again: an arrival that was stopped between its name and its place may put it there still.
_FIRST_LOOK, _LAST_LOOK = timedelta(minutes=15), timedelta(days=30)
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


def is_needed(stored: StoredObject, *, beside: EvidenceItem | None = None) -> bool:
    """Whether an item that is kept, what was made of one, or a record of another app rests on these bytes; but for the
    item `beside` and what was made of it.
    """
    kept = EvidenceItem.objects.filter(object=stored, disposed_at=None)
    made = Derivative.objects.filter(object=stored, item__disposed_at=None)
    if beside is not None:
        kept, made = kept.exclude(pk=beside.pk), made.exclude(item=beside)
    if kept.exists() or made.exists():
        return True
    # Dossiers keep their archives here; what other apps refer to, they need, unless a table says which rows do.
    return any(
        relation.related_model._default_manager.filter(
            getattr(relation.related_model, "NEEDS_BYTES", Q()), **{relation.field.name: stored}
        ).exists()
        for relation in StoredObject._meta.related_objects
        if relation.related_model._meta.app_label != StoredObject._meta.app_label
    )


def locked_until(item: EvidenceItem, *, with_copies: bool = True) -> datetime | None:
    """Until when the store itself keeps bytes that would go with the item; None where it keeps none of them.

    What another item needs stays in any case and is not asked about; `with_copies` asks of all that was made of the
    item too, one by one. Raises VaultUnavailable.
    """
    store = vault()
    asked = objects_of(item, lock=False) if with_copies else [item.stored]
    going = (one for one in asked if not is_needed(one, beside=item))
    return max((until for one in going if (until := store.held_until(one.name))), default=None)


def remove_asked() -> int:
    """Remove what is to go and is not gone; gives how many. Safe to run twice and to be killed."""
    waiting = StoredObject.objects.filter(
        removal_asked_at__isnull=False, removal_begun_at=None, removed_at=None
    )
    for key in list(waiting.order_by("removal_asked_at").values_list("pk", flat=True)[:_AT_ONCE]):
        _begin(key)
    gone = 0
    for removal in list(_due().select_related("object").order_by("look_at")[:_AT_ONCE]):
        try:
            gone += _remove(removal)
        except DomainError:
            # The store is away: the rest waits as well, but each is asked for again at the next round.
            _log.warning(
                "an object that is to be removed could not be", extra={"object": str(removal.object_id)}
            )
    return gone


def _begin(key: UUID) -> None:
    """Take the removal up, in the database first; not where it was called off, or something rests on the bytes."""
    with transaction.atomic():
        row = StoredObject.objects.select_for_update().get(pk=key)
        if row.removal_asked_at is None or row.removal_begun_at or row.removed_at:
            return
        if is_needed(row):
            StoredObject.objects.filter(pk=key).update(removal_asked_at=None)
            log.append(Action.REMOVAL_CANCELLED, subject=row, actor=REMOVER, facts={"sha256": row.sha256.hex})
            return
        give_up(row)


def give_up(row: StoredObject) -> None:
    """Begin the removal of what the row is about, in the transaction that holds it."""
    StoredObject.objects.filter(pk=row.pk).update(removal_begun_at=timezone.now())
    let_go(row, row.name, turn=turn_of(row.sha256.value))


def _due() -> QuerySet[Removal]:
    free = Q(taken_up_at=None) | silent("taken_up_at", SILENT_AFTER)
    look = Q(gone_at=None) | silent("look_at", timedelta(0), ahead=2 * _LAST_LOOK)
    return Removal.objects.filter(free, look)


def _remove(removal: Removal) -> bool:
    now = timezone.now()
    if not _due().filter(pk=removal.pk).update(taken_up_at=now):
        # Somebody else is at it.
        return False
    was_gone = removal.gone_at is not None
    there = gone = False
    try:
        # Once it is gone, only what somebody was about to put there when its removal began can stand there.
        there = not was_gone or vault().holds(removal.name)
        # False where a lock of the store holds it still; the row says so, and it is tried again.
        gone = not there or vault().remove_disposed(removal.name)
    finally:
        _end(removal, now, gone=gone if there else was_gone, removed=there and gone)
    return there and gone


def _end(removal: Removal, taken_up_at: datetime, *, gone: bool, removed: bool) -> None:
    """Record what became of it, unless another has taken over meanwhile: then that one does."""
    now = timezone.now()
    first = removal.gone_at or now
    with transaction.atomic():
        mine = Removal.objects.filter(pk=removal.pk, taken_up_at=taken_up_at)
        wait = min(max(now - first, _FIRST_LOOK), _LAST_LOOK)
        if not mine.update(taken_up_at=None, gone_at=first if gone else None, look_at=now + wait):
            return
        named = StoredObject.objects.filter(pk=removal.object_id, name=removal.name)
        named.filter(removal_asked_at__isnull=False).update(removed_at=first if gone else None)
        if removed:
            row = removal.object
            facts = {"sha256": row.sha256.hex, "size": row.size}
            log.append(Action.OBJECT_REMOVED, subject=row, actor=REMOVER, facts=facts)
