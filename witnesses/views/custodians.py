"""The custodian's desk: enrolling, what waits, and one decision."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.models import User
from witnesses.closing import close_overdue
from witnesses.custodians import DECIDE, enrol_custodian
from witnesses.deciding import approve, refuse
from witnesses.forms import DecisionForm, EnrolForm
from witnesses.identity_words import ASKED_LABELS
from witnesses.keeping_keys import lost_key
from witnesses.models import LIVE_STATES, Custodian, OpeningDecision, OpeningRequest
from witnesses.queries import (
    find_opening_to_decide,
    is_enrolled,
    may_make_key,
    newest_version,
    openings_decided,
    openings_to_decide,
)
from witnesses.quorum.queries import sessions_to_carry_out, sessions_to_decide
from witnesses.views.pages import attempt, reader, show_form, unstored

RECENT = 20


@permission_required(DECIDE)
@require_GET
@unstored
def decisions(request: HttpRequest) -> HttpResponse:
    """What waits for this custodian, and what they decided before."""
    user = reader(request)
    close_overdue()
    waiting, sessions = openings_to_decide(user), sessions_to_decide(user)
    context = {
        "enrolled": is_enrolled(user),
        "may_make_key": may_make_key(user),
        "count": len(waiting) + len(sessions),
        "waiting": waiting,
        "decided": openings_decided(user)[:RECENT],
        "sessions": sessions,
        "own_sessions": sessions_to_carry_out(user),
    }
    return render(request, "witnesses/decisions.html", context)


@sensitive_post_parameters()
@permission_required(DECIDE)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def decide(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Approve with the passphrase, or refuse; both with a reason."""
    user = reader(request)
    close_overdue()
    asked = find_opening_to_decide(request_id, user=user)
    form = DecisionForm(request.POST or None, pseudonym=asked.witness.pseudonym)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: _decide(asked, form, user))
        if made:
            messages.success(request, _("Your decision is recorded."))
            return redirect("witnesses:decisions")
    context = {
        "opening": asked,
        "witness": asked.witness,
        "fields": [ASKED_LABELS[name] for name in asked.fields],
        "newest": newest_version(asked.sealed_identity),
        "live": asked.state in LIVE_STATES,
    }
    return show_form(request, "witnesses/decide.html", form, context)


@sensitive_post_parameters()
@permission_required(DECIDE)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def enrol(request: HttpRequest) -> HttpResponse:
    """Make this custodian's key pair."""
    user = reader(request)
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        passphrase = form.cleaned_data["passphrase"]
        if attempt(form, lambda: enrol_custodian(user, passphrase=passphrase, actor=user)):
            messages.success(
                request, _("You are enrolled. Keep the passphrase in your head, or where nobody looks.")
            )
            return redirect("witnesses:decisions")
    own = Custodian.objects.filter(user=user).first()
    context = {
        "enrolled": is_enrolled(user),
        "may_make_key": may_make_key(user),
        "can_find": own is not None and lost_key(own) is not None,
    }
    return show_form(request, "witnesses/enrol.html", form, context)


@sensitive_variables()
def _decide(asked: OpeningRequest, form: DecisionForm, user: User) -> OpeningDecision:
    reason = form.cleaned_data["reason"]
    if form.approves:
        return approve(asked, passphrase=form.cleaned_data["passphrase"], reason=reason, actor=user)
    return refuse(asked, reason=reason, actor=user)
