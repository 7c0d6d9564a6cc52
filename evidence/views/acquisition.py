"""The page on which an item's source and acquisition are recorded, above all that was recorded before."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.form_answers import show_form
from audit.errors import BadInput
from cases.confirming import attempt_form
from evidence.acquiring import record_acquisition
from evidence.acquisition_form import AcquisitionForm, known_so_far
from evidence.intake import RECEIVE
from evidence.models import EvidenceItem
from evidence.queries import find_item
from evidence.reading import open_page
from evidence.views.reader import reader


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(RECEIVE)
def acquisition(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The form, begun with what is known, and every version there is. In the log before it is shown."""
    item = find_item(item_id, user=reader(request))
    if request.method != "POST":
        open_page(item, actor=reader(request))
    versions = list(item.acquisitions.select_related("recorded_by").order_by("-version"))
    last = versions[0] if versions else None
    if request.method == "POST":
        form = AcquisitionForm(request.POST)
        if form.is_valid() and _recorded(request, item, form):
            messages.success(request, _("Source and acquisition are recorded."))
            return redirect("evidence:item", item.pk)
    else:
        form = AcquisitionForm(initial=known_so_far(item, last))
    context = {"item": item, "versions": versions}
    return show_form(request, "evidence/acquisition.html", form, context)


def _recorded(request: HttpRequest, item: EvidenceItem, form: AcquisitionForm) -> bool:
    done = attempt_form(
        form,
        lambda user: record_acquisition(item, facts=form.facts(), actor=user),
        by=reader(request),
        foreseen=(BadInput,),
    )
    return done is not None
