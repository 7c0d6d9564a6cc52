"""The people of a case."""

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
from cases.errors import UnknownPerson
from cases.forms import InvolvementForm, NameForm, PersonForm
from cases.models import Case, Part, Person
from cases.queries import people_of, persons_beyond
from cases.registry import involve_person, name_person, register_person
from cases.views.acting import attempt, page_of, reader


@permission_required("cases.work_on_cases")
@require_safe
def people(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The people of the case, found by any spelling of any of their names."""
    case = find_case_by_id(case_id, actor=reader(request))
    wanted = request.GET.get("q", "").strip()[:200]
    found = people_of(case).named_like(wanted) if wanted else people_of(case)
    context = {
        "case": case,
        "page": page_of(request, found),
        "wanted": wanted,
        "query": urlencode({"q": wanted}) if wanted else "",
    }
    return render(request, "cases/people.html", context)


@permission_required("cases.work_on_cases")
@require_safe
def person(request: HttpRequest, case_id: UUID, person_id: UUID) -> HttpResponse:
    """One person: names, posts, and the part in this case."""
    case = find_case_by_id(case_id, actor=reader(request))
    return render(request, "cases/person.html", {"case": case, "person": _person_of(case, person_id)})


@permission_required("cases.work_on_cases")
@require_http_methods(["GET", "POST"])
def person_add(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Enter a new person."""
    case = find_case_by_id(case_id, actor=reader(request))
    form = PersonForm(typed(request))
    if request.method == "POST" and form.is_valid():
        added = attempt(
            form, lambda user: register_person(case=case, actor=user, **form.facts()), by=reader(request)
        )
        if added is not None:
            messages.success(request, _("The person is entered in the case."))
            return redirect("cases:person", case.pk, added.pk)
    return show_form(request, "cases/person_add.html", form, {"case": case})


@permission_required("cases.work_on_cases")
@require_http_methods(["GET", "POST"])
def person_involve(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give a person of another of the reader's cases a part in this one."""
    case = find_case_by_id(case_id, actor=reader(request))
    form = InvolvementForm(typed(request))
    form.fields["person"].queryset = persons_beyond(case, user=reader(request))  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        chosen, role = form.cleaned_data["person"], Part(form.cleaned_data["role"])
        basis = form.cleaned_data["basis"]
        part = attempt(
            form,
            lambda user: involve_person(chosen, case=case, role=role, basis=basis, actor=user),
            by=reader(request),
        )
        if part is not None:
            messages.success(request, _("The person is entered in the case."))
            return redirect("cases:person", case.pk, chosen.pk)
    return show_form(request, "cases/person_involve.html", form, {"case": case})


@permission_required("cases.work_on_cases")
@require_http_methods(["GET", "POST"])
def name_add(request: HttpRequest, case_id: UUID, person_id: UUID) -> HttpResponse:
    """Add a name to a person."""
    case = find_case_by_id(case_id, actor=reader(request))
    named = _person_of(case, person_id)
    form = NameForm(typed(request))
    if request.method == "POST" and form.is_valid():
        name = attempt(
            form,
            lambda user: name_person(named, case=case, name=form.facts(), actor=user),
            by=reader(request),
        )
        if name is not None:
            messages.success(request, _("The name is added."))
            return redirect("cases:person", case.pk, named.pk)
    return show_form(request, "cases/name_add.html", form, {"case": case, "person": named})


def _person_of(case: Case, person_id: UUID) -> Person:
    found = people_of(case).prefetch_related("posts").filter(pk=person_id).first()
    if found is None:
        raise UnknownPerson
    return found
