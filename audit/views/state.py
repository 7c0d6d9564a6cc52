"""The state of the log at a glance."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.names import shown_names
from audit.progress import answer_of
from audit.standing import standing
from audit.views.guard import reviewer_required


@require_safe
@reviewer_required
def state(request: HttpRequest) -> HttpResponse:
    """What is signed, stamped, verified and guarded, what is overdue, and what to do next."""
    now = standing()
    actors = {run.actor for run in now.runs} | ({now.verified.actor} if now.verified else set())
    names = shown_names(actors)
    context = {
        "standing": now,
        "verified_by": names[now.verified.actor] if now.verified else "",
        "runs": [{"run": run, "who": names[run.actor], "answer": answer_of(run)} for run in now.runs],
    }
    return render(request, "audit/state.html", context)
