"""Parts of an upload on their way in. What is acknowledged is sealed, durable and counted.

A part is kept in segments, each acknowledged by itself, so that a kill costs one segment at most; a line that is cut
costs nothing, since what came before the cut is kept too. Only a part with a checksum is kept whole or not at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.access import require
from accounts.models import User
from audit.actors import Actor
from audit.digits import in_digits
from evidence.digests import Digest
from evidence.errors import (
    ChecksumMismatch,
    UploadTooLarge,
    VaultDiskFailed,
    VaultFull,
    VaultUnavailable,
    WrongOffset,
)
from evidence.models import Upload
from evidence.models.upload import expiry
from evidence.resumable.finding import find_live
from evidence.resumable.headers import Checksum
from evidence.resumable.spool import UploadSpool
from evidence.resumable.taking_in import take_in
from evidence.scopes import RECEIVE
from evidence.store import vault
from evidence.vault.objects import Vault
from evidence.vault.receiving import Received
from evidence.vocabulary import UploadState

SEGMENT_BYTES = 8 * 1024 * 1024
_READ_BYTES = 256 * 1024


class Body(Protocol):
    """What a part is read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end. Raises OSError when the line is cut."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it is announced: the place of its first byte, its size in bytes, and what to compare it with.

    `sent_sha256` is the digest of the whole file, which the sender knows when it sends the last part.
    """

    offset: int
    size: int
    checksum: Checksum | None = None
    sent_sha256: Digest | None = None


def receive_part(upload_id: UUID, body: Body, *, part: Part, actor: Actor) -> Upload:
    """Keep what `body` brings and give the upload as it is then; the last part has the file taken in.

    Whether that succeeded stands in the upload's state: the part itself is here in either case. Raises NotPermitted,
    UnknownUpload, UploadGone, UploadBusy, WrongOffset, UploadTooLarge, ChecksumMismatch, VaultFull, VaultUnavailable
    or what opening the vault raises; what was acknowledged before stays.
    """
    user = require(actor, RECEIVE)
    spool = UploadSpool(find_live(upload_id, user=user).pk)
    with _what_arrived_stays(), spool.alone():
        # Read again: it may have changed while nobody held it.
        upload = find_live(upload_id, user=user)
        _require_fit(upload, part)
        _Arrival(upload, spool, part).keep(body)
        if upload.state == UploadState.ARRIVED:
            take_in(upload, spool, actor=user)
    return upload


def take_in_now(upload_id: UUID, *, actor: Actor) -> Upload:
    """Take in an upload that was begun whole because it is empty. Raises UnknownUpload, UploadGone, UploadBusy."""
    user: User = require(actor, RECEIVE)
    spool = UploadSpool(upload_id)
    with spool.alone():
        upload = find_live(upload_id, user=user)
        take_in(upload, spool, actor=user)
    return upload


@contextmanager
def _what_arrived_stays() -> Iterator[None]:
    """Says of a disk that fails what holds of a file in parts: nothing needs to be sent twice."""
    try:
        yield
    except VaultFull as error:
        raise VaultFull(
            _(
                "The disk that holds the vault is full. What had arrived of this file is kept: make room, then go on "
                "with it."
            )
        ) from error
    except VaultDiskFailed as error:
        raise VaultDiskFailed(
            _(
                "The vault's disk failed or refused to be written. What had arrived of this file is kept: look at the "
                "disk and its mount, then go on with it."
            )
        ) from error


def _require_fit(upload: Upload, part: Part) -> None:
    if part.offset != upload.offset:
        raise WrongOffset(
            in_digits(
                _("The part begins at byte %(given)d, but %(here)d bytes are here. Go on from there.")
                % {"given": part.offset, "here": upload.offset}
            )
        )
    if part.offset + part.size > upload.length:
        raise UploadTooLarge(
            _("More bytes came than were announced for this file. Begin it anew with its true length.")
        )


class _Arrival:
    """One part on its way into the spool."""

    def __init__(self, upload: Upload, spool: UploadSpool, part: Part) -> None:
        self._upload = upload
        self._spool = spool
        self._part = part
        self._sum = part.checksum.begin() if part.checksum else None

    def keep(self, body: Body) -> None:
        place = self._part.offset
        opened = vault()
        for segment in self._segments(opened, body):
            try:
                self._spool.put(place, segment)
            except VaultUnavailable:
                opened.discard(segment)
                raise
            place += segment.size
            if self._sum is None:
                self._acknowledge(place)
        if self._part.checksum is None or self._sum is None:
            return
        # A part that was cut is no other part: it comes again, and nothing of it counted.
        if self._sum.digest() != self._part.checksum.value:
            raise ChecksumMismatch(
                _(
                    "The part that arrived is not the part that was sent. Nothing of it was kept; send it again."
                )
            )
        self._acknowledge(place)

    def _segments(self, opened: Vault, body: Body) -> Iterator[Received]:
        left = self._part.size
        while left:
            wanted = min(SEGMENT_BYTES, left)
            with opened.receiving(expected_size=wanted) as receiver:
                taken = 0
                while taken < wanted and (data := _read(body, min(_READ_BYTES, wanted - taken))):
                    if self._sum is not None:
                        self._sum.update(data)
                    taken += receiver.write(data)
                if taken:
                    yield receiver.finish()
            if taken < wanted:
                return
            left -= wanted

    def _acknowledge(self, place: int) -> None:
        """Count what is here. From this moment on the sender may forget it."""
        upload = self._upload
        columns = {"offset": place, "expires_at": expiry()}
        if place == upload.length:
            columns |= {"state": UploadState.ARRIVED, "sent_sha256": self._part.sent_sha256}
        changed = Upload.objects.filter(
            pk=upload.pk, offset=upload.offset, state=UploadState.ARRIVING
        ).update(**columns)
        if changed:
            for column, value in columns.items():
                setattr(upload, column, value)
            return
        upload.refresh_from_db()
        if upload.offset != place:
            raise WrongOffset(_("Another part came first. Ask how much is here, and go on from there."))


def _read(body: Body, size: int) -> bytes:
    try:
        return body.read(size)
    except OSError:
        # The line was cut; what came before it is kept, and nobody is there any more to be told.
        return b""
