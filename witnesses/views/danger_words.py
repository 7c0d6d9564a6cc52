"""Asking the custodians to see sealed words about the danger to a witness, on the path of every sealed record."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from witnesses.asking import request_danger
from witnesses.deciding import REQUEST
from witnesses.models import RiskWords, ThreatWords, Witness
from witnesses.note_forms import NoteOpeningForm
from witnesses.queries import find_witness
from witnesses.risk_errors import UnknownAssessment, UnknownThreat
from witnesses.risk_queries import find_assessment, find_version
from witnesses.views.pages import attempt, is_stepped_up, reader, show_form, unstored


@sensitive_post_parameters()
@permission_required(REQUEST)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def ask_assessment(
    request: HttpRequest, case_id: UUID, witness_id: UUID, assessment_id: UUID
) -> HttpResponse:
    """The words of one assessment, with those of its measures. The answer shows the opening code, once."""
    witness = find_witness(witness_id, case_id=case_id, user=reader(request))
    assessment = find_assessment(assessment_id, witness=witness)
    if not assessment.words.is_sealed:
        raise UnknownAssessment
    return _asked(request, witness, assessment.words, {"assessment": assessment})


@sensitive_post_parameters()
@permission_required(REQUEST)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def ask_incident(request: HttpRequest, case_id: UUID, witness_id: UUID, threat_id: UUID) -> HttpResponse:
    """The words of one version of an incident. The answer shows the opening code, once."""
    witness = find_witness(witness_id, case_id=case_id, user=reader(request))
    threat = find_version(threat_id, witness=witness)
    if not threat.words.is_sealed:
        raise UnknownThreat
    return _asked(request, witness, threat.words, {"threat": threat})


@sensitive_variables()
def _asked(
    request: HttpRequest, witness: Witness, words: RiskWords | ThreatWords, about: dict[str, Any]
) -> HttpResponse:
    user = reader(request)
    form = NoteOpeningForm(request.POST or None, pseudonym=witness.pseudonym)
    context = {"witness": witness, "case": witness.case, **about}
    if request.method == "POST" and form.is_valid() and is_stepped_up(request, form):
        typed = form.cleaned_data
        asked = attempt(
            form,
            lambda user: request_danger(words, reason=typed["reason"], seconds=typed["seconds"], actor=user),
            by=user,
        )
        if asked:
            shown = {"opening": asked[0], "code": asked[1], **context}
            return render(request, "witnesses/opening_code.html", shown)
    return show_form(request, "witnesses/danger_open.html", form, context)
