"""The witnesses of a case, a new witness, and one witness under the pseudonym."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from cases.access import find_case_by_id
from witnesses.custodians import active_custodians, fewest_custodians, quorum
from witnesses.identity_form import RevisionForm, typed_identity
from witnesses.queries import find_witness, openings_of, versions_of
from witnesses.register import register_witness
from witnesses.revising import revise_identity
from witnesses.risk_state import danger_to
from witnesses.searching import READ, list_register, open_page, search_register
from witnesses.views.pages import attempt, reader, show_form, unstored

ROWS = 50
LONGEST_SEARCH = 50


@sensitive_post_parameters()
@permission_required(READ)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def case_list(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The witnesses of a case, or the one whose pseudonym was sent. Either is in the log before it is shown.

    A search is sent, not linked to: what is typed stays out of addresses, and so out of histories and server logs.
    """
    user = reader(request)
    case = find_case_by_id(case_id, actor=user)
    searched = request.method == "POST"
    typed = request.POST.get("pseudonym", "")[:LONGEST_SEARCH]
    witnesses = (
        search_register(case, typed=typed, actor=user) if searched else list_register(case, actor=user)
    )
    page = Paginator(witnesses, ROWS).get_page(request.GET.get("page"))
    return render(request, "witnesses/case_list.html", {"case": case, "page": page, "searched": searched})


@sensitive_post_parameters()
@permission_required("witnesses.register_witness")
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def register(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Seal a new witness's identity."""
    user = reader(request)
    case = find_case_by_id(case_id, actor=user)
    form = typed_identity(request)
    if form.is_valid():
        witness = attempt(
            form, lambda user: register_witness(case=case, identity=form.facts(), actor=user), by=user
        )
        if witness:
            messages.success(
                request, _("The identity is sealed. The witness is known here by a pseudonym alone.")
            )
            return redirect("witnesses:detail", case_id=case.pk, witness_id=witness.pk)
    return show_form(request, "witnesses/register.html", form, {"case": case, **_who_could_open()})


@sensitive_post_parameters()
@permission_required(READ)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def revise(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """Seal a new version of the identity, typed anew."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    form = typed_identity(request, RevisionForm)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        made = attempt(
            form,
            lambda user: revise_identity(witness, identity=form.facts(), reason=reason, actor=user),
            by=user,
        )
        if made:
            messages.success(request, _("The new version is sealed. The older ones stay as they were."))
            return redirect("witnesses:detail", case_id=case_id, witness_id=witness_id)
    context = {"case": witness.case, "witness": witness, **_who_could_open()}
    return show_form(request, "witnesses/revise.html", form, context)


@permission_required("witnesses.register_witness")
@require_GET
@unstored
def detail(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """One witness: the pseudonym, how the identity is sealed, and every request to open it."""
    witness = find_witness(witness_id, case_id=case_id, user=reader(request))
    open_page(witness, actor=reader(request))
    versions = versions_of(witness)
    context = {
        "witness": witness,
        "case": witness.case,
        "identity": versions[0] if versions else None,
        "versions": versions,
        "openings": openings_of(witness),
        "danger": danger_to(witness),
    }
    return render(request, "witnesses/detail.html", context)


def _who_could_open() -> dict[str, int]:
    return {"enrolled": len(active_custodians()), "needed": fewest_custodians(), "quorum": quorum()}
