"""The danger to a witness: what is known, assessing it, incidents, offers of help; and the levels for custodians."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from witnesses.assessing import ASSESS, assess_risk
from witnesses.custodians import fewest_custodians, quorum
from witnesses.health import count_ready
from witnesses.models import ThreatIncident, Witness
from witnesses.models.danger_words import KeptWords
from witnesses.queries import find_witness, openings_of_danger
from witnesses.referring import answer_referral, record_referral
from witnesses.risk_forms import (
    NextThreatForm,
    ReferralAnswerForm,
    ReferralForm,
    ThreatForm,
    known_of_threat,
    typed_risk,
)
from witnesses.risk_queries import (
    REVIEW,
    assessments_of,
    find_referral,
    find_threat,
    incidents_of,
    list_dangers,
    read_risk,
    referrals_of,
)
from witnesses.risk_state import danger_to
from witnesses.threats import record_threat
from witnesses.views.pages import attempt, reader, show_form, unstored


@permission_required(ASSESS)
@require_GET
@unstored
@sensitive_variables()
def risk(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """What is known of the danger, what happened, and which help was offered. Logged before it is shown."""
    witness = _read(request, case_id, witness_id)
    assessments = assessments_of(witness)
    context = _of(witness) | {
        "danger": danger_to(witness),
        "current": assessments[0] if assessments else None,
        "earlier": assessments[1:],
        "incidents": incidents_of(witness),
        "referrals": referrals_of(witness),
        "openings": openings_of_danger(witness),
    }
    return render(request, "witnesses/risk.html", context)


@sensitive_post_parameters()
@permission_required(ASSESS)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def assess(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """A new assessment, beginning with the last one."""
    witness = _read(request, case_id, witness_id)
    last = next(iter(assessments_of(witness)), None)
    form = typed_risk(request, last)
    if form.is_bound and form.is_valid():
        seen = form.cleaned_data["seen"]
        made = attempt(
            form,
            lambda user: assess_risk(witness, facts=form.facts(), last_seen=seen, actor=user),
            by=reader(request),
        )
        if made:
            said = _("The assessment is recorded, and counts from now on.")
            messages.success(request, _with_seal(said, made.words))
            return _back(witness)
        last = next(iter(assessments_of(witness)), None)
    form.show_as_seen(last.version if last else 0)
    return show_form(request, "witnesses/risk_new.html", form, _of(witness) | _sealing() | {"last": last})


@sensitive_post_parameters()
@permission_required(ASSESS)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def new_threat(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """Record what was done to somebody."""
    user, witness = reader(request), _read(request, case_id, witness_id)
    form = ThreatForm(request.POST or None, witness=witness, user=user)
    return _threat(request, witness, form, None)


@sensitive_post_parameters()
@permission_required(ASSESS)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def correct_threat(request: HttpRequest, case_id: UUID, witness_id: UUID, threat_id: UUID) -> HttpResponse:
    """The next version of an incident."""
    user, witness = reader(request), _read(request, case_id, witness_id)
    threat = find_threat(threat_id, witness=witness)
    known = known_of_threat(threat)
    form = NextThreatForm(request.POST or None, witness=witness, user=user, threat=threat, initial=known)
    return _threat(request, witness, form, threat)


@sensitive_post_parameters()
@permission_required(ASSESS)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def new_referral(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """Record that help was offered."""
    witness = _read(request, case_id, witness_id)
    form = ReferralForm(request.POST or None)
    if form.is_bound and form.is_valid():
        user = reader(request)
        made = attempt(form, lambda user: record_referral(witness, facts=form.facts(), actor=user), by=user)
        if made:
            messages.success(request, _("The offer of help is recorded."))
            return _back(witness)
    return show_form(request, "witnesses/referral.html", form, _of(witness))


@sensitive_post_parameters()
@permission_required(ASSESS)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def referral_answer(request: HttpRequest, case_id: UUID, witness_id: UUID, referral_id: UUID) -> HttpResponse:
    """Record what became of an offer."""
    witness = _read(request, case_id, witness_id)
    referral = find_referral(referral_id, witness=witness)
    form = ReferralAnswerForm(request.POST or None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        done = attempt(
            form,
            lambda user: answer_referral(referral, answer=typed["answer"], on=typed["on"], actor=user),
            by=reader(request),
        )
        if done:
            messages.success(request, _("It is recorded. What stood there before is kept."))
            return _back(witness)
    return show_form(request, "witnesses/referral.html", form, _of(witness) | {"referral": referral})


@permission_required(REVIEW)
@require_GET
@unstored
def levels(request: HttpRequest) -> HttpResponse:
    """How great the danger to every witness is, and what follows: no case, no reason, no word of anybody."""
    return render(request, "witnesses/dangers.html", {"dangers": list_dangers(actor=reader(request))})


@sensitive_variables()
def _threat(
    request: HttpRequest, witness: Witness, form: ThreatForm, corrects: ThreatIncident | None
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        why = form.cleaned_data.get("correction", "")
        user = reader(request)
        made = attempt(
            form,
            lambda user: record_threat(
                witness, facts=form.facts(), corrects=corrects, correction=why, actor=user
            ),
            by=user,
        )
        if made:
            said = (
                _("It is recorded. What stood there before is kept.")
                if corrects
                else _("It is recorded. The danger is to be assessed anew now.")
            )
            messages.success(request, _with_seal(said, made.words))
            return _back(witness)
    context = _of(witness) | _sealing() | {"threat": corrects}
    return show_form(request, "witnesses/threat.html", form, context)


def _read(request: HttpRequest, case_id: UUID, witness_id: UUID) -> Witness:
    """The witness, once it is in the log that the reader reads of the danger to them."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    read_risk(witness, actor=user)
    return witness


def _sealing() -> dict[str, int]:
    """How many custodians can be sealed to, how many that takes, and how many open it."""
    return {"enrolled": count_ready(), "needed": fewest_custodians(), "quorum": quorum()}


def _with_seal(said: str, words: KeptWords) -> str:
    if not words.is_sealed:
        return said
    sealed = _("The words are sealed: only the custodians together let them be read again.")
    return f"{said} {sealed}"


def _of(witness: Witness) -> dict[str, Any]:
    return {"witness": witness, "case": witness.case}


def _back(witness: Witness) -> HttpResponse:
    return redirect("witnesses:risk", witness.case_id, witness.pk)
