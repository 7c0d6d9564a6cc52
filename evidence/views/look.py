"""Handing out what was made of an item for looking at: in pieces, shut in, kept nowhere."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.access import permission_required
from evidence.derivative_reading import OpenDerivative, find_derivative, open_derivative
from evidence.errors import NoSuchRange
from evidence.queries import unknown_item
from evidence.ranges import MOST_AT_ONCE, Span, read_range
from evidence.reading import READ
from evidence.shown_types import PRINTED, is_only_seen, plain_type
from evidence.views.reader import reader

_UNNAMED = "application/octet-stream"
_WHOLE, _PARTIAL, _NO_SUCH_RANGE = 200, 206, 416


class PieceResponse(FileResponse):
    """A large derivative on its way out whole, decrypted a megabyte at a time."""

    block_size = 1024 * 1024


@require_safe
@permission_required(READ)
def look(request: HttpRequest, item_id: UUID, derivative_id: UUID) -> HttpResponseBase:
    """One derivative, or the part of it that a player asks for. In the log before its first byte leaves."""
    user = reader(request)
    derivative = find_derivative(derivative_id, user=user)
    if derivative.item_id != item_id:
        raise unknown_item()
    opened = open_derivative(derivative, actor=user)
    try:
        span = read_range(_wanted(request), size=opened.size)
    except NoSuchRange as error:
        opened.content.close()
        return HttpResponse(
            str(error),
            status=_NO_SUCH_RANGE,
            content_type="text/plain; charset=utf-8",
            headers={"Content-Range": f"bytes */{opened.size}", "Accept-Ranges": "bytes"},
        )
    if span is None and opened.size > MOST_AT_ONCE:
        return _shut_in(_streamed(opened), opened)
    return _shut_in(_piece(opened, span), opened)


def _wanted(request: HttpRequest) -> str:
    # We give out nothing that If-Range could name, so whoever sends one holds a part of something else.
    return "" if "If-Range" in request.headers else request.headers.get("Range", "")


def _piece(opened: OpenDerivative, span: Span | None) -> HttpResponse:
    """The span, or all of what is small. Read before the answer begins, so that damage is told, not cut short."""
    with opened.content as content:
        content.seek(span.first if span else 0)
        piece = content.read(span.size if span else opened.size)
    response = HttpResponse(piece, status=_PARTIAL if span else _WHOLE)
    if span:
        response["Content-Range"] = span.told(opened.size)
    return response


def _streamed(opened: OpenDerivative) -> FileResponse:
    response = PieceResponse(opened.content)
    response["Content-Length"] = str(opened.size)
    return response


def _shut_in(response: HttpResponseBase, opened: OpenDerivative) -> HttpResponseBase:
    kind, seen = plain_type(opened.media_type), is_only_seen(opened.media_type)
    name = f"{opened.derivative.item.reference}-{opened.derivative.kind}-{opened.derivative.number}"
    response["Content-Type"] = _UNNAMED if not seen else f"{kind}; charset=utf-8" if kind in PRINTED else kind
    # Inline where it is only seen: an attachment would leave an unrecorded copy in the clear on the reader's disk.
    response["Content-Disposition"] = f'{"inline" if seen else "attachment"}; filename="{name}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    response["Accept-Ranges"] = "bytes"
    return response
