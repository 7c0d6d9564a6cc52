"""What every request passes through: its channel, the browser's limits, the language, and domain errors."""

from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.utils import translation
from django.utils.cache import patch_vary_headers

from audit.actors import Channel
from audit.errors import DomainError
from config.database_faults import is_of_the_database
from config.error_pages import answer_database_error, answer_error, not_allowed

Answer = Callable[[HttpRequest], HttpResponseBase]


class BrowserPolicyMiddleware:
    """Tells the browser to keep nothing, to embed nothing, and to grant the page no device."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        # Static files carry their own caching; every page of ours is for this reader, this once.
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class HeadMiddleware:
    """Sends no body to whoever asks for the head of a page alone (RFC 9110 section 9.3.2), not even a refusal's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "HEAD" and isinstance(response, HttpResponse) and response.content:
            # How long it would be may still be said.
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response


class FinishingMiddleware:
    """Lets an address finish every answer, whoever gave it: a protocol wants its headers on refusals too."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        view = request.resolver_match.func if request.resolver_match else None
        finish: Callable[[HttpResponseBase], None] | None = getattr(view, "finish_answer", None)
        if finish is not None:
            finish(response)
        return response


class PageTimeMiddleware:
    """Gives each statement of a page seconds, not the minutes of a task: a reader waits for it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        limit = getattr(
            connection, "limit_statements", None
        )  # SQLite has none: there only locks are waited for
        if limit is not None:
            limit(settings.DADKHAH_PAGE_SECONDS)
        return self.get_response(request)


class LanguageMiddleware:
    """Chooses English or Persian: the language cookie, else what the browser asks for."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if wanted not in dict(settings.LANGUAGES):
            wanted = translation.get_language_from_request(request)
        translation.activate(wanted)
        request.LANGUAGE_CODE = wanted
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", wanted)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class PageChannelMiddleware:
    """Marks the user of a request as one who acts through a page, so that the log can say so."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            request.user.channel = Channel.PAGE
        return self.get_response(request)


class DomainErrorMiddleware:
    """Turns a foreseen failure that a view let through into a page or JSON, once, after logging a refusal.

    A method that an address does not take is answered likewise: Django's own answer to it is empty.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return not_allowed(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer a DomainError, and a database that is busy, gone or broken; leave everything else to Django."""
        if isinstance(exception, DomainError):
            return answer_error(request, exception)
        if is_of_the_database(exception):
            return answer_database_error(request, exception)
        return None
