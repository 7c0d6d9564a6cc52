"""Uploads in parts, by the tus protocol 1.0.0: thin over `evidence.resumable`.

A page's script announces a file with a form in the body, since a header has no room for how a file was obtained in
Persian; a program that speaks the protocol alone announces it in `Upload-Metadata`. Both then send parts alike.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import permission_required
from accounts.form_answers import form_errors
from cases.confirming import codes_in
from evidence.errors import BadUpload, OtherVersion, WrongPartType
from evidence.forms import BeginUploadForm
from evidence.resumable import headers
from evidence.resumable.ending import call_off
from evidence.resumable.finding import find_upload, require_live
from evidence.resumable.receiving import Part, receive_part, take_in_now
from evidence.resumable.starting import begin_upload
from evidence.scopes import RECEIVE
from evidence.views.reader import reader
from evidence.views.upload_answers import capabilities, finish, standing, told
from evidence.vocabulary import UploadState

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_OLD_NAMES = {"filename": "original_name", "relativePath": "original_path", "sha256": "declared_sha256"}
# A line that brings nothing for so long is taken for cut; else a closed laptop would hold its upload for hours.
_SILENCE_SECONDS = 60
View = Callable[..., HttpResponse]


def _spoken(*methods: str) -> Callable[[View], View]:
    """Lets these methods of the protocol through, refuses another version of it, and has ours on every answer.

    A refusal is worded far from here; `config.middleware` has every answer finished, whoever gave it.
    """

    def speak(view: View) -> View:
        @wraps(view)
        def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            method = _method(request)
            if method == "OPTIONS":
                return capabilities()
            if method not in methods:
                return HttpResponseNotAllowed([*methods, "OPTIONS"])
            asked = request.headers.get("Tus-Resumable")
            # To look is free to all: it is how a page asks what became of a file.
            if asked != headers.VERSION and not (asked is None and method in ("GET", "HEAD")):
                raise OtherVersion(
                    _("This server speaks version 1.0.0 of tus. Send Tus-Resumable: 1.0.0 with each request.")
                )
            return view(request, *args, **kwargs)

        spoken.finish_answer = finish  # type: ignore[attr-defined]
        return spoken

    return speak


@permission_required(RECEIVE)
@_spoken("POST")
def uploads(request: HttpRequest) -> HttpResponse:
    """Begin an upload; its first part may come with it."""
    _require_whole(request)
    length = headers.read_number(request.headers.get("Upload-Length"), header="Upload-Length")
    brings = request.content_type == headers.PART_TYPE
    given = request.POST if request.content_type in _FORMS else _metadata(request)
    form = BeginUploadForm(given, user=reader(request))
    if not form.is_valid():
        return form_errors(form)
    sent = headers.read_repr_digest(request.headers.get("Repr-Digest"))
    announced = form.announced(length=length, sent_sha256=sent)
    upload = begin_upload(
        form.facts(), announced=announced, actor=reader(request).confirming(codes_in(given))
    )
    if not length:
        upload = take_in_now(upload.pk, actor=reader(request))
    elif brings:
        upload = receive_part(upload.pk, _body(request), part=_part(request, offset=0), actor=reader(request))
    response = standing(upload, status=201)
    response["Location"] = reverse("evidence:one_upload", args=[upload.pk])
    return response


@permission_required(RECEIVE)
@_spoken("GET", "HEAD", "PATCH", "DELETE")
def one_upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """How far an upload is, its next part, or its end."""
    method = _method(request)
    if method == "PATCH":
        if request.content_type != headers.PART_TYPE:
            raise WrongPartType(
                _("A part of a file must come with the type %(type)s.") % {"type": headers.PART_TYPE}
            )
        offset = headers.read_number(request.headers.get("Upload-Offset"), header="Upload-Offset")
        part = _part(request, offset=offset)
        return standing(receive_part(upload_id, _body(request), part=part, actor=reader(request)), status=204)
    if method == "DELETE":
        call_off(upload_id, actor=reader(request))
        return HttpResponse(status=204)
    upload = find_upload(upload_id, user=reader(request))
    if method == "GET":
        return JsonResponse(told(upload, user=reader(request)))
    if upload.state != UploadState.TAKEN_IN:
        require_live(upload)
    response = standing(upload, status=200)
    response["Upload-Length"] = str(upload.length)
    return response


@require_POST
@permission_required(RECEIVE)
def call_off_upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Let go of what has arrived, by a button that needs no script."""
    call_off(upload_id, actor=reader(request))
    messages.success(request, _("The upload was called off. What had arrived of it is removed."))
    return redirect("evidence:upload")


def _method(request: HttpRequest) -> str:
    """The method, or the one that a program without PATCH and DELETE says that it means."""
    if request.method == "POST":
        return request.headers.get("X-HTTP-Method-Override", "POST").upper()
    return request.method or ""


def _require_whole(request: HttpRequest) -> None:
    """Raises BadUpload for a way of announcing that would make something else of the file than what it is."""
    if "Upload-Concat" in request.headers or "Upload-Defer-Length" in request.headers:
        raise BadUpload(
            _(
                "Files are announced one by one here, each with its length: no pieces that are put together later."
            )
        )


def _metadata(request: HttpRequest) -> dict[str, str]:
    found = headers.read_metadata(request.headers.get("Upload-Metadata"))
    return {_OLD_NAMES.get(name, name): value for name, value in found.items()}


def _part(request: HttpRequest, *, offset: int) -> Part:
    size = request.headers.get("Content-Length")
    if size is None and request.headers.get("Transfer-Encoding"):
        raise BadUpload(_("The part's length is not announced. Send it with Content-Length."))
    return Part(
        offset=offset,
        size=headers.read_number(size or "0", header="Content-Length"),
        checksum=headers.read_checksum(request.headers.get("Upload-Checksum")),
        sent_sha256=headers.read_repr_digest(request.headers.get("Repr-Digest")),
    )


def _body(request: HttpRequest) -> HttpRequest:
    """The request itself, read as it comes; nothing of it is kept in memory or in a plain file."""
    line = request.META.get("gunicorn.socket")
    if line is not None:
        line.settimeout(_SILENCE_SECONDS)
    return request
