"""Who is inside a case."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import permission_required
from accounts.form_answers import show_form, typed
from accounts.models import User
from cases.access import find_case_by_id
from cases.errors import NotEligible
from cases.forms import MemberForm
from cases.membership import add_member, remove_member
from cases.models import Case
from cases.queries import candidates_for, members_of
from cases.views.acting import attempt, page_of, reader


@permission_required("cases.work_on_cases")
@require_safe
def members(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The members of the case; every member may know the others."""
    case = find_case_by_id(case_id, actor=reader(request))
    return render(request, "cases/members.html", {"case": case, "page": page_of(request, members_of(case))})


@permission_required("cases.manage_members")
@require_http_methods(["GET", "POST"])
def member_add(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Let somebody into the case."""
    case = find_case_by_id(case_id, actor=reader(request))
    form = MemberForm(typed(request))
    form.fields["user"].queryset = candidates_for(case)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["user"]
        attempt(form, lambda user: add_member(case, user=chosen, actor=user), by=reader(request))
        if not form.errors:
            messages.success(request, _("The member is added and sees the case from now on."))
            return redirect("cases:members", case.pk)
    return show_form(request, "cases/member_add.html", form, {"case": case})


@permission_required("cases.manage_members")
@require_http_methods(["GET", "POST"])
def member_remove(request: HttpRequest, case_id: UUID, user_id: UUID) -> HttpResponse:
    """Say what will happen, then close the case to a member."""
    case = find_case_by_id(case_id, actor=reader(request))
    member = _member_of(case, user_id)
    form = forms.Form(typed(request))
    if request.method == "POST" and form.is_valid():
        attempt(form, lambda user: remove_member(case, user=member, actor=user), by=reader(request))
        if not form.errors:
            messages.success(request, _("The member is removed and no longer sees the case."))
            # Whoever left the case has no page of it to go back to.
            return redirect("cases:list") if member == request.user else redirect("cases:members", case.pk)
    return show_form(request, "cases/member_remove.html", form, {"case": case, "member": member})


def _member_of(case: Case, user_id: UUID) -> User:
    found = members_of(case).filter(pk=user_id).first()
    if found is None:
        raise NotEligible(_("This user is no member of the case. Reload the page."))
    return found
