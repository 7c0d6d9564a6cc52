"""The auditor's review of custody."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import permission_required
from evidence.alarms import alarms_of
from evidence.errors import UnknownEvidence
from evidence.gap_report import gaps_of
from evidence.queries import (
    Attention,
    custody_of,
    custody_register,
    custody_waiting,
    last_check,
)
from evidence.reading import open_custody
from evidence.scopes import REVIEW_CUSTODY
from evidence.views.reader import page_of, reader


@require_safe
@permission_required(REVIEW_CUSTODY)
def custody_review(request: HttpRequest) -> HttpResponse:
    """Items' custody for the auditor: references, digests and events, but neither title, name nor source."""
    user, wanted = reader(request), request.GET.get("wait", "")
    attention = Attention(wanted) if wanted in Attention.values else None
    queues = {one: custody_waiting(user, one) for one in Attention}
    items = queues[attention] if attention else custody_register(user)
    chips = [
        {"label": _("Every item"), "href": "?", "active": attention is None},
        *(
            {
                "label": one.label,
                "href": f"?wait={one.value}",
                "active": one is attention,
                "count": queue.count(),
            }
            for one, queue in queues.items()
        ),
    ]
    context = {
        "page": page_of(request, items),
        "filters": chips,
        "query": f"wait={attention.value}" if attention else "",
    }
    return render(request, "evidence/custody_review.html", context)


@require_safe
@permission_required(REVIEW_CUSTODY)
def custody_of_item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One item's custody for the auditor: who of us did what and when, without any words of others."""
    item = custody_register(reader(request)).filter(pk=item_id).first()
    if item is None:
        raise UnknownEvidence(_("No such item. Choose one from the custody review."))
    open_custody(item, actor=reader(request))
    events = list(custody_of(item))
    context = {
        "item": item,
        "events": events,
        "check": last_check(item),
        "gaps": gaps_of(events, item),
        "alarms": alarms_of(item),
    }
    return render(request, "evidence/custody_item.html", context)
