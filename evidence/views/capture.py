"""How an item was captured online: recording it, checking its file, and, on a page of its own, who captured it."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import permission_required
from accounts.form_answers import show_form, typed
from audit.erased import unless_erased
from audit.errors import BadInput, Conflict
from cases.confirming import attempt_form
from evidence.capture_checking import check_capture
from evidence.capturing.collector import read_traces, record_trace
from evidence.capturing.forms import CaptureForm, TraceForm, known_so_far
from evidence.capturing.recording import record_capture, versions_of
from evidence.capturing.stated import stated_by_file
from evidence.intake import RECEIVE
from evidence.models import CollectorTrace, EvidenceItem
from evidence.queries import find_item
from evidence.reading import READ, open_page
from evidence.scopes import READ_FOUND
from evidence.views.reader import reader


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RECEIVE)
def capture(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The form, begun with what is known or what the file states, and every version there is. In the log first."""
    user = reader(request)
    item = find_item(item_id, user=user)
    if request.method != "POST":
        open_page(item, actor=user)
    versions = list(versions_of(item, user=user))
    stated = stated_by_file(item)
    begun = known_so_far(versions[0] if versions else None, stated, user=user)
    sent = typed(request)
    form = CaptureForm(sent, initial=begun, item=item, user=user, stated=stated)
    if sent is not None and form.is_valid() and _recorded(request, item, form):
        messages.success(request, _("How it was captured is recorded."))
        return redirect("evidence:item", item.pk)
    context = {"item": item, "versions": versions, "stated": stated}
    return show_form(request, "evidence/capture.html", form, context)


@require_POST
@permission_required(READ)
def check(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Read the capture through and hold it against what it states of itself."""
    user = reader(request)
    item = find_item(item_id, user=user)
    try:
        found = check_capture(item, actor=user)
    except (BadInput, Conflict) as error:
        messages.error(request, str(error))
    else:
        if found.failing or found.why:
            messages.error(request, _("The capture does not hold in all. What was found stands below."))
        elif not found.stated:
            messages.info(request, _("The capture was read to its end; it states no digests of its own."))
        elif found.unchecked:
            messages.warning(
                request, _("What could be compared holds; not every digest that is stated could be.")
            )
        elif found.bare:
            messages.warning(
                request,
                _(
                    "What the capture states of itself holds. Of some of its files or records it states nothing."
                ),
            )
        else:
            messages.success(
                request, _("The capture was read to its end, and what it states of itself holds.")
            )
    return redirect("evidence:item", item.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(READ_FOUND)
def collector(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """What leads to who captured it, in versions, and the form for the next. In the log before it is shown."""
    user = reader(request)
    item = find_item(item_id, user=user)
    sent = typed(request)
    if sent is not None:
        form = TraceForm(sent)
        if form.is_valid() and _traced(request, item, form):
            messages.success(request, _("It is recorded."))
            return redirect("evidence:capture_collector", item.pk)
    traces = read_traces(item, actor=user)
    if sent is None:
        form = TraceForm(initial=_last(traces))
    context = {"item": item, "traces": traces}
    return show_form(request, "evidence/capture_collector.html", form, context)


def _last(traces: Sequence[CollectorTrace]) -> dict[str, str]:
    if not traces:
        return {}
    return {name: unless_erased(getattr(traces[0], name)) for name in ("collector_ip", "persona_used")}


def _recorded(request: HttpRequest, item: EvidenceItem, form: CaptureForm) -> bool:
    done = attempt_form(
        form,
        lambda user: record_capture(item, facts=form.facts(), actor=user),
        by=reader(request),
        foreseen=(BadInput,),
    )
    return done is not None


def _traced(request: HttpRequest, item: EvidenceItem, form: TraceForm) -> bool:
    try:
        record_trace(item, **form.cleaned_data, actor=reader(request))
    except BadInput as error:
        form.add_error(None, str(error))
        return False
    return True
