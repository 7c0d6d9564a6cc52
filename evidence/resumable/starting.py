"""The beginning of an upload: what is known of the file, and whether there is room for it."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit import log
from audit.actions import Action
from audit.actors import Actor
from cases.access import require_member
from cases.dated import dated_columns
from evidence.digests import Digest, read_sha256
from evidence.errors import UploadTooLarge, VaultFull
from evidence.filenames import storable_name
from evidence.intake import IntakeFacts, check_facts, weigh_receipts
from evidence.models import Upload
from evidence.resumable.share import require_share
from evidence.scopes import RECEIVE
from evidence.store import uploads_folder, vault
from evidence.vault.durable_files import ensure_folder, vault_failures
from evidence.vocabulary import UploadState

LARGEST = 1024**4
# Put together, a file lies twice on the disk for as long as that takes.
_COPIES = 2
_LEFT_FREE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that is to come: its length in bytes, what it is sent together with, and how its sender knows it again.

    `sent_sha256` is known this early for an empty file alone.
    """

    length: int
    batch: UUID | None = None
    fingerprint: str = ""
    sent_sha256: Digest | None = None


def begin_upload(facts: IntakeFacts, *, announced: Announced, actor: Actor) -> Upload:
    """Record that a file is on its way; it is logged, and there is room for it at this moment.

    Raises NotPermitted, NotAMember, BadIntake, SmallGroup, UploadTooLarge, TooManyUploads, VaultFull, or what opening
    the vault raises.
    """
    user = require(actor, RECEIVE)
    if facts.case is not None:
        require_member(facts.case, user)
    check_facts(facts)
    _require_room(announced.length)
    with transaction.atomic():
        require_share(user, announced.length)
        # Now, while somebody is there to answer: the file may be taken in long after the page was closed.
        weigh_receipts([facts], actor=user)
        upload = Upload.objects.create(
            owner=user,
            length=announced.length,
            state=UploadState.ARRIVING if announced.length else UploadState.ARRIVED,
            batch=announced.batch,
            fingerprint=announced.fingerprint,
            sent_sha256=announced.sent_sha256,
            **_columns(facts),
        )
        log.append(
            Action.UPLOAD_BEGUN,
            subject=upload,
            actor=user,
            facts={"size": announced.length, "declared_sha256": _hex(upload.declared_sha256)},
            case_id=upload.case_id,
        )
    return upload


def facts_of(upload: Upload) -> IntakeFacts:
    """What was said of the file when it was begun, for its taking in."""
    return IntakeFacts(
        source=upload.source,
        original_name=upload.original_name,
        original_path=upload.original_path,
        title=upload.title,
        how_obtained=upload.how_obtained,
        consent_reference=upload.consent_reference,
        collected=upload.date,
        case=upload.case,
        intake=_delivery(upload),
        declared_sha256=_hex(upload.declared_sha256),
        sent_sha256=_hex(upload.sent_sha256),
    )


def _delivery(upload: Upload) -> Any:
    """The delivery that an earlier file of the same batch began, where source and way of obtaining are the same."""
    if upload.batch is None:
        return None
    earlier = (
        Upload.objects.visible_to(_owner(upload))
        .filter(
            batch=upload.batch,
            intake__source=upload.source,
            intake__how_obtained=upload.how_obtained,
            intake__consent_reference=upload.consent_reference,
        )
        .select_related("intake")
        .first()
    )
    return earlier.intake if earlier else None


def _owner(upload: Upload) -> User:
    owner: User = upload.owner
    return owner


def _columns(facts: IntakeFacts) -> Mapping[str, Any]:
    return {
        "original_name": storable_name(facts.original_name),
        "original_path": storable_name(facts.original_path),
        "title": facts.title.strip(),
        "source": storable_name(facts.source.strip()),
        "how_obtained": facts.how_obtained.strip(),
        "consent_reference": facts.consent_reference.strip(),
        "case": facts.case,
        "declared_sha256": read_sha256(facts.declared_sha256) if facts.declared_sha256 else None,
        **dated_columns(facts.collected),
    }


def _hex(digest: Digest | None) -> str | None:
    return digest.hex if digest else None


def _require_room(length: int) -> None:
    if length > LARGEST:
        raise UploadTooLarge(
            _("The file is larger than 1 TiB, the most that is taken in as one file. Send it in pieces.")
        )
    # Opened first: without its keys nothing could be sealed.
    vault()
    with vault_failures():
        ensure_folder(uploads_folder())
        free = shutil.disk_usage(uploads_folder()).free
    if free < _COPIES * length + _LEFT_FREE:
        raise VaultFull(
            _(
                "There is not enough room on the disk that holds the vault: a file on its way needs twice its size. "
                "Nothing was begun; make room and send the file again."
            )
        )
