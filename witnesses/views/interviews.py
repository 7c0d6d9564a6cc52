"""The register of a witness's interviews, a new entry in it, one interview with all its records, and a case's plans."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import permission_required
from accounts.models import User
from cases.access import find_case_by_id
from witnesses.interview_forms import NewInterviewForm, NextRecordForm, known_of
from witnesses.interview_queries import find_interview, interviews_of, planned_in, read_register
from witnesses.interviewing import FULL, open_interview, record_elsewhere, record_interview
from witnesses.models import Interview, InterviewRecord, Witness
from witnesses.note_queries import threads_of
from witnesses.queries import find_witness, openings_of_notes
from witnesses.risk_state import danger_to
from witnesses.searching import READ
from witnesses.statement_queries import statements_of
from witnesses.views.pages import attempt, reader, show_form, unstored


@permission_required(READ)
@require_GET
@unstored
def interviews(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """Every interview that the witness ever gave, here or elsewhere."""
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    read_register(witness, actor=user)
    context = {
        "witness": witness,
        "case": witness.case,
        "interviews": interviews_of(witness),
        "statements": statements_of(witness, user=user),
    }
    return render(request, "witnesses/interviews.html", context)


@permission_required(READ)
@require_GET
@unstored
def planned(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The interviews of a case that are planned."""
    user = reader(request)
    case = find_case_by_id(case_id, actor=user)
    read_register(case, actor=user)
    return render(
        request, "witnesses/interviews_planned.html", {"case": case, "planned": planned_in(case, user=user)}
    )


@sensitive_post_parameters()
@permission_required(READ)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def new(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """First every earlier interview, then the form for one of ours."""
    return _entered(request, case_id, witness_id, ours=True)


@sensitive_post_parameters()
@permission_required(READ)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def elsewhere(request: HttpRequest, case_id: UUID, witness_id: UUID) -> HttpResponse:
    """First every earlier interview, then the form for one that was given to somebody else."""
    return _entered(request, case_id, witness_id, ours=False)


@permission_required(READ)
@require_GET
@unstored
def one(request: HttpRequest, case_id: UUID, witness_id: UUID, interview_id: UUID) -> HttpResponse:
    """One interview: what is known of it now, and every record before."""
    witness, interview = _found(request, case_id, witness_id, interview_id)
    user = reader(request)
    read_register(witness, actor=user)
    came_of_it = [one for one in statements_of(witness, user=user) if one.interview_id == interview.pk]
    context = {
        "witness": witness,
        "case": witness.case,
        "interview": interview,
        "earlier": list(interview.records.all())[1:],
        "statements": came_of_it,
        "notes": threads_of(interview),
        "openings": openings_of_notes(interview),
    }
    return render(request, "witnesses/interview.html", context)


@sensitive_post_parameters()
@permission_required(READ)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def next_record(request: HttpRequest, case_id: UUID, witness_id: UUID, interview_id: UUID) -> HttpResponse:
    """What became of an interview, or a correction."""
    user = reader(request)
    witness, interview = _found(request, case_id, witness_id, interview_id)
    options: dict[str, Any] = {"ours": interview.ours, "may_take_full": user.has_perm(FULL)}
    if request.method == "POST":
        form = NextRecordForm(request.POST, **options)
        if (
            form.is_valid()
            and attempt(form, lambda user: _record(interview, form, user), by=user) is not None
        ):
            messages.success(request, _("It is recorded. What stood there before is kept below it."))
            return redirect("witnesses:interview", witness.case_id, witness.pk, interview.pk)
        interview = find_interview(interview_id, witness=witness)
    else:
        form = NextRecordForm(initial=known_of(interview.now), **options)
    read_register(witness, actor=user)
    form.show_as_seen(interview.now.version)
    context = {"witness": witness, "case": witness.case, "interview": interview}
    return show_form(request, "witnesses/interview_record.html", form, context)


@sensitive_variables()
def _entered(request: HttpRequest, case_id: UUID, witness_id: UUID, *, ours: bool) -> HttpResponse:
    user = reader(request)
    witness = find_witness(witness_id, case_id=case_id, user=user)
    # Whatever the form says it has seen, the page shows all that there is now: read it before anything else.
    earlier = interviews_of(witness)
    options: dict[str, Any] = {
        "ours": ours,
        "may_take_full": user.has_perm(FULL),
        "justified": ours and bool(earlier),
    }
    form = NewInterviewForm(
        request.POST if request.method == "POST" else None, initial={"seen": len(earlier)}, **options
    )
    if form.is_bound and form.is_valid():
        interview = attempt(form, lambda user: _enter(witness, form, user, ours=ours), by=user)
        if interview:
            messages.success(request, _("The interview stands in the register."))
            return redirect("witnesses:interview", witness.case_id, witness.pk, interview.pk)
        earlier = interviews_of(witness)
    read_register(witness, actor=user)
    form.show_as_seen(len(earlier))
    context = {
        "witness": witness,
        "case": witness.case,
        "earlier": earlier,
        "ours": ours,
        "danger": danger_to(witness),
    }
    return show_form(request, "witnesses/interview_new.html", form, context)


@sensitive_variables()
def _enter(witness: Witness, form: NewInterviewForm, user: User, *, ours: bool) -> Interview:
    seen = form.cleaned_data["seen"]
    if not ours:
        return record_elsewhere(witness, facts=form.facts(), earlier_seen=seen, actor=user)
    why = form.cleaned_data.get("justification", "")
    return open_interview(witness, facts=form.facts(), earlier_seen=seen, justification=why, actor=user)


@sensitive_variables()
def _record(interview: Interview, form: NextRecordForm, user: User) -> InterviewRecord:
    typed = form.cleaned_data
    return record_interview(
        interview,
        facts=form.facts(),
        correction=typed["correction"],
        last_seen=typed["seen"],
        actor=user,
    )


def _found(
    request: HttpRequest, case_id: UUID, witness_id: UUID, interview_id: UUID
) -> tuple[Witness, Interview]:
    witness = find_witness(witness_id, case_id=case_id, user=reader(request))
    return witness, find_interview(interview_id, witness=witness)
