"""The history of a case."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import permission_required
from cases.access import find_case_by_id
from cases.history import history_of
from cases.views.acting import reader


@permission_required("cases.work_on_cases")
@require_safe
def history(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What was done in the case, newest first, as far as the log tells it and this member may know."""
    user = reader(request)
    case = find_case_by_id(case_id, actor=user)
    found = history_of(
        case, user=user, older_than=request.GET.get("older", ""), newer_than=request.GET.get("newer", "")
    )
    return render(request, "cases/history.html", {"case": case, "lines": found.lines, "page": found.page})
