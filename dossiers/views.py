"""The pages of dossiers: a case's list, the asking, one dossier, and its download."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from accounts.access import permission_required
from accounts.models import User
from audit.errors import BadInput, Conflict
from cases.access import find_case_by_id
from cases.confirming import attempt_form
from cases.models import Case
from dossiers.consent import Missing, is_unconsented, look_ahead
from dossiers.disclosure import handouts_of, is_of_old
from dossiers.errors import ConsentMissing, NarrowsWitnesses
from dossiers.forms import REASON, CompileForm, ReceiverForm
from dossiers.handout import hand_out
from dossiers.leaks.standing import standing_of
from dossiers.models import Dossier, DossierState
from dossiers.queries import VIEW, find_dossier
from dossiers.receivers import country_name
from dossiers.requests import COMPILE, request_dossier
from dossiers.tasks import compile_requested
from dossiers.withholding import withheld_page
from evidence.models import EvidenceCase

ROWS = 25
_REFUSED = 409
_BLOCK = 1 << 20


class HtmxRequest(HttpRequest):
    """A request as django-htmx's middleware leaves it."""

    htmx: HtmxDetails


@permission_required(VIEW)
@require_safe
def case_list(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What was compiled from the case, the newest first."""
    case = find_case_by_id(case_id, actor=_reader(request))
    rows = Dossier.objects.visible_to(_reader(request)).filter(case=case).select_related("requested_by")
    page = Paginator(rows.order_by("-number"), ROWS).get_page(request.GET.get("page"))
    return render(request, "dossiers/case_list.html", {"case": case, "page": page})


@permission_required(COMPILE)
@require_http_methods(["GET", "POST"])
def compile_form(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What will happen, and the form that makes it happen in the background."""
    case = find_case_by_id(case_id, actor=_reader(request))
    form = CompileForm(request.POST or None, case=case)
    missing: Sequence[Missing] = ()
    if request.method == "POST" and form.is_valid():
        asked = _asked_for(form, case, actor=_reader(request))
        if isinstance(asked, ConsentMissing):
            missing = asked.rows
        elif asked is not None:
            messages.success(request, _("The dossier is being compiled. You may leave this page."))
            return redirect("dossiers:detail", asked.pk)
    context = {
        "case": case,
        "form": form,
        "exhibits": EvidenceCase.objects.filter(case=case).count(),
        "missing": missing,
    }
    status = _REFUSED if missing else 422 if form.errors else 200
    return render(request, "dossiers/compile.html", context, status=status)


@permission_required(COMPILE)
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Which exhibits could not go to a receiver, and why. Sent, not linked to: names stay out of addresses."""
    case = find_case_by_id(case_id, actor=_reader(request))
    form = ReceiverForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"case": case, "form": form}
    if request.method == "POST" and form.is_valid():
        found = look_ahead(case, form.receiver(), actor=_reader(request))
        page = Paginator(found["missing"], ROWS).get_page(request.POST.get("page"))
        sent = [(name, value) for name, value in request.POST.items() if name in form.fields]
        context |= found | {"page": page, "sent": sent}
    return render(request, "dossiers/consent.html", context, status=422 if form.errors else 200)


@permission_required(VIEW)
@require_safe
def detail(request: HtmxRequest, dossier_id: UUID) -> HttpResponse:
    """One dossier: how far it is, what it holds, how to check it."""
    dossier = find_dossier(dossier_id, user=_reader(request))
    shown = dossier.exhibits.select_related("exhibit_number__case", "item__object")
    page = Paginator(shown.order_by("exhibit_number__number"), ROWS).get_page(request.GET.get("page"))
    # While it is being compiled the page asks again for its one moving part.
    template = "dossiers/detail.html#dossier" if request.htmx else "dossiers/detail.html"
    left_out, withheld = withheld_page(dossier, request.GET.get("left_out"), user=_reader(request))
    context = {
        "dossier": dossier,
        "case": dossier.case,
        "page": page,
        "left_out": left_out,
        "country": country_name(dossier.recipient_country),
        "withheld": withheld,
        "handouts": handouts_of(dossier),
        "is_of_old": is_of_old(dossier),
        "standing": standing_of(dossier) if dossier.state == DossierState.READY else None,
        "unconsented": dossier.state == DossierState.READY and is_unconsented(dossier),
    }
    return render(request, template, context)


@permission_required(VIEW)
@require_POST
def download(request: HttpRequest, dossier_id: UUID) -> FileResponse:
    """The archive, decrypted while it streams; logged before the first byte."""
    handout = hand_out(find_dossier(dossier_id, user=_reader(request)), actor=_reader(request))
    response = FileResponse(
        handout.content, as_attachment=True, filename=handout.name, content_type="application/octet-stream"
    )
    response.block_size = _BLOCK
    response["Content-Length"] = str(handout.size)
    response["Cache-Control"] = "no-store"
    return response


def _asked_for(form: CompileForm, case: Case, *, actor: User) -> Dossier | ConsentMissing | None:
    """The requested dossier, queued once its row is committed; what consent lacks; None with the reason on the form."""
    purpose, key = form.cleaned_data["purpose"], form.cleaned_data["recipient"] or None

    def ask(user: User) -> Dossier | ConsentMissing:
        try:
            return request_dossier(
                case,
                purpose=purpose,
                recipient=key,
                receiver=form.receiver(),
                narrowing_reason=form.cleaned_data.get(REASON, ""),
                actor=user,
            )
        except NarrowsWitnesses:
            form.ask_why()
            raise
        except ConsentMissing as refused:
            # No sentence on the form: the page has a table for it.
            return refused

    dossier = attempt_form(form, ask, by=actor, foreseen=(BadInput, Conflict))
    if not isinstance(dossier, Dossier):
        return dossier
    # Robust: if the queue is not to be had, the row is there, and the reconciler queues it again.
    transaction.on_commit(lambda: compile_requested.delay(str(dossier.pk)), robust=True)
    return dossier


def _reader(request: HttpRequest) -> User:
    """The signed-in user of a guarded view."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("A view of dossiers was left without its guard.")
    return user
