"""The desk, the language switch and the gallery of components."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.access import acting_user
from accounts.language import remember_language
from config.desk import desk_sections, standing_sentence


def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this role today."""
    user = acting_user(request)
    context = {"sections": desk_sections(user), "standing": standing_sentence(user)}
    return render(request, "desk.html", context)


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember English or Persian in a cookie."""
    wanted = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    remember_language(response, wanted)
    return response


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page, for whoever builds pages."""
    return render(request, "gallery/index.html")
