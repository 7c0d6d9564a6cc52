"""What a reader is told when something did not go as asked: what happened, what it means, what to do."""

import logging
import sys
from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from audit import log
from audit.actors import Actor, Visitor
from audit.errors import DomainError, LogUnavailable, NotFound, Refused, Unavailable
from config.database_faults import is_broken, is_full, is_of_the_database, page_sentence
from config.error_map import http_status, kind_name

_FAILED = 500
_UNAVAILABLE = 503
_FULL = 507
_TEMPLATES = {403: "errors/refused.html", 404: "errors/not_found.html", 500: "errors/failed.html"}


def answer_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer a foreseen failure; a refusal is in the log before its answer leaves."""
    if isinstance(error, Refused | NotFound):
        return _refuse(request, status=http_status(error), sentence=str(error), kind=kind_name(error))
    return _answer(
        request,
        status=http_status(error),
        sentence=str(error),
        kind=kind_name(error),
        details=error.details,
    )


def _refuse(request: HttpRequest, *, status: int, sentence: str, kind: str) -> HttpResponse:
    """Log a refusal, then say it; where it cannot be logged, that is all that is said."""
    try:
        _log_refusal(request, kind)
    except LogUnavailable as error:
        return _answer(request, status=http_status(error), sentence=str(error), kind=kind_name(error))
    return _answer(request, status=status, sentence=sentence, kind=kind)


def answer_database_error(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Answer where the database is full, busy for too long, broken or gone: what was under way was undone."""
    logging.getLogger(__name__).exception("the database is busy, broken or does not answer")
    if request.accepts("application/json") and not request.accepts("text/html"):
        answer = {"ok": False, "error": page_sentence(error), "kind": "unavailable"}
        return JsonResponse(answer, status=_status_of(error))
    return _failed_page(error)


def _failed_page(error: BaseException) -> HttpResponse:
    """Without the frame of the other pages, which asks the database who is reading."""
    words = {"sentence": page_sentence(error), "broken": is_broken(error)}
    return HttpResponse(render_to_string("errors/failed.html", words), status=_status_of(error))


def _status_of(error: BaseException) -> int:
    return _FULL if is_full(error) else _UNAVAILABLE


def _log_refusal(request: HttpRequest, kind: str) -> None:
    match = request.resolver_match
    # The route's name, never the address: an address can carry an identifier that was typed into it.
    subject = log.Subject("page", match.view_name if match else "unknown")
    log.append_refusal(subject=subject, actor=_actor(request), facts={"kind": kind})


def _is_signed_in(request: HttpRequest) -> bool:
    return _actor(request).audit_name.startswith("user:")


def _actor(request: HttpRequest) -> Actor:
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else Visitor()


def _answer(
    request: HttpRequest,
    *,
    status: int,
    sentence: str,
    kind: str,
    details: Sequence[Mapping[str, str]] = (),
) -> HttpResponse:
    if request.accepts("application/json") and not request.accepts("text/html"):
        answer = {"ok": False, "error": sentence, "kind": kind}
        return JsonResponse(answer | ({"details": list(details)} if details else {}), status=status)
    template = _TEMPLATES.get(status, "errors/bad_request.html")
    told = {"sentence": sentence, "status": status, "afresh": _afresh(request)}
    return render(request, template, told, status=status)


def _afresh(request: HttpRequest) -> str:
    """The page that was looked at, without what its address asked of it; empty where that may not be what failed."""
    asked = request.method in ("GET", "HEAD") and request.META.get("QUERY_STRING")
    return request.path if asked and request.resolver_match else ""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request could not be read."""
    sentence = _("The request could not be read. Go back, reload the page and try once more.")
    return _answer(request, status=400, sentence=sentence, kind="bad_input")


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 by Django itself."""
    return _refuse(request, status=403, sentence=_("Your role does not include this."), kind="refused")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or none that this reader may know of; the two look the same."""
    sentence = _("Nothing is here that you may see. Check the address, or go back to your desk.")
    if _is_signed_in(request) and request.resolver_match is not None:
        return _refuse(request, status=404, sentence=sentence, kind="not_found")
    return _answer(request, status=404, sentence=sentence, kind="not_found")


def not_allowed(request: HttpRequest, answer: HttpResponseNotAllowed) -> HttpResponse:
    """405: mostly a browser led back, after signing in again, to where a form had been sent."""
    sentence = _(
        "This address takes a form and has no page of its own. If you had sent a form, it was not taken: go back and "
        "send it again."
    )
    told = _answer(request, status=answer.status_code, sentence=sentence, kind="bad_input")
    told.headers["Allow"] = answer.headers["Allow"]
    return told


def failed(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database or the log is what failed: rendered without either, and without the session."""
    error = sys.exc_info()[1]
    if error is not None and is_of_the_database(error):
        return answer_database_error(request, error)
    gone = isinstance(error, Unavailable)
    status = _UNAVAILABLE if gone else _FAILED
    return HttpResponse(render_to_string("errors/failed.html"), status=status)


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its token: an old page, or a foreign site. A visitor's is no refusal of ours to note."""
    if _is_signed_in(request):
        try:
            _log_refusal(request, "foreign_form")
        except LogUnavailable as error:
            return _answer(request, status=http_status(error), sentence=str(error), kind=kind_name(error))
    return render(request, "errors/csrf.html", status=403)
