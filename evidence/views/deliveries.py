"""Deliveries: what was handed in on one occasion, and its receipt."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import permission_required
from evidence.deliveries import PART, delivered, deliveries, extent_of, find_delivery
from evidence.reading import READ
from evidence.receipt_form import ReceiptForm
from evidence.receipting import give_receipt
from evidence.views.reader import page_of, reader

_TYPES = {"pdf": "application/pdf", "json": "application/json"}


@require_safe
@permission_required(READ)
def delivery_list(request: HttpRequest) -> HttpResponse:
    """The deliveries that the reader took in, or all of which something is open to them; newest first."""
    user = reader(request)
    everybodys = request.GET.get("whose") == "all"
    found = deliveries(user) if everybodys else deliveries(user).filter(started_by=user)
    context = {
        "page": page_of(request, found),
        "filters": [
            {"label": _("Taken in by me"), "href": "?", "active": not everybodys},
            {"label": _("All of my cases"), "href": "?whose=all", "active": everybodys},
        ],
        "query": "whose=all" if everybodys else "",
    }
    return render(request, "evidence/deliveries.html", context)


@require_safe
@permission_required(READ)
def delivery_page(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """One delivery with what came in it, and the way to its receipt."""
    user = reader(request)
    delivery = find_delivery(delivery_id, user=user)
    context = {
        "delivery": delivery,
        "extent": extent_of(delivery, user=user),
        "page": page_of(request, delivered(delivery, user=user)),
        "form": ReceiptForm(initial={"language": get_language()}),
        "at_most": PART,
    }
    return render(request, "evidence/delivery.html", context)


@require_POST
@permission_required(READ)
def receipt(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """One part of the receipt, as paper or as a file; that it was given is in the log before it leaves."""
    user = reader(request)
    delivery = find_delivery(delivery_id, user=user)
    wanted = ReceiptForm(request.POST).wanted()
    given = give_receipt(delivery, **wanted, actor=user)
    response = HttpResponse(given.content, content_type=_TYPES[wanted["form"]])
    response["Content-Disposition"] = f'attachment; filename="{given.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
