"""What was made of an item: adding to it, handing it out, having it tried again, and what the file gives away."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import permission_required
from accounts.form_answers import show_form
from audit.errors import BadInput, Conflict
from cases.confirming import attempt_form
from evidence.copy_form import CopyForm
from evidence.derivative_reading import find_derivative, hand_out_derivative, read_found_values
from evidence.inspecting.all_the_same import read_as_text, widen
from evidence.inspecting.records import retry_derivative
from evidence.intake import RECEIVE
from evidence.lineage import add_copy
from evidence.models import EvidenceItem
from evidence.queries import find_item
from evidence.reading import READ
from evidence.scopes import READ_FOUND
from evidence.uploads import vault_uploads
from evidence.views.reader import reader


# The check against foreign forms reads the body, so it must wait until the body has somewhere safe to go.
@csrf_exempt
@require_http_methods(["GET", "POST"])
@permission_required(RECEIVE)
def copy_new(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Add what somebody made of the item."""
    item = find_item(item_id, user=reader(request))
    with vault_uploads(request):
        return _copy_new(request, item)


@csrf_protect
def _copy_new(request: HttpRequest, item: EvidenceItem) -> HttpResponse:
    user = reader(request)
    sent = request.method == "POST"
    form = CopyForm(request.POST if sent else None, request.FILES if sent else None, item=item, user=user)
    if sent and form.is_valid():
        done = attempt_form(
            form,
            lambda user: add_copy(item, form.received(), facts=form.facts(), actor=user),
            by=user,
            foreseen=(BadInput, Conflict),
        )
        if done:
            messages.success(request, _("It is kept, and stands in the item’s custody."))
            return redirect("evidence:item", item.pk)
    context = {"item": item}
    return show_form(request, "evidence/copy_new.html", form, context)


@require_POST
@permission_required(READ)
def copy_download(request: HttpRequest, derivative_id: UUID) -> HttpResponseBase:
    """One derivative as an attachment, in the log before its first byte leaves."""
    user = reader(request)
    handout = hand_out_derivative(find_derivative(derivative_id, user=user), actor=user)
    response = FileResponse(
        handout.content, as_attachment=True, filename=handout.name, content_type="application/octet-stream"
    )
    # Whoever gets less than this has not got the file.
    response["Content-Length"] = str(handout.size)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permission_required(RECEIVE)
def copy_retry(request: HttpRequest, derivative_id: UUID) -> HttpResponse:
    """Have what was not made tried again."""
    user = reader(request)
    derivative = find_derivative(derivative_id, user=user)
    retry_derivative(derivative, actor=user)
    messages.info(request, _("It will be tried again. Reload this page in a moment."))
    return redirect("evidence:item", derivative.item_id)


@require_POST
@permission_required(RECEIVE)
def copy_widen(request: HttpRequest, derivative_id: UUID) -> HttpResponse:
    """Have what ended at a limit tried with wider ones."""
    user = reader(request)
    derivative = find_derivative(derivative_id, user=user)
    widen(derivative, actor=user)
    messages.info(request, _("It will be tried with wider limits. Reload this page in a moment."))
    return redirect("evidence:item", derivative.item_id)


@require_POST
@permission_required(RECEIVE)
def read_all_the_same(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Have the text in a file read whose kind no reader is for."""
    read_as_text(find_item(item_id, user=reader(request)), actor=reader(request))
    messages.info(request, _("Its text will be looked for. Reload this page in a moment."))
    return redirect("evidence:item", item_id)


@require_safe
@permission_required(READ_FOUND)
def found_values(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Where, when, by whom and with what the file says that it was made. In the log before it is shown."""
    user = reader(request)
    item = find_item(item_id, user=user)
    return render(
        request, "evidence/found_values.html", {"item": item, "values": read_found_values(item, actor=user)}
    )
