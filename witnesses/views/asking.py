"""Asking for an identity: the ordinary path, and the one for a danger to life."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.models import User
from witnesses.asking import request_emergency, request_opening
from witnesses.deciding import REQUEST
from witnesses.forms import EmergencyForm, OpeningForm, WishForm
from witnesses.models import OpeningRequest, Witness
from witnesses.queries import find_witness, versions_of
from witnesses.sealed import SealedText
from witnesses.views.pages import attempt, is_stepped_up, reader, show_form, unstored

Asked = tuple[OpeningRequest, SealedText]


@sensitive_post_parameters()
@permission_required(REQUEST)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def ask(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """What will happen, who will know, and the form. Its answer shows the opening code, once and nowhere else."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    form = OpeningForm(
        request.POST or None,
        pseudonym=witness.pseudonym,
        versions=[one.version for one in versions_of(witness)],
        initial={"version": request.GET.get("version")},
    )

    def make(user: User) -> Asked:
        data = form.cleaned_data
        return request_opening(
            witness,
            reason=data["reason"],
            fields=data["fields_wanted"],
            seconds=data["seconds"],
            version=data.get("version"),
            actor=user,
        )

    return _answer(request, witness, form, make, template="witnesses/request_opening.html")


@sensitive_post_parameters()
@permission_required(REQUEST)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def ask_at_once(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """The same because a life is in danger, with its own words."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    form = EmergencyForm(request.POST or None, pseudonym=witness.pseudonym)

    def make(user: User) -> Asked:
        data = form.cleaned_data
        return request_emergency(
            witness,
            justification=data["justification"],
            fields=data["fields_wanted"],
            seconds=data["seconds"],
            actor=user,
        )

    return _answer(request, witness, form, make, template="witnesses/request_emergency.html")


@sensitive_variables()
def _answer(
    request: HttpRequest, witness: Witness, form: WishForm, make: Callable[[User], Asked], *, template: str
) -> HttpResponse:
    context = {"witness": witness, "case": witness.case}
    if request.method == "POST" and form.is_valid() and is_stepped_up(request, form):
        made = attempt(form, make, by=reader(request))
        if made:
            shown = {"opening": made[0], "code": made[1], **context}
            return render(request, "witnesses/opening_code.html", shown)
    return show_form(request, template, form, context)
