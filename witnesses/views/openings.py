"""Asking for an identity, and seeing it once."""

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
from witnesses.forms import FIELD_LABELS, OpeningCodeForm, OpeningForm
from witnesses.identity import OpenedIdentity
from witnesses.models import OpeningRequest, OpeningState, Witness
from witnesses.opening import open_identity, request_opening
from witnesses.queries import find_own_opening, find_witness
from witnesses.views.pages import attempt, reader, show_form, unstored


@sensitive_post_parameters()
@permission_required(REQUEST)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def ask(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """What will happen, who will know, and the form. Its answer shows the opening code, once and nowhere else."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    form = OpeningForm(request.POST or None, pseudonym=witness.pseudonym)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: request_opening(
                witness,
                reason=data["reason"],
                fields=data["fields_wanted"],
                seconds=data["seconds"],
                actor=user,
            ),
        )
        if made:
            context = {"opening": made[0], "code": made[1], "witness": witness, "case": witness.case}
            return render(request, "witnesses/opening_code.html", context)
    return show_form(
        request, "witnesses/request_opening.html", form, {"witness": witness, "case": witness.case}
    )


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
    if request.method == "POST" and form.is_valid():
        opened = attempt(
            form, lambda: open_identity(asked, opening_code=form.cleaned_data["opening_code"], actor=user)
        )
        if opened:
            return _shown_once(request, asked, opened)
        asked.refresh_from_db()
    context = {
        "opening": asked,
        "witness": asked.witness,
        "case": asked.witness.case,
        "fields": [FIELD_LABELS[name] for name in asked.fields],
        "can_open": asked.state == OpeningState.APPROVED,
        "can_withdraw": asked.state in (OpeningState.REQUESTED, OpeningState.APPROVED),
    }
    return show_form(request, "witnesses/opening.html", form, context)


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
    witness: Witness = asked.witness
    rows = [(FIELD_LABELS[name], opened.text(name)) for name in asked.fields if name != "full_names"]
    context = {
        "opening": asked,
        "witness": witness,
        "names": opened.full_names,
        "rows": rows,
        "viewer": reader(request),
        "now": timezone.now(),
    }
    response = render(request, "witnesses/seen_once.html", context)
    # Leaves the page by itself where scripts are off; with scripts it hides earlier, on blur.
    response["Refresh"] = f"{asked.seconds}; url={reverse('witnesses:opening', args=[asked.pk])}"
    response["X-Robots-Tag"] = "noarchive"
    return response
