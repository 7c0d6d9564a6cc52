"""Where the parts of an upload wait: a folder of its own, a sealed and durable file for each part.

    <data>/vault/uploads/<id>/00000000000000000000     from the first byte on
    <data>/vault/uploads/<id>/00000000000008388608     from there on, and so forth

A part's file is named by the place of its first byte, and its length is in it, so the parts that count are a chain
from 0: whatever a kill left beyond the acknowledged offset is written over by the part that is sent next.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.utils.translation import gettext as _

from evidence.errors import UploadBusy
from evidence.resumable.parts import Parts, part_name
from evidence.store import uploads_folder
from evidence.vault import durable_files
from evidence.vault.durable_files import vault_failures
from evidence.vault.objects import Vault
from evidence.vault.receiving import Received


class UploadSpool:
    """The parts of one upload."""

    def __init__(self, upload_id: UUID) -> None:
        self.upload_id = upload_id
        self._folder = uploads_folder() / upload_id.hex

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Whoever else wants this upload meanwhile, in any process of this machine, is refused; a kill lets go.

        Raises UploadBusy, VaultFull or VaultUnavailable.
        """
        with vault_failures():
            durable_files.ensure_folder(self._folder.parent)
            durable_files.ensure_folder(self._folder)
            descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def put(self, start: int, received: Received) -> None:
        """Keep a part that is sealed and on the disk already; its name is durable when this returns.

        Raises VaultFull or VaultUnavailable.
        """
        with vault_failures():
            received.path.rename(self._folder / part_name(start))
            durable_files.sync_folder(self._folder)

    def content(self, opened: Vault, *, length: int) -> Parts:
        """All parts as one file of `length` bytes, to be closed by the caller."""
        return Parts(self._folder, opened, length=length)

    def remove(self) -> None:
        """Free the room. What cannot be removed now is swept later."""
        shutil.rmtree(self._folder, ignore_errors=True)


def spools() -> Iterator[UploadSpool]:
    """Every folder of an upload that is on the disk."""
    try:
        names = sorted(path.name for path in uploads_folder().iterdir())
    except FileNotFoundError:
        return
    for name in names:
        try:
            yield UploadSpool(UUID(name))
        except ValueError:
            # None of ours; whoever put it there may need it.
            continue


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise
        raise UploadBusy(
            _("Another request is at work on this upload. It goes on by itself; try again in a few seconds.")
        ) from error
