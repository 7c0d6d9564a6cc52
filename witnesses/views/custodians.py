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
from witnesses.admission import begins_anew_at, spoken, words_needed
from witnesses.as_asked import is_as_asked
from witnesses.closing import close_overdue
from witnesses.custodian_forms import VouchForm
from witnesses.custodians import DECIDE, current_key, quorum
from witnesses.deciding import approve, refuse
from witnesses.enrolling import are_enough, enrol_custodian, turn_away, vouch
from witnesses.forms import DecisionForm, EnrolForm
from witnesses.identity_words import ASKED_LABELS
from witnesses.keeping_keys import lost_key
from witnesses.models import LIVE_STATES, Custodian, CustodianKey, OpeningDecision, OpeningRequest
from witnesses.queries import (
    find_key_to_vouch_for,
    find_opening_to_decide,
    is_enrolled,
    may_make_key,
    newest_version,
    openings_decided,
    openings_to_decide,
    waiting_key,
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
        made = attempt(form, lambda user: _decide(asked, form, user), by=user)
        if made:
            messages.success(request, _("Your decision is recorded."))
            return redirect("witnesses:decisions")
    context = {
        "opening": asked,
        "witness": asked.witness,
        "fields": [ASKED_LABELS[name] for name in asked.fields],
        "newest": newest_version(asked.sealed_identity),
        "live": asked.state in LIVE_STATES,
        "own": OpeningDecision.objects.filter(request=asked, custodian__user=user).first(),
        "altered": asked.state in LIVE_STATES and not is_as_asked(asked),
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
        if attempt(form, lambda user: enrol_custodian(user, passphrase=passphrase, actor=user), by=user):
            if waiting_key(user):
                messages.success(request, _("Your key is made, and waits until the custodians let it in."))
                return redirect("witnesses:enrol")
            messages.success(
                request, _("You are enrolled. Keep the passphrase in your head, or where nobody looks.")
            )
            return redirect("witnesses:decisions")
    own = Custodian.objects.filter(user=user).first()
    key = current_key(own) if own and is_enrolled(user) else None
    waits = waiting_key(user)
    context = {
        "waits": waits,
        "anew": begins_anew_at(waits.custodian) if waits else None,
        "own_key": key,
        "own_words": spoken(key) if key else "",
        "spoken": spoken(waits) if waits else "",
        "needed": words_needed(waits.custodian, quorum=quorum()) if waits else 0,
        "given": waits.vouches.count() if waits else 0,
        "enrolled": is_enrolled(user),
        "may_make_key": may_make_key(user),
        "can_find": own is not None and lost_key(own) is not None,
    }
    return show_form(request, "witnesses/enrol.html", form, context)


@sensitive_post_parameters()
@permission_required(DECIDE)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def let_in(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Vouch for a key that waits, after comparing its words by voice; or refuse it."""
    user = reader(request)
    key = find_key_to_vouch_for(key_id, user=user)
    form = VouchForm(request.POST or None, username=key.custodian.user.username)
    if request.method == "POST" and form.is_valid():
        said = attempt(form, lambda user: _let_in(key, form, user), by=user)
        if said:
            messages.success(request, said)
            return redirect("witnesses:custodians")
    context = {
        "key": key,
        "person": key.custodian.user,
        "spoken": spoken(key),
        "needed": words_needed(key.custodian, quorum=quorum()),
        "vouches": key.vouches.select_related("custodian__user"),
        "gave": key.vouches.filter(custodian__user=user).exists() and not are_enough(key),
        "own": key.custodian.user_id == user.pk,
        "before": key.version > 1,
    }
    return show_form(request, "witnesses/let_in.html", form, context)


@sensitive_variables()
def _let_in(key: CustodianKey, form: VouchForm, user: User) -> str:
    if not form.vouches:
        turn_away(key, reason=form.cleaned_data["reason"], actor=user)
        return _("The key is not let in. Tell the others, and find out who made the account.")
    if vouch(key, passphrase=form.cleaned_data["passphrase"], actor=user):
        return _(
            "The key is let in. Now have the identities sealed anew, so that it opens what was sealed before."
        )
    return _("Your word is recorded. The key waits for another custodian's.")


@sensitive_variables()
def _decide(asked: OpeningRequest, form: DecisionForm, user: User) -> OpeningDecision:
    reason = form.cleaned_data["reason"]
    if form.approves:
        return approve(asked, passphrase=form.cleaned_data["passphrase"], reason=reason, actor=user)
    return refuse(asked, reason=reason, actor=user)
