"""Finding uploads, always in their sender's name."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from evidence.errors import UnknownUpload, UploadGone, UploadIsIn
from evidence.models import Upload
from evidence.vocabulary import UploadState


def find_upload(upload_id: UUID, *, user: User) -> Upload:
    """The upload, ended or not. Raises UnknownUpload for both unknown and another's."""
    upload = (
        Upload.objects.visible_to(user).select_related("owner", "case", "item").filter(pk=upload_id).first()
    )
    if upload is None:
        raise UnknownUpload(_("No such upload is yours. Choose the file again and send it anew."))
    return upload


def find_live(upload_id: UUID, *, user: User) -> Upload:
    """The upload, if more can come of it. Raises UnknownUpload, UploadIsIn or UploadGone."""
    upload = find_upload(upload_id, user=user)
    require_live(upload)
    return upload


def require_live(upload: Upload) -> None:
    """Raises UploadIsIn or UploadGone with what became of an upload that has ended."""
    if upload.state == UploadState.TAKEN_IN:
        raise UploadIsIn(_("This file is taken in already. Look it up in the list of evidence."))
    if not upload.is_live:
        raise UploadGone(
            upload.why_it_stopped
            or _("This upload was called off or has lapsed, and nothing of it is here. Send the file anew.")
        )


def waiting(user: User) -> QuerySet[Upload]:
    """What `user` has begun to send and what is not in yet, oldest first."""
    return Upload.objects.visible_to(user).live().order_by("started_at")
