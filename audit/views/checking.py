"""Verifying from a page: asking, looking at how far it is, what was found, and comparing with what left the house."""

import uuid
from collections.abc import Sequence
from typing import cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.middleware import HtmxDetails

from audit.actors import Actor
from audit.errors import BadNote, VerificationBusy
from audit.forms import OutsideForm
from audit.models import VerificationRun
from audit.names import shown_names
from audit.progress import outcome_of, progress_of
from audit.queries import find_run
from audit.runs import request_run, unfinished_run
from audit.tasks import verify_requested
from audit.views.guard import reader, reviewer_required


class HtmxRequest(HttpRequest):
    """A request as django-htmx's middleware leaves it."""

    htmx: HtmxDetails


@require_http_methods(["GET", "HEAD", "POST"])
@reviewer_required
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a verification, or join the one that is going on, and lead to its page.

    Whoever had to sign in again comes here without having pressed anything, and is led to where it is pressed.
    """
    if request.method != "POST":
        return redirect("audit:state")
    running = unfinished_run()
    run = _asked_for(actor=reader(request))
    if running is not None and running.pk == run.pk:
        messages.info(
            request, _("A verification was going on already. This is it; its outcome answers you too.")
        )
    return redirect("audit:run", run.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@reviewer_required
def compare(request: HttpRequest) -> HttpResponse:
    """Ask for a verification that also compares with checkpoints that left the house."""
    form = (
        OutsideForm(request.POST or None, request.FILES or None)
        if request.method == "POST"
        else OutsideForm()
    )
    if request.method == "POST" and form.is_valid():
        try:
            run = _asked_for(actor=reader(request), against=form.cleaned_data["notes"])
        except (BadNote, VerificationBusy) as error:
            form.add_error("notes", str(error))
        else:
            return redirect("audit:run", run.pk)
    return render(request, "audit/compare.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@reviewer_required
def run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """One verification: how far it is, or what it found."""
    found = find_run(request.user, run_id)
    context = {
        "run": found,
        "who": shown_names({found.actor})[found.actor],
        "progress": progress_of(found),
        "outcome": None if found.is_unfinished else outcome_of(found),
    }
    # While it is going on, the page asks again for its one moving part.
    moving = cast(HtmxRequest, request).htmx
    return render(request, "audit/run.html#run" if moving else "audit/run.html", context)


def _asked_for(*, actor: Actor, against: Sequence[str] = ()) -> VerificationRun:
    """The run, queued once its row is committed. Robust: what the queue does not take is queued by the reconciler."""
    with transaction.atomic():
        asked = request_run(actor=actor, against=against)
        transaction.on_commit(lambda: verify_requested.delay(str(asked.pk)), robust=True)
    return asked
