"""Uploads go straight into the vault: no plain temporary file, and the same memory for every size."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from evidence.scopes import RECEIVE
from evidence.store import vault
from evidence.vault.receiving import Received, Receiver


class ReceivedUpload(UploadedFile):  # type: ignore[type-arg]  # not subscriptable at run time
    """An uploaded file whose bytes the vault has received already; closing it lets them go unless they stayed."""

    def __init__(self, received: Received, name: str, content_type: str) -> None:
        super().__init__(file=None, name=name, content_type=content_type, size=received.size)
        self.received = received

    def close(self) -> None:
        """Discard the bytes. Does nothing when they are in the vault."""
        vault().discard(self.received)


class VaultUploadHandler(FileUploadHandler):
    """Streams each file of a request into a receiver of the vault; skips files of those who may not send any."""

    chunk_size = 1024 * 1024

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._receiver: Receiver | None = None
        self._uploads: list[ReceivedUpload] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin to receive a file. Raises VaultFull or VaultUnavailable, or SkipFile for a stranger's file."""
        super().new_file(*args, **kwargs)
        if not self._may_send():
            raise SkipFile
        self._receiver = vault().receiving()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Seal and write one piece; no other handler sees it."""
        if self._receiver is None:
            return raw_data
        self._receiver.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> ReceivedUpload | None:
        """The whole file is here and on the disk, though not yet in the vault."""
        if self._receiver is None:
            return None
        received = self._receiver.finish()
        self._receiver = None
        upload = ReceivedUpload(received, self.file_name or "", self.content_type or "")
        self._uploads.append(upload)
        return upload

    def upload_interrupted(self) -> None:
        """The line was cut: nothing of the file on its way is kept."""
        if self._receiver is not None:
            self._receiver.discard()
            self._receiver = None

    def let_go(self) -> None:
        """Discard all that this request brought and that did not stay."""
        self.upload_interrupted()
        for upload in self._uploads:
            upload.close()

    def _may_send(self) -> bool:
        user = getattr(self.request, "user", None)
        return bool(user is not None and user.is_authenticated and user.has_perm(RECEIVE))


@contextmanager
def vault_uploads(request: HttpRequest) -> Iterator[None]:
    """Receive the files of `request` in the vault; what was not taken in when the block ends is discarded.

    Must be entered before anything reads the request's body, CSRF protection included.
    """
    handler = VaultUploadHandler(request)
    request.upload_handlers = [handler]
    try:
        yield
    finally:
        handler.let_go()
