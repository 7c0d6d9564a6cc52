"""Lists of evidence: the register, a case's evidence, and the auditor's review of custody."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import permission_required
from accounts.models import User
from cases.access import find_case_by_id
from cases.models import Case
from evidence.alarms import alarms_of
from evidence.errors import UnknownEvidence
from evidence.forms import RegisterFilterForm
from evidence.gap_report import gaps_of
from evidence.media_types import FILTERS, PHYSICAL, plain_kind
from evidence.models import EvidenceItem
from evidence.queries import (
    Attention,
    RegisterFilter,
    custody_of,
    custody_register,
    custody_waiting,
    last_check,
    register,
)
from evidence.reading import READ, open_custody
from evidence.scopes import REVIEW_CUSTODY
from evidence.views.reader import page_of, reader


@require_safe
@permission_required(READ)
def item_list(request: HttpRequest) -> HttpResponse:
    """Every item that the reader may open, newest first."""
    user = reader(request)
    wanted = _wanted(request, user)
    context = _listing(request, register(user, wanted)) | {
        "wanted": wanted,
        "kinds": _kind_chips(request, wanted),
        "cases": _case_chips(request, user, wanted),
    }
    return render(request, "evidence/list.html", context)


@require_safe
@permission_required(READ)
def case_list(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The evidence of one case."""
    user = reader(request)
    case = find_case_by_id(case_id, actor=user)
    wanted = RegisterFilter(text=_text(request, "q"), case=case)
    context = _listing(request, register(user, wanted)) | {"case": case, "wanted": wanted}
    return render(request, "evidence/case_list.html", context)


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


def _listing(request: HttpRequest, items: QuerySet[EvidenceItem]) -> dict[str, Any]:
    page = page_of(request, items)
    rows = [
        {"item": item, "kind": plain_kind(item.media_type, physical=not item.has_bytes)}
        for item in page.object_list
    ]
    return {"page": page, "rows": rows, "query": _query(request, page=None)}


def _wanted(request: HttpRequest, user: User) -> RegisterFilter:
    form = RegisterFilterForm(request.GET)
    form.is_valid()
    case_id = form.cleaned_data.get("case")
    return RegisterFilter(
        text=form.cleaned_data.get("q") or "",
        kind=form.cleaned_data.get("type") or "",
        case=find_case_by_id(case_id, actor=user) if case_id else None,
    )


def _text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", "")[:200]


def _kind_chips(request: HttpRequest, wanted: RegisterFilter) -> list[dict[str, Any]]:
    chips = [{"label": _("Every type"), "href": _address(request, type=None), "active": not wanted.kind}]
    kinds = {kind: label for kind, (label, _beginning) in FILTERS.items()} | {PHYSICAL: _("Physical items")}
    for kind, label in kinds.items():
        chips.append({"label": label, "href": _address(request, type=kind), "active": wanted.kind == kind})
    return chips


def _case_chips(request: HttpRequest, user: User, wanted: RegisterFilter) -> list[dict[str, Any]]:
    chips = [{"label": _("Every case"), "href": _address(request, case=None), "active": wanted.case is None}]
    for case in Case.objects.visible_to(user).only("reference")[:12]:
        chips.append(
            {
                "label": case.reference,
                "href": _address(request, case=str(case.pk)),
                "active": wanted.case is not None and wanted.case.pk == case.pk,
            }
        )
    return chips


def _address(request: HttpRequest, **changed: str | None) -> str:
    return "?" + _query(request, page=None, **changed)


def _query(request: HttpRequest, **changed: str | None) -> str:
    """The address's parameters with some changed, or left out where None."""
    kept = QueryDict(mutable=True)
    kept.update({name: request.GET[name] for name in ("q", "type", "case") if request.GET.get(name)})
    for name, value in changed.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    return kept.urlencode()
