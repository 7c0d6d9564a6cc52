"""What answers about uploads in parts carry: headers of the protocol, and what became of a file."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import http_date

from accounts.models import User
from audit.errors import DomainError
from evidence.models import Upload
from evidence.queries import other_receipts
from evidence.resumable import headers
from evidence.resumable.finding import require_live
from evidence.resumable.starting import LARGEST
from evidence.views.upload import delivery_told
from evidence.vocabulary import UploadState

# What an answer must or should say besides its sentence: tus 1.0.0, RFC 5789 section 3.1, RFC 4918 section 11.3.
_WITH_STATUS = {
    400: ("Tus-Checksum-Algorithm", ",".join(headers.CHECKSUM_ALGORITHMS)),
    412: ("Tus-Version", headers.VERSION),
    413: ("Tus-Max-Size", str(LARGEST)),
    415: ("Accept-Patch", headers.PART_TYPE),
    423: ("Retry-After", "5"),
}


def standing(upload: Upload, *, status: int) -> HttpResponse:
    """How far the upload is."""
    response = HttpResponse(status=status)
    response["Upload-Offset"] = str(upload.offset)
    if upload.state == UploadState.ARRIVING:
        response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    response["Cache-Control"] = "no-store"
    return response


def finish(response: HttpResponseBase) -> None:
    """Write on an answer, a refusal too, what the protocol wants there."""
    response.headers["Tus-Resumable"] = headers.VERSION
    if response.status_code in _WITH_STATUS:
        name, value = _WITH_STATUS[response.status_code]
        response.headers.setdefault(name, value)


def capabilities() -> HttpResponse:
    """What this server can do."""
    response = HttpResponse(status=204)
    response["Tus-Version"] = headers.VERSION
    response["Tus-Extension"] = ",".join(headers.EXTENSIONS)
    response["Tus-Checksum-Algorithm"] = ",".join(headers.CHECKSUM_ALGORITHMS)
    response["Tus-Max-Size"] = str(LARGEST)
    return response


def told(upload: Upload, *, user: User) -> dict[str, Any]:
    """What became of it so far, for the page that sends it; `again` if the user sees another receipt of its bytes."""
    answer: dict[str, Any] = {
        "ok": upload.state == UploadState.TAKEN_IN,
        "state": upload.state,
        "offset": upload.offset,
        "length": upload.length,
    }
    if upload.item is not None:
        answer |= {
            "reference": upload.item.reference,
            "href": reverse("evidence:item", args=[upload.item.pk]),
            "delivery": delivery_told(upload.item),
            "again": other_receipts(upload.item, user=user).exists(),
        }
    elif not upload.is_live or upload.failure:
        answer["error"] = upload.why_it_stopped or _sentence(upload)
    return answer


def _sentence(upload: Upload) -> str:
    try:
        require_live(upload)
    except DomainError as error:
        return str(error)
    return ""
