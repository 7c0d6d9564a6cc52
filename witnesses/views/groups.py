"""The sizes of groups that a case knows, and the form for one more."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from cases.access import find_case_by_id
from witnesses.assessing import ASSESS
from witnesses.group_forms import GroupForm
from witnesses.grouping import record_group
from witnesses.models import KnownGroup
from witnesses.views.pages import attempt, reader, show_form, unstored


@sensitive_post_parameters()
@permission_required(ASSESS)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def groups(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """How many people are known to have been where, the newest first, and the form."""
    user = reader(request)
    case = find_case_by_id(case_id, actor=user)
    form = GroupForm(request.POST or None, case=case)
    if form.is_bound and form.is_valid():
        made = attempt(form, lambda user: record_group(case, facts=form.facts(), actor=user), by=user)
        if made:
            messages.success(request, _("The group is recorded."))
            return redirect("witnesses:groups", case.pk)
    known = KnownGroup.objects.filter(case=case).select_related("place", "recorded_by")
    return show_form(request, "witnesses/groups.html", form, {"case": case, "groups": known})
