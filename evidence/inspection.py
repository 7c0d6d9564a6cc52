"""Looking at an item's first bytes to say what it is. The original is read, never changed."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor, SystemActor
from evidence import custody, media_types
from evidence.busy import is_busy
from evidence.errors import DisposedOf, EvidenceError, UnknownEvidence
from evidence.inspecting.plan import first_kinds
from evidence.inspecting.records import ask_for_derivatives
from evidence.models import EvidenceItem
from evidence.pending import MOST_TRIES, ask_for_inspection
from evidence.placement import only_case
from evidence.reachability import is_of_the_store
from evidence.stopped import Stopped, reason_of
from evidence.stored_objects import open_stored
from evidence.vocabulary import CustodyKind

_INSPECTOR = SystemActor("inspection")
_log = logging.getLogger(__name__)


def inspect(item_id: UUID) -> None:
    """Identify the item's type and record it; when that fails, the item says so and can be tried again.

    Does nothing for an item that is identified already, so it may run twice, and at once; nor for a physical item.
    """
    files = EvidenceItem.objects.select_related("object").exclude(object=None)
    item = files.filter(pk=item_id, inspected_at=None).first()
    if item is None:
        return
    if item.inspection_tries >= MOST_TRIES:
        # Each time before, the worker died over it.
        _note_failure(item, Stopped.OTHER)
        return
    # Before the bytes are touched: a file over which the worker dies is not tried for ever.
    _count_try(item.pk, 1)
    try:
        media_type = _identify(item)
    except (EvidenceError, OSError, ValueError) as error:
        if is_of_the_store(error):
            # It says nothing of the file: it is tried again for as long as the store is away.
            _count_try(item.pk, -1)
        # An error of the system may name paths; the page says only what somebody can act on.
        _note_failure(item, reason_of(error) if isinstance(error, EvidenceError) else Stopped.OTHER)
        return
    try:
        _record(item, media_type)
    except OperationalError as error:
        if is_busy(error):
            _count_try(item.pk, -1)
        raise
    except DisposedOf:
        # While it was looked at: what it was is no matter any more.
        return


def retry_inspection(item: EvidenceItem, *, actor: Actor) -> None:
    """Try the inspection of an item that failed again. Raises NotPermitted or UnknownEvidence."""
    user = require(actor, "evidence.receive_evidence")
    if not EvidenceItem.objects.visible_to(user).filter(pk=item.pk).exists():
        raise UnknownEvidence(_("No such item is open to you. Check its reference."))
    with transaction.atomic():
        EvidenceItem.objects.filter(pk=item.pk, inspected_at=None).update(
            inspection_failure="", inspection_tries=0
        )
        log.append(
            Action.INSPECTION_RETRIED,
            subject=item,
            actor=user,
            facts={"reference": item.reference},
            case_id=only_case(item),
        )
        transaction.on_commit(lambda: ask_for_inspection(item.pk), robust=True)


def _identify(item: EvidenceItem) -> str:
    with open_stored(item.kept) as stored:
        return media_types.identify(stored.read(media_types.HEAD_BYTES))


def _record(item: EvidenceItem, media_type: str) -> None:
    tool = media_types.tool()
    with transaction.atomic():
        if not _claim(item, media_type, tool, timezone.now()):
            return
        event = custody.record(
            item,
            CustodyKind.FORMAT_IDENTIFIED,
            actor=_INSPECTOR,
            tool=tool,
            note=media_type,
        )
        log.append(
            Action.EVIDENCE_IDENTIFIED,
            subject=item,
            actor=_INSPECTOR,
            facts={**event.facts(), "media_type": media_type},
            case_id=only_case(item),
        )
        ask_for_derivatives(item, first_kinds(media_type))


def _claim(item: EvidenceItem, media_type: str, tool: str, at: datetime) -> bool:
    """Write the finding unless another worker was first."""
    changed = EvidenceItem.objects.filter(pk=item.pk, inspected_at=None).update(
        media_type=media_type,
        media_type_tool=tool,
        inspected_at=at,
        inspection_failure="",
        # This try did not fail: as many are counted as before it.
        inspection_tries=item.inspection_tries,
    )
    return bool(changed)


def _count_try(pk: UUID, more: int) -> None:
    EvidenceItem.objects.filter(pk=pk, inspected_at=None).update(
        inspection_tries=F("inspection_tries") + more
    )


def _note_failure(item: EvidenceItem, why: Stopped) -> None:
    # The code, not the sentence: whoever reads it has a language of their own, and the worker none.
    EvidenceItem.objects.filter(pk=item.pk, inspected_at=None).update(inspection_failure=why)
    _log.warning("inspection failed", extra={"item": str(item.pk)})
