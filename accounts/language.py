"""Which language a reader sees: the one they chose in this browser, else the one of their account."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts.models import User

_YEAR_SECONDS = 365 * 24 * 60 * 60


def remember_language(response: HttpResponseBase, language: str) -> None:
    """Keep "en" or "fa" in a cookie for a year; anything else is ignored."""
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=_YEAR_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def greet_in_own_language(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """At sign-in: the account's language, unless somebody chose one in this browser before."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        remember_language(response, user.language)
