"""The list of cases, a new case, and a case's overview."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import permission_required
from accounts.form_answers import show_form, typed
from cases.access import find_case_by_id
from cases.forms import CaseForm
from cases.membership import open_case
from cases.models import Case
from cases.queries import counts_of
from cases.views.acting import attempt, page_of, reader


@permission_required("cases.work_on_cases")
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """The cases of which the reader is a member, with search and paging."""
    wanted = request.GET.get("q", "").strip()[:200]
    mine = Case.objects.visible_to(reader(request))
    found = mine.found_by(wanted) if wanted else mine
    context = {
        "page": page_of(request, found.order_by("reference")),
        "wanted": wanted,
        "query": urlencode({"q": wanted}) if wanted else "",
    }
    return render(request, "cases/list.html", context)


@permission_required("cases.open_case")
@require_http_methods(["GET", "POST"])
def case_open(request: HttpRequest) -> HttpResponse:
    """Open a case and become its first member."""
    form = CaseForm(typed(request))
    if request.method == "POST" and form.is_valid():
        case = attempt(form, lambda user: open_case(**form.cleaned_data, actor=user), by=reader(request))
        if case is not None:
            messages.success(request, _("Case %(reference)s is open.") % {"reference": case.reference})
            return redirect("cases:detail", case.pk)
    return show_form(request, "cases/open.html", form, {})


@permission_required("cases.work_on_cases")
@require_safe
def case_detail(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What the case is, and how much it holds."""
    case = find_case_by_id(case_id, actor=reader(request))
    return render(request, "cases/detail.html", {"case": case, "counts": counts_of(case)})
