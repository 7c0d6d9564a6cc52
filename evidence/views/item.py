"""One item: its page, its original, its check and its links."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import permission_required
from accounts.form_answers import form_errors, show_form, typed, wants_json
from accounts.models import User
from audit.errors import BadInput, Conflict
from cases.access import find_case_by_id
from cases.confirming import attempt_form
from cases.models import Case
from evidence.alarms import alarms_of
from evidence.fixity import CHECK, check_fixity
from evidence.forms import ChooseCaseForm, LinkForm
from evidence.inspection import retry_inspection
from evidence.linking import LINK, LONGEST_PINPOINT, add_to_case, link_evidence
from evidence.models import EvidenceCase, EvidenceItem, EvidenceLink
from evidence.queries import custody_register, find_item, unknown_item
from evidence.reading import READ, hand_out, open_page
from evidence.scopes import RECEIVE
from evidence.sections.page import sections_of
from evidence.sections.section import Asking
from evidence.views.reader import reader
from evidence.vocabulary import CustodyOutcome


class OriginalResponse(FileResponse):
    """An original on its way out, decrypted a megabyte at a time; closed when the reader has it or goes away."""

    block_size = 1024 * 1024


@require_safe
@permission_required(READ)
def item_page(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """What the item is, how we know, and what was done with it. In the log before it is shown."""
    user = reader(request)
    item = find_item(item_id, user=user)
    open_page(item, actor=user)
    sections = sections_of(Asking(item, user, request.GET))
    context = {
        "item": item,
        "alarms": alarms_of(item),
        "sections": sections,
        "facts": {shown.section.name: shown.facts for shown in sections},
    }
    return render(request, "evidence/item.html", context)


@require_POST
@permission_required(READ)
def download(request: HttpRequest, item_id: UUID) -> HttpResponseBase:
    """The original as an attachment. In custody and log before its first byte leaves; never shown by us."""
    user = reader(request)
    handout = hand_out(find_item(item_id, user=user), actor=user)
    # Named as mere bytes, and in a sandbox should a browser show it all the same: it may be hostile.
    response = OriginalResponse(
        handout.content, as_attachment=True, filename=handout.name, content_type="application/octet-stream"
    )
    # Whoever gets less than this has not got the file.
    response["Content-Length"] = str(handout.size)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permission_required(CHECK)
def check(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Read the stored bytes again, now, and record what was found."""
    user = reader(request)
    item = custody_register(user).filter(pk=item_id).first()
    if item is None:
        raise unknown_item()
    event = check_fixity(item, actor=user)
    if event.outcome == CustodyOutcome.VERIFIED:
        messages.success(request, _("The stored bytes were read in full and are what was received."))
    else:
        messages.error(
            request, _("The stored bytes are not what was received. It is recorded; tell a lawyer now.")
        )
    if EvidenceItem.objects.visible_to(user).filter(pk=item.pk).exists():
        return redirect("evidence:item", item.pk)
    return redirect("evidence:custody_item", item.pk)


@require_POST
@permission_required(RECEIVE)
def inspect_again(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Try again to say what the item is."""
    item = find_item(item_id, user=reader(request))
    retry_inspection(item, actor=reader(request))
    messages.info(request, _("The file will be examined again. Reload this page in a moment."))
    return redirect("evidence:item", item.pk)


@require_http_methods(["GET", "POST"])
@permission_required(LINK)
def link(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Choose a case, then what in it the item speaks to."""
    user = reader(request)
    item = find_item(item_id, user=user)
    choosing = ChooseCaseForm(request.GET if request.method == "GET" else request.POST)
    chosen = choosing.chosen()
    # Where in the item somebody was when they pressed "cite": a page, a time, a line.
    pinpoint = request.GET.get("pinpoint", "")[:LONGEST_PINPOINT].replace("\x00", "")
    if chosen is None and request.method == "POST" and wants_json(request):
        return form_errors(choosing)
    if chosen is None:
        cases = Case.objects.visible_to(user)
        context = {"item": item, "cases": cases, "pinpoint": pinpoint}
        return render(request, "evidence/link_case.html", context)
    case = find_case_by_id(chosen, actor=user)
    form = LinkForm(typed(request), case=case, initial={"pinpoint": pinpoint})
    if request.method == "POST" and form.is_valid() and _make_link(request, item, case, form):
        messages.success(request, _("The link is made."))
        return redirect("evidence:item", item.pk)
    context = {"item": item, "case": case}
    return show_form(request, "evidence/link.html", form, context)


def _make_link(request: HttpRequest, item: EvidenceItem, case: Case, form: LinkForm) -> bool:
    user = reader(request)
    done = attempt_form(
        form, lambda user: _link(item, case, form, user), by=user, foreseen=(BadInput, Conflict)
    )
    return done is not None


def _link(item: EvidenceItem, case: Case, form: LinkForm, user: User) -> EvidenceCase | EvidenceLink:
    target, facts = form.target(), form.cleaned_data
    if target is None:
        return add_to_case(item, case, actor=user)
    return link_evidence(
        item,
        case=case,
        to=target,
        stance=facts["stance"],
        pinpoint=facts["pinpoint"],
        basis=facts["basis"],
        actor=user,
    )
