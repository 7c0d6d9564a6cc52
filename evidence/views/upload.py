"""Taking in evidence by page."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.form_answers import form_errors, wants_json
from audit.digits import in_digits
from audit.errors import DomainError, LogUnavailable, NotFound, Refused
from cases.confirming import ask_to_confirm, codes_in
from cases.small_groups import SmallGroup
from evidence.filenames import visible_name
from evidence.forms import UploadForm
from evidence.intake import ingest_evidence
from evidence.models import EvidenceItem, Intake
from evidence.queries import other_receipts
from evidence.resumable.finding import waiting
from evidence.scopes import RECEIVE
from evidence.uploads import vault_uploads
from evidence.views.reader import reader


@dataclass(slots=True)
class Outcome:
    """What became of the files of one form."""

    taken_in: list[EvidenceItem] = field(default_factory=list)
    again: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


# The check against foreign forms reads the body, so it must wait until the body has somewhere safe to go.
@csrf_exempt
@require_http_methods(["GET", "POST"])
@permission_required(RECEIVE)
def upload(request: HttpRequest) -> HttpResponse:
    """The form, and what it sends. One file at a time from the script, several at once without it."""
    with vault_uploads(request):
        return _upload(request)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        form = UploadForm(user=reader(request), initial={"case": request.GET.get("case")})
        return render(request, "evidence/upload.html", _page(request, form))
    form = UploadForm(request.POST, request.FILES, user=reader(request))
    as_json = wants_json(request)
    if not form.is_valid():
        return form_errors(form) if as_json else _show(request, form, Outcome())
    if as_json and len(form.cleaned_data["files"]) == 1:
        return _one(request, form)
    outcome = _take_in(request, form)
    return JsonResponse(_summary(outcome)) if as_json else _show(request, form, outcome)


def _page(request: HttpRequest, form: UploadForm) -> dict[str, Any]:
    return {"form": form, "waiting": waiting(reader(request))}


def _one(request: HttpRequest, form: UploadForm) -> HttpResponse:
    arrived = form.cleaned_data["files"][0]
    user = reader(request).confirming(codes_in(request.POST))
    item = ingest_evidence(arrived.received, facts=form.facts(arrived, intake=None), actor=user)
    return JsonResponse(
        {
            "ok": True,
            "reference": item.reference,
            "href": reverse("evidence:item", args=[item.pk]),
            "delivery": delivery_told(item),
            "again": other_receipts(item, user=user).exists(),
        }
    )


def _take_in(request: HttpRequest, form: UploadForm) -> Outcome:
    outcome = Outcome()
    intake: Intake | None = None
    for arrived in form.cleaned_data["files"]:
        facts = form.facts(arrived, intake=intake)
        try:
            user = reader(request).confirming(codes_in(request.POST))
            item = ingest_evidence(arrived.received, facts=facts, actor=user)
        except SmallGroup as error:
            ask_to_confirm(form, error)
            outcome.failed.append((visible_name(facts.original_name), error.told))
            continue
        except DomainError as error:
            # A refusal, or a log that cannot be written, is one answer to the whole form, unless a part of it is in.
            if isinstance(error, Refused | NotFound | LogUnavailable) and not outcome.taken_in:
                raise
            outcome.failed.append((visible_name(facts.original_name), str(error)))
            continue
        # All that one form brings is one delivery; it begins with the first file that is really in.
        intake = item.intake
        outcome.taken_in.append(item)
        outcome.again += other_receipts(item, user=user).exists()
    return outcome


def delivery_told(item: EvidenceItem) -> dict[str, str]:
    """The delivery that the item came with, for a script: there its receipt is printed."""
    return {
        "reference": item.intake.reference,
        "href": reverse("evidence:delivery", args=[item.intake_id]),
    }


def _summary(outcome: Outcome) -> dict[str, object]:
    return {
        "ok": not outcome.failed,
        "taken_in": len(outcome.taken_in),
        "again": outcome.again,
        "failed": [{"name": name, "error": sentence} for name, sentence in outcome.failed],
        "references": [item.reference for item in outcome.taken_in],
    }


def _show(request: HttpRequest, form: UploadForm, outcome: Outcome) -> HttpResponse:
    if form.errors or outcome.failed:
        context = _page(request, form) | {"outcome": outcome}
        return render(request, "evidence/upload.html", context, status=422)
    number = len(outcome.taken_in)
    said = ngettext("%(number)d file was taken in.", "%(number)d files were taken in.", number)
    messages.success(request, in_digits(said % {"number": number}))
    if outcome.again:
        said = ngettext(
            "The bytes of %(number)d file were already here; this is a second receipt.",
            "The bytes of %(number)d files were already here; these are second receipts.",
            outcome.again,
        )
        messages.info(request, in_digits(said % {"number": outcome.again}))
    if number == 1:
        return redirect("evidence:item", outcome.taken_in[0].pk)
    # There the receipt is, for whoever handed them over and may still stand beside the desk.
    return redirect("evidence:delivery", outcome.taken_in[0].intake_id)
