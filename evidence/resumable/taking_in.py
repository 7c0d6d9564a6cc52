"""The whole file is here: it is put together, compared and taken in, exactly once.

The upload's row and the item are written in one transaction, and only an upload that is not in yet can be marked so.
Whoever is killed between the bytes and the rows leaves an object without a row, and the next try takes it up.
"""

import logging
from contextlib import closing
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Channel
from audit.errors import DomainError, NotFound, Refused
from evidence.errors import DigestMismatch, UploadBusy, UploadDamaged, UploadGone
from evidence.intake import IntakeFacts, check_receipt, record_receipt
from evidence.models import Upload
from evidence.models.upload import FORGOTTEN
from evidence.resumable.spool import UploadSpool
from evidence.resumable.starting import facts_of
from evidence.stopped import reason_of
from evidence.store import vault
from evidence.storing import Arrived, store_bytes
from evidence.vocabulary import UploadState

_AT_ONCE = 100
_LONGEST_WAIT = timedelta(hours=1)
_log = logging.getLogger(__name__)


def take_in(upload: Upload, spool: UploadSpool, *, actor: User) -> None:
    """Have an upload that is here in full become an item. The caller holds the spool alone.

    What becomes of it stands in the upload's state: taken in; refused, when it is not the file that was announced or
    is damaged; or still here, with the reason and for another try.
    """
    facts = facts_of(upload)
    try:
        check_receipt(facts, actor=actor)
        opened = vault()
        with closing(spool.content(opened, length=upload.length)) as content:
            arrived = store_bytes(
                cast(BinaryIO, content),
                into=opened,
                declared_sha256=facts.declared_sha256,
                sent_sha256=facts.sent_sha256,
            )
        record_taken_in(upload, arrived, facts=facts, actor=actor)
    except (DigestMismatch, UploadDamaged) as error:
        _refuse(upload, error, actor=actor)
    except DomainError as error:
        _note_failure(upload, error, actor=actor)
        return
    spool.remove()
    upload.refresh_from_db()


def record_taken_in(upload: Upload, arrived: Arrived, *, facts: IntakeFacts, actor: User) -> None:
    """The receipt, and that it is this upload's, in one transaction.

    Raises UploadGone where the upload is in already or has ended: then there is no second receipt either.
    """
    with transaction.atomic():
        item = record_receipt(arrived, facts=facts, actor=actor)
        changed = Upload.objects.filter(pk=upload.pk, state=UploadState.ARRIVED).update(
            state=UploadState.TAKEN_IN,
            item=item,
            intake=item.intake,
            failure="",
            ended_at=timezone.now(),
            **FORGOTTEN,
        )
        if not changed:
            raise UploadGone
        log.append(
            Action.UPLOAD_TAKEN_IN,
            subject=upload,
            actor=actor,
            facts={
                "reference": item.reference,
                "item": str(item.pk),
                "size": upload.length,
                "sha256": item.stored.sha256.hex,
                "sent_sha256": upload.sent_sha256.hex if upload.sent_sha256 else None,
            },
            case_id=upload.case_id,
        )


def take_in_arrived() -> int:
    """Take in what is here in full and was left by a kill or a failure; gives how many were tried. Safe to run twice.

    Each in the name of its sender, whose right to do so is asked anew.
    """
    tried = 0
    now = timezone.now()
    arrived = Upload.objects.filter(state=UploadState.ARRIVED).select_related("owner", "case")
    for upload in arrived.order_by("started_at")[:_AT_ONCE]:
        if now < _next_try(upload):
            continue
        tried += _try_again(upload)
    return tried


def _try_again(upload: Upload) -> bool:
    owner: User = upload.owner
    owner.channel = Channel.TASK
    spool = UploadSpool(upload.pk)
    try:
        with spool.alone():
            upload.refresh_from_db()
            if upload.state == UploadState.ARRIVED:
                take_in(upload, spool, actor=owner)
    except UploadBusy:
        # Somebody is at it this moment.
        return False
    return True


def _next_try(upload: Upload) -> datetime:
    if upload.tried_at is None:
        return upload.started_at
    wait: timedelta = min(timedelta(minutes=2 ** min(upload.tries, 10)), _LONGEST_WAIT)
    return upload.tried_at + wait


def _refuse(upload: Upload, error: DomainError, *, actor: User) -> None:
    reason = "damaged" if isinstance(error, UploadDamaged) else "other_digest"
    with transaction.atomic():
        Upload.objects.filter(pk=upload.pk, state=UploadState.ARRIVED).update(
            state=UploadState.REFUSED, failure=reason_of(error), ended_at=timezone.now(), **FORGOTTEN
        )
        log.append(
            Action.UPLOAD_REFUSED,
            subject=upload,
            actor=actor,
            facts={
                "reason": reason,
                "size": upload.length,
                "sent_sha256": upload.sent_sha256.hex if upload.sent_sha256 else None,
            },
            case_id=upload.case_id,
        )


def _note_failure(upload: Upload, error: DomainError, *, actor: User) -> None:
    is_refusal = isinstance(error, Refused | NotFound) and not upload.failure
    upload.failure, upload.tries, upload.tried_at = (
        reason_of(error),
        min(upload.tries + 1, 1000),
        timezone.now(),
    )
    with transaction.atomic():
        upload.save(update_fields=["failure", "tries", "tried_at"])
        if is_refusal:
            # Once: the same refusal at each of the next tries would tell nothing more.
            kind = "refused" if isinstance(error, Refused) else "not_found"
            log.append(Action.ACCESS_REFUSED, subject=upload, actor=actor, facts={"kind": kind})
    _log.warning(
        "an upload was not taken in yet", extra={"task": str(upload.pk), "fault": type(error).__name__}
    )
