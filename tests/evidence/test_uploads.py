"""Uploads never rest as plain bytes, and strangers leave none at all."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import UnreadablePostError
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from cases.models import Case
from evidence.uploads import vault_uploads
from tests.evidence.conftest import LETTER
from tests.evidence.test_intake import stored_files
from tests.evidence.test_views import JSON, sent_form

BOUNDARY = "boundary"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n'
    "Content-Type: application/octet-stream\r\n\r\n"
).encode()


class CutLine:
    """A connection that ends after its first bytes."""

    def __init__(self, first: bytes) -> None:
        self._first = first

    def read(self, size: int = -1) -> bytes:
        if not self._first:
            raise OSError("connection reset")
        piece, self._first = self._first[:size], self._first[size:]
        return piece


def a_request(user: object, body: bytes) -> object:
    request = RequestFactory().post("/", data=body, content_type=f"multipart/form-data; boundary={BOUNDARY}")
    request.user = user
    return request


def everything(house: Path) -> bytes:
    return b"".join(path.read_bytes() for path in house.rglob("*") if path.is_file())


def test_bytes_are_sealed_from_the_first_and_let_go_unless_taken(paralegal: User, house: Path) -> None:
    content = b"a very plain secret" * 200_000
    request = a_request(paralegal, HEAD + content + f"\r\n--{BOUNDARY}--\r\n".encode())
    with vault_uploads(request):
        (upload,) = request.FILES.getlist("files")
        assert upload.size == len(content)
        assert len(stored_files(house)) == 1
        assert b"a very plain secret" not in everything(house)
    assert stored_files(house) == []


def test_a_line_that_is_cut_leaves_nothing(paralegal: User, house: Path) -> None:
    request = a_request(paralegal, b"replaced below")
    request.META["CONTENT_LENGTH"] = str(10_000_000)
    request._stream = CutLine(HEAD + b"x" * 3_000_000)
    with pytest.raises(UnreadablePostError), vault_uploads(request):
        request.POST  # noqa: B018
    assert stored_files(house) == []


def test_files_of_those_who_may_not_send_any_are_skipped(auditor: User, house: Path) -> None:
    request = a_request(auditor, HEAD + LETTER + f"\r\n--{BOUNDARY}--\r\n".encode())
    with vault_uploads(request):
        assert not request.FILES
        assert stored_files(house) == []


def test_a_stranger_cannot_make_the_server_write(
    case: Case, house: Path, auditor: User, client_for: Callable[[User | None], Client]
) -> None:
    for user in (None, auditor):
        for address in (reverse("evidence:upload"), reverse("accounts:sign_in")):
            client_for(user).post(address, sent_form(case, SimpleUploadedFile("x", LETTER)))
    assert stored_files(house) == []


def test_a_post_without_its_token_keeps_nothing(case: Case, paralegal: User, house: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(paralegal, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(reverse("evidence:upload"), sent_form(case, SimpleUploadedFile("x", LETTER)))
    assert response.status_code == 403
    assert stored_files(house) == []


def test_a_missing_key_is_said_in_one_sentence(
    case: Case, paralegal: User, house: Path, client_for: Callable[[User | None], Client]
) -> None:
    (house / "keys" / "vault.agekey").unlink()
    sent = sent_form(case, SimpleUploadedFile("x", LETTER))
    response = client_for(paralegal).post(reverse("evidence:upload"), sent, **JSON)
    assert response.status_code == 503
    assert "vault.agekey" in response.json()["error"]
