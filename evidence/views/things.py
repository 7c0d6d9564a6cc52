"""Things: the page on which one is taken in, and the photographs of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import permission_required
from accounts.form_answers import show_form
from audit.digits import in_digits
from audit.errors import BadInput, DomainError, LogUnavailable, NotFound, Refused
from cases.confirming import attempt_form
from evidence.filenames import visible_name
from evidence.intake import RECEIVE
from evidence.models import EvidenceItem
from evidence.physical import receive_thing, take_photograph
from evidence.queries import find_item
from evidence.thing_form import PhotographsForm, ThingForm
from evidence.uploads import vault_uploads
from evidence.views.reader import reader


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RECEIVE)
def thing_new(request: HttpRequest) -> HttpResponse:
    """The form for a thing, and what it records."""
    user = reader(request)
    if request.method == "POST":
        form = ThingForm(request.POST, user=user)
        item = _received(request, form) if form.is_valid() else None
        if item is not None:
            messages.success(request, _("It is taken in. Photograph it now, and print the receipt."))
            return redirect("evidence:item", item.pk)
    else:
        form = ThingForm(user=user, initial={"case": request.GET.get("case")})
    return show_form(request, "evidence/thing_new.html", form, {})


# The check against foreign forms reads the body, so it must wait until the body has somewhere safe to go.
@csrf_exempt
@require_POST
@permission_required(RECEIVE)
def photographs(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Photographs of a thing, each an item of its own."""
    with vault_uploads(request):
        return _photographs(request, item_id)


@csrf_protect
def _photographs(request: HttpRequest, item_id: UUID) -> HttpResponse:
    item = find_item(item_id, user=reader(request))
    form = PhotographsForm(request.POST, request.FILES)
    if not form.is_valid():
        return show_form(request, "evidence/photographs.html", form, {"item": item})
    taken, failed = _take(request, item, form)
    if taken:
        said = ngettext("%(number)d photograph was taken in.", "%(number)d photographs were taken in.", taken)
        messages.success(request, in_digits(said % {"number": taken}))
    for name, sentence in failed:
        messages.error(request, f"{name}: {sentence}")
    return redirect("evidence:item", item.pk)


def _take(
    request: HttpRequest, item: EvidenceItem, form: PhotographsForm
) -> tuple[int, list[tuple[str, str]]]:
    taken, failed = 0, []
    for arrived in form.cleaned_data["files"]:
        name = arrived.name or ""
        try:
            take_photograph(
                item,
                arrived.received,
                name=name,
                taken_by=form.cleaned_data["taken_by"],
                actor=reader(request),
            )
        except DomainError as error:
            # A refusal, or a log that cannot be written, is one answer to the whole form, unless a part of it is in.
            if isinstance(error, Refused | NotFound | LogUnavailable) and not taken:
                raise
            failed.append((visible_name(name), str(error)))
            continue
        taken += 1
    return taken, failed


def _received(request: HttpRequest, form: ThingForm) -> EvidenceItem | None:
    return attempt_form(
        form, lambda user: receive_thing(form.facts(), actor=user), by=reader(request), foreseen=(BadInput,)
    )
