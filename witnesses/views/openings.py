"""One's own request to see an identity, and the identity itself, once."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import permission_required
from witnesses.closing import close_overdue, withdraw
from witnesses.deciding import REQUEST
from witnesses.forms import OpeningCodeForm
from witnesses.identity import OpenedIdentity
from witnesses.identity_words import ASKED_LABELS
from witnesses.models import OpeningRequest, OpeningState
from witnesses.opening import open_identity
from witnesses.queries import find_own_opening, newest_version
from witnesses.views.pages import attempt, is_stepped_up, reader, show_form, unstored
from witnesses.views.shown import fields_shown


@sensitive_post_parameters()
@permission_required(REQUEST)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def opening(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The state of one's own request; with the opening code, the identity itself, once."""
    user = reader(request)
    close_overdue()
    asked = find_own_opening(request_id, user=user)
    form = OpeningCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and is_stepped_up(request, form):
        opened = attempt(
            form,
            lambda user: open_identity(asked, opening_code=form.cleaned_data["opening_code"], actor=user),
            by=user,
        )
        if opened:
            return _shown_once(request, asked, opened)
        asked.refresh_from_db()
    context = {
        "opening": asked,
        "witness": asked.witness,
        "case": asked.witness.case,
        "fields": [ASKED_LABELS[name] for name in asked.fields],
        "newest": newest_version(asked.sealed_identity),
        "can_open": asked.state == OpeningState.APPROVED,
        "can_withdraw": asked.state in (OpeningState.REQUESTED, OpeningState.APPROVED),
    }
    response = show_form(request, "witnesses/opening.html", form, context)
    if asked.state == OpeningState.OPENED:
        # Whoever comes back from the page that showed it: the browser forgets what it may have kept all the same.
        response["Clear-Site-Data"] = '"cache"'
    return response


@permission_required(REQUEST)
@require_POST
def take_back(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Withdraw one's own request."""
    user = reader(request)
    asked = find_own_opening(request_id, user=user)
    withdraw(asked, actor=user)
    messages.success(request, _("The request is withdrawn. Nothing was shown, and its code is void."))
    return redirect("witnesses:detail", case_id=asked.witness.case_id, witness_id=asked.witness_id)


@sensitive_variables()
def _shown_once(request: HttpRequest, asked: OpeningRequest, opened: OpenedIdentity) -> HttpResponse:
    context = {
        "opening": asked,
        "witness": asked.witness,
        "newest": newest_version(asked.sealed_identity),
        "shown": fields_shown(opened, asked.fields),
        "viewer": reader(request),
        "now": timezone.now(),
        "lines": range(12),
    }
    response = render(request, "witnesses/seen_once.html", context)
    # Leaves the page by itself where scripts are off; with scripts it hides earlier, on blur.
    response["Refresh"] = f"{asked.seconds}; url={reverse('witnesses:opening', args=[asked.pk])}"
    response["X-Robots-Tag"] = "noarchive"
    # The photograph stands in the page itself, for an address of its own would have to give it twice. This is how
    # django-csp is told about one answer.
    response._csp_update = {"img-src": ["data:"]}  # type: ignore[attr-defined]
    return response
