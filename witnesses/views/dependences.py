"""Which exhibits depend on a witness: on the page of the witness, and on the page of an exhibit."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.models import User
from cases.views.acting import page_of
from evidence.errors import UnknownEvidence
from evidence.models import EvidenceItem
from evidence.queries import find_item
from evidence.reading import open_page as open_item_page
from witnesses.dependence_errors import BadDependence
from witnesses.dependence_forms import DependentItemForm, EndDependenceForm, WitnessOfItemForm
from witnesses.dependence_queries import (
    dependences_of,
    find_case_item,
    find_dependence,
    find_witness_of,
    resting_besides,
)
from witnesses.depending import DECLARE, END, declare_dependence, end_dependence
from witnesses.models import Dependence, DependenceEnd, Witness
from witnesses.queries import find_witness
from witnesses.searching import open_page
from witnesses.views.pages import attempt, reader, show_form, unstored


@sensitive_post_parameters()
@permission_required(DECLARE)
@require_http_methods(["GET", "HEAD", "POST"])
@unstored
@sensitive_variables()
def dependences(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """The exhibits that depend on the witness, and the form for one more. In the log before it is shown."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    form = DependentItemForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda user: _declare_typed(form, witness, user), by=user)
        if made:
            messages.success(request, _declared(made))
            return redirect("witnesses:dependences", case_id, witness_id)
    open_page(witness, actor=user)
    page = page_of(request, dependences_of(witness, user=user))
    context = {
        "witness": witness,
        "case": witness.case,
        "page": page,
        "besides": resting_besides(witness, user=user),
    }
    return show_form(request, "witnesses/dependences.html", form, context)


@sensitive_post_parameters()
@permission_required(DECLARE)
@require_http_methods(["GET", "HEAD", "POST"])
@unstored
@sensitive_variables()
def depend_item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The form, asked on the page of an exhibit."""
    user = reader(request)
    item = find_item(item_id, user=user)
    form = WitnessOfItemForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = _declare_of_item(form, item, user)
        if made:
            messages.success(request, _declared(made))
            return redirect("evidence:item", item.pk)
    open_item_page(item, actor=user)
    return show_form(request, "witnesses/depend_item.html", form, {"item": item})


@sensitive_post_parameters()
@permission_required(END)
@require_http_methods(["GET", "HEAD", "POST"])
@unstored
@sensitive_variables()
def end(request: HttpRequest, case_id: UUID, witness_id: UUID, dependence_id: UUID) -> HttpResponse:
    """Say that an exhibit does not depend on the witness after all."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    dependence = find_dependence(dependence_id, witness=witness, user=user)
    posted = request.POST if request.method == "POST" else None
    form = EndDependenceForm(posted, pseudonym=witness.pseudonym)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        ended: DependenceEnd | None = attempt(
            form, lambda user: end_dependence(dependence, reason=reason, actor=user), by=user
        )
        if ended:
            messages.success(request, _("It is recorded that the exhibit does not depend on this witness."))
            return redirect("witnesses:dependences", case_id, witness_id)
    context = {"witness": witness, "case": witness.case, "dependence": dependence}
    return show_form(request, "witnesses/dependence_end.html", form, context)


@sensitive_variables()
def _declare_typed(form: DependentItemForm, witness: Witness, user: User) -> Dependence:
    typed = form.cleaned_data
    try:
        item = find_case_item(typed["item"], witness=witness, user=user)
    except UnknownEvidence as error:
        # Not found is no page that is missing here: a reference was mistyped, and the form says so.
        raise BadDependence(str(error)) from None
    return declare_dependence(witness, item, tie=typed["tie"], note=typed["note"], actor=user)


@sensitive_variables()
def _declare_of_item(form: WitnessOfItemForm, item: EvidenceItem, user: User) -> Dependence | None:
    typed = form.cleaned_data
    witness = attempt(form, lambda user: find_witness_of(item, typed["pseudonym"], user=user), by=user)
    if witness is None:
        return None
    found = witness
    return attempt(
        form,
        lambda user: declare_dependence(found, item, tie=typed["tie"], note=typed["note"], actor=user),
        by=user,
    )


def _declared(made: Dependence) -> str:
    return _(
        "%(reference)s now depends on this witness: it leaves in no dossier without their consent for its recipient."
    ) % {"reference": made.item.reference}
