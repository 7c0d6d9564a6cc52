"""Notes of an interview: a new one, the next version of one, and asking to see a sealed one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from witnesses.asking import request_note
from witnesses.custodians import active_custodians, fewest_custodians, quorum
from witnesses.deciding import REQUEST
from witnesses.errors import UnknownNote
from witnesses.interview_queries import find_interview, read_register
from witnesses.models import Interview, InterviewNote
from witnesses.note_forms import NextNoteForm, NoteForm, NoteOpeningForm
from witnesses.note_queries import find_note
from witnesses.noting import write_note
from witnesses.queries import find_witness
from witnesses.searching import READ
from witnesses.views.pages import attempt, is_stepped_up, reader, show_form, unstored


@sensitive_post_parameters()
@permission_required(READ)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def new(request: HttpRequest, case_id: UUID, witness_id: UUID, interview_id: UUID) -> HttpResponse:
    """Write a note, sealed or plain."""
    interview = _interview(request, case_id, witness_id, interview_id)
    form = NoteForm(request.POST or None)
    return _written(request, form, interview)


@sensitive_post_parameters()
@permission_required(READ)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def correct(
    request: HttpRequest, case_id: UUID, witness_id: UUID, interview_id: UUID, note_id: UUID
) -> HttpResponse:
    """Write the next version of a note; of a sealed one all of it anew, for the server can show nothing of it."""
    interview = _interview(request, case_id, witness_id, interview_id)
    note = find_note(note_id, interview=interview)
    form = NextNoteForm(request.POST or None, note=note)
    return _written(request, form, interview, corrects=note)


@sensitive_post_parameters()
@permission_required(REQUEST)
@require_http_methods(["GET", "POST"])
@unstored
@sensitive_variables()
def ask(
    request: HttpRequest, case_id: UUID, witness_id: UUID, interview_id: UUID, note_id: UUID
) -> HttpResponse:
    """Ask the custodians to see a sealed note. Its answer shows the opening code, once and nowhere else."""
    user = reader(request)
    interview = _interview(request, case_id, witness_id, interview_id)
    note = find_note(note_id, interview=interview)
    if not note.is_sealed:
        raise UnknownNote
    witness = interview.witness
    form = NoteOpeningForm(request.POST or None, pseudonym=witness.pseudonym)
    context = {"witness": witness, "case": witness.case, "interview": interview, "note": note}
    if request.method == "POST" and form.is_valid() and is_stepped_up(request, form):
        typed = form.cleaned_data
        asked = attempt(
            form,
            lambda user: request_note(note, reason=typed["reason"], seconds=typed["seconds"], actor=user),
            by=user,
        )
        if asked:
            return render(
                request, "witnesses/opening_code.html", {"opening": asked[0], "code": asked[1], **context}
            )
    return show_form(request, "witnesses/note_open.html", form, context)


@sensitive_variables()
def _written(
    request: HttpRequest,
    form: NoteForm,
    interview: Interview,
    *,
    corrects: InterviewNote | None = None,
) -> HttpResponse:
    user, witness = reader(request), interview.witness
    if form.is_bound and form.is_valid():
        facts = form.facts()
        note = attempt(
            form, lambda user: write_note(interview, facts=facts, corrects=corrects, actor=user), by=user
        )
        if note:
            said = (
                _("The note is sealed. Only the custodians together let it be read again.")
                if note.is_sealed
                else _("The note stands on the page of the interview.")
            )
            messages.success(request, said)
            return redirect("witnesses:interview", witness.case_id, witness.pk, interview.pk)
    # A plain note is on the page of its next version, so whoever opens that page reads it.
    read_register(witness, actor=user)
    context = {
        "witness": witness,
        "case": witness.case,
        "interview": interview,
        "note": corrects,
        "enrolled": len(active_custodians()),
        "needed": fewest_custodians(),
        "quorum": quorum(),
    }
    return show_form(request, "witnesses/note_new.html", form, context)


def _interview(request: HttpRequest, case_id: UUID, witness_id: UUID, interview_id: UUID) -> Interview:
    witness = find_witness(witness_id, case_id=case_id, user=reader(request))
    return find_interview(interview_id, witness=witness)
