"""The desk, the language switch and the gallery of components."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import acting_user
from accounts.language import remember_language
from accounts.way_back import way_back
from config.desk import desk_sections, standing_sentence


@require_safe
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
    response = redirect(way_back(request, request.POST.get("next")))
    remember_language(response, wanted)
    return response


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page, for whoever builds pages."""
    return render(request, "gallery/index.html")
