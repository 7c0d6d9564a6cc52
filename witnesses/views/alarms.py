"""The alarms of the witness vault, and the review of an emergency: for custodians and auditors."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import permission_required
from witnesses.alarms import HEED, acknowledge, acts_by_now, all_alarms, find_alarm
from witnesses.emergencies import (
    emergencies_to_review,
    find_emergency,
    is_overdue,
    review_emergency,
    took_part,
)
from witnesses.forms import ReviewForm
from witnesses.identity_words import ASKED_LABELS
from witnesses.models import OpeningState
from witnesses.views.pages import attempt, reader, show_form, unstored

ROWS = 30


@permission_required(HEED)
@require_GET
@unstored
def alarms(request: HttpRequest) -> HttpResponse:
    """Every alarm with who has seen it, and the emergencies that wait for a review."""
    user = reader(request)
    waiting = emergencies_to_review(user)
    page = Paginator(all_alarms(user), ROWS).get_page(request.GET.get("page"))
    shown = list(page)
    by_now = acts_by_now(shown)
    context = {
        "page": page,
        "rows": [(one, by_now.get(one.pk, 0)) for one in shown],
        "to_review": [(one, is_overdue(one)) for one in waiting],
    }
    return render(request, "witnesses/alarms.html", context)


@permission_required(HEED)
@require_POST
def see_alarm(request: HttpRequest, witness_alarm_id: UUID) -> HttpResponse:
    """Take an alarm off one's own desk."""
    user = reader(request)
    acknowledge(find_alarm(witness_alarm_id, user=user), actor=user)
    messages.success(request, _("It is recorded that you saw this alarm."))
    return redirect("witnesses:alarms")


@sensitive_post_parameters()
@permission_required(HEED)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def review(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """An emergency, what was said and decided, and what is found of it afterwards."""
    user = reader(request)
    asked = find_emergency(request_id, user=user)
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(
            form,
            lambda user: review_emergency(asked, justified=form.justified, reason=reason, actor=user),
            by=user,
        ):
            messages.success(request, _("What you found is recorded."))
            return redirect("witnesses:alarms")
    reviewed = getattr(asked, "review", None)
    context = {
        "opening": asked,
        "witness": asked.witness,
        "fields": [ASKED_LABELS[name] for name in asked.fields],
        "reviewed": reviewed,
        "took_part": took_part(asked, user),
        "can_review": asked.state == OpeningState.OPENED and reviewed is None and not took_part(asked, user),
    }
    return show_form(request, "witnesses/review.html", form, context)
