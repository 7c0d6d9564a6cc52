"""The desk, the language switch and the gallery of components."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.access import acting_user
from config.desk import desk_sections, standing_sentence

_YEAR_SECONDS = 365 * 24 * 60 * 60


def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this role today."""
    user = acting_user(request)
    context = {"sections": desk_sections(user), "standing": standing_sentence(user)}
    return render(request, "desk.html", context)


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember English or Persian in a cookie, and in the account of whoever is signed in."""
    wanted = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=_YEAR_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page, for whoever builds pages."""
    return render(request, "gallery/index.html")
