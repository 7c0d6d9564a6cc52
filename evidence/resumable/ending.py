"""Uploads that come to nothing: called off by their sender, or left for a week. The room is freed, the row stays."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.access import require
from audit import log
from audit.actions import Action
from audit.actors import Actor, SystemActor
from evidence.errors import UploadBusy
from evidence.models import Upload
from evidence.models.upload import FORGOTTEN
from evidence.resumable.finding import find_live
from evidence.resumable.spool import UploadSpool, spools
from evidence.scopes import RECEIVE
from evidence.vocabulary import UploadState

UPLOADS = SystemActor("uploads")
_AT_ONCE = 500


def call_off(upload_id: UUID, *, actor: Actor) -> Upload:
    """Let go of what has arrived, at the wish of its sender.

    Raises NotPermitted, UnknownUpload, UploadGone, UploadIsIn, UploadBusy or LogUnavailable.
    """
    user = require(actor, RECEIVE)
    spool = UploadSpool(find_live(upload_id, user=user).pk)
    with spool.alone():
        upload = find_live(upload_id, user=user)
        with transaction.atomic():
            _end(upload, UploadState.CALLED_OFF)
            log.append(
                Action.UPLOAD_CALLED_OFF,
                subject=upload,
                actor=user,
                facts={"size": upload.length, "arrived": upload.offset},
                case_id=upload.case_id,
            )
        spool.remove()
    return upload


def expire_uploads() -> int:
    """Let go of what nobody has gone on sending for a week; gives how many. Safe to run twice.

    A file that is here in full is never let go so: it waits to be taken in, or to be called off by its sender.
    """
    due = Upload.objects.filter(state=UploadState.ARRIVING, expires_at__lte=timezone.now())
    return sum(_expire(pk) for pk in list(due.values_list("pk", flat=True)[:_AT_ONCE]))


def sweep_uploads() -> int:
    """Remove what a kill left of uploads that have ended; gives how many."""
    swept = 0
    # The folders are listed before the rows are read: an upload has its row before its folder.
    folders = list(spools())
    live = set(Upload.objects.live().values_list("pk", flat=True))
    for spool in folders:
        if spool.upload_id not in live:
            spool.remove()
            swept += 1
    return swept


def _expire(upload_id: UUID) -> bool:
    spool = UploadSpool(upload_id)
    try:
        with spool.alone():
            upload = Upload.objects.filter(
                pk=upload_id, state=UploadState.ARRIVING, expires_at__lte=timezone.now()
            ).first()
            if upload is None:
                return False
            with transaction.atomic():
                _end(upload, UploadState.EXPIRED)
                log.append(
                    Action.UPLOAD_EXPIRED,
                    subject=upload,
                    actor=UPLOADS,
                    facts={"size": upload.length, "arrived": upload.offset},
                    case_id=upload.case_id,
                )
            spool.remove()
    except UploadBusy:
        # A part is arriving this moment: nobody has left it.
        return False
    return True


def _end(upload: Upload, state: UploadState) -> None:
    upload.state, upload.ended_at = state, timezone.now()
    for column, value in FORGOTTEN.items():
        setattr(upload, column, value)
    upload.save(update_fields=["state", "ended_at", *FORGOTTEN])
