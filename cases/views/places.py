"""The places and incidents of a case."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import permission_required
from accounts.form_answers import show_form, typed
from cases.access import find_case_by_id
from cases.forms import IncidentForm, PlaceForm
from cases.models import Place
from cases.queries import incidents_of, places_of
from cases.registry import record_incident, register_place
from cases.views.acting import attempt, page_of, reader


@permission_required("cases.work_on_cases")
@require_safe
def places(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The places that the case uses."""
    case = find_case_by_id(case_id, actor=reader(request))
    context = {"case": case, "page": page_of(request, places_of(case, user=reader(request)))}
    return render(request, "cases/places.html", context)


@permission_required("cases.work_on_cases")
@require_http_methods(["GET", "POST"])
def place_add(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Register a place."""
    case = find_case_by_id(case_id, actor=reader(request))
    form = PlaceForm(typed(request))
    if request.method == "POST" and form.is_valid():
        place = attempt(
            form, lambda user: register_place(case=case, actor=user, **form.facts()), by=reader(request)
        )
        if place is not None:
            messages.success(request, _("The place is registered."))
            return redirect("cases:places", case.pk)
    return show_form(request, "cases/place_add.html", form, {"case": case})


@permission_required("cases.work_on_cases")
@require_safe
def incidents(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What happened, in the order of the earliest day."""
    case = find_case_by_id(case_id, actor=reader(request))
    return render(
        request, "cases/incidents.html", {"case": case, "page": page_of(request, incidents_of(case))}
    )


@permission_required("cases.work_on_cases")
@require_http_methods(["GET", "POST"])
def incident_add(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Record an incident."""
    case = find_case_by_id(case_id, actor=reader(request))
    form = IncidentForm(typed(request))
    form.fields["place"].queryset = Place.objects.usable_by(reader(request))  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        incident = attempt(
            form, lambda user: record_incident(case, actor=user, **form.facts()), by=reader(request)
        )
        if incident is not None:
            messages.success(request, _("The incident is recorded."))
            return redirect("cases:incidents", case.pk)
    return show_form(request, "cases/incident_add.html", form, {"case": case})
