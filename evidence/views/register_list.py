"""The register and a case's evidence as lists, with the views that a reader saves and the acts for many items."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import permission_required
from accounts.models import User
from audit.digits import in_digits
from cases.access import find_case_by_id
from cases.models import Case
from evidence.bulk import MOST_CHECKED, MOST_LISTED, MOST_PLACED, check_all, export_list, put_into_case
from evidence.errors import BadView, TooMany
from evidence.gap_report import log_reading
from evidence.media_types import FILTERS, PHYSICAL, plain_kind
from evidence.models import EvidenceItem
from evidence.reading import READ
from evidence.register import RegisterPage, register_page, selected
from evidence.register_filter import RegisterFilter
from evidence.register_forms import RegisterFilterForm, SelectionForm, kept_query, place_text, read_place
from evidence.saved_views import remove_view, save_view, views_of
from evidence.views.reader import reader

_MOST = {"export": MOST_LISTED, "place": MOST_PLACED, "check": MOST_CHECKED}
_CHIPS = 12


@require_safe
@permission_required(READ)
def item_list(request: HttpRequest) -> HttpResponse:
    """Every item that the reader may open and that fits, in the order that the address asks for."""
    user = reader(request)
    form = RegisterFilterForm(request.GET, reader=user)
    wanted = form.wanted()
    if wanted.asks_for_gaps:
        log_reading(actor=user)
    cases = list(Case.objects.visible_to(user).only("reference")[: _CHIPS + 1])
    context = _listing(request, user, wanted) | {
        "wanted": wanted,
        "form": form,
        "kinds": _kind_chips(request, wanted),
        "cases": _case_chips(request, cases[:_CHIPS], wanted),
        "into": Case.objects.visible_to(user).only("reference", "title")[:200],
        "views": [{"view": view, "href": f"?{view.query}"} for view in views_of(user)],
    }
    return render(request, "evidence/list.html", context)


@require_safe
@permission_required(READ)
def case_list(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The evidence of one case."""
    user = reader(request)
    case = find_case_by_id(case_id, actor=user)
    text = request.GET.get("q", "").replace("\x00", "")[:200]
    wanted = RegisterFilter(text=text, case=case)
    context = _listing(request, user, wanted) | {"case": case, "wanted": wanted}
    return render(request, "evidence/case_list.html", context)


@require_POST
@permission_required(READ)
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the register under a name."""
    query = kept_query(QueryDict(request.POST.get("query", "")[:2000]))
    try:
        save_view(request.POST.get("name", ""), query, actor=reader(request))
    except BadView as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The view is saved. Only you see it."))
    return redirect(f"{reverse('evidence:list')}?{query}")


@require_POST
@permission_required(READ)
def view_remove(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Remove one of the reader's views."""
    remove_view(view_id, actor=reader(request))
    messages.success(request, _("The view is removed."))
    return redirect("evidence:list")


@require_POST
@permission_required(READ)
def bulk(request: HttpRequest) -> HttpResponse:
    """One act for the items that were chosen, each looked up anew; what changes something is asked for once more."""
    user, form = reader(request), SelectionForm(request.POST)
    back = f"{reverse('evidence:list')}?{kept_query(QueryDict(request.POST.get('query', '')[:2000]))}"
    if not form.is_valid():
        messages.error(request, _("Choose what is to be done with the items."))
        return redirect(back)
    act, whole = form.cleaned_data["act"], form.cleaned_data["which"] == "all"
    filters = RegisterFilterForm(QueryDict(form.cleaned_data["query"]), reader=user)
    try:
        wanted = filters.wanted() if whole else None
        items = selected(user, form.ids(), wanted=wanted, most=_MOST[act])
        if items:
            return _done(request, act, items, form) or redirect(back)
        messages.error(request, _("No item was chosen. Tick at least one."))
    except TooMany as error:
        messages.error(request, str(error))
    return redirect(back)


def _done(
    request: HttpRequest, act: str, items: list[EvidenceItem], form: SelectionForm
) -> HttpResponse | None:
    """What answers the act; None where only a message is left to be read in the register."""
    user = reader(request)
    if act == "export":
        name = f"register-{timezone.now():%Y-%m-%d}.csv"
        answer = HttpResponse(export_list(items, actor=user), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    case = None
    if act == "place":
        if form.cleaned_data["into"] is None:
            messages.error(request, _("Choose the case into which the items are to be put."))
            return None
        case = find_case_by_id(form.cleaned_data["into"], actor=user)
    if form.cleaned_data["agreed"] != len(items):
        context = {"items": items, "shown": items[:_CHIPS], "act": act, "case": case, "form": form}
        return render(request, "evidence/bulk.html", context)
    if case is not None:
        _say_placed(request, items, case)
    else:
        _say_checked(request, items)
    return None


def _say_placed(request: HttpRequest, items: list[EvidenceItem], case: Case) -> None:
    placed = put_into_case(items, case, actor=reader(request))
    said = ngettext("%(n)s item was put into %(case)s.", "%(n)s items were put into %(case)s.", placed.added)
    messages.success(request, said % {"n": in_digits(placed.added), "case": case.reference})
    if placed.there:
        there = ngettext("%(n)d was there already.", "%(n)d were there already.", placed.there)
        messages.info(request, in_digits(there % {"n": placed.there}))


def _say_checked(request: HttpRequest, items: list[EvidenceItem]) -> None:
    found = check_all(items, actor=reader(request))
    said = ngettext(
        "%(n)d item was read in full and is what was received.",
        "%(n)d items were read in full and are what was received.",
        found.verified,
    )
    messages.success(request, in_digits(said % {"n": found.verified}))
    if found.broken:
        broken = _("Not what was received, tell a lawyer now: %(references)s.")
        messages.error(request, broken % {"references": " ".join(found.broken)})
    if found.without_bytes:
        things = ngettext(
            "%(n)d physical item has no digest.", "%(n)d physical items have no digest.", found.without_bytes
        )
        messages.info(request, in_digits(things % {"n": found.without_bytes}))


def _listing(request: HttpRequest, user: User, wanted: RegisterFilter) -> dict[str, Any]:
    after, before = (read_place(request.GET.get(name, "")) for name in ("after", "before"))
    page: RegisterPage = register_page(user, wanted, after=after, before=None if after else before)
    rows = [
        {"item": item, "kind": plain_kind(item.media_type, physical=not item.has_bytes)} for item in page.rows
    ]
    return {
        "page": page,
        "rows": rows,
        "query": kept_query(request.GET),
        "after": place_text(page.after),
        "before": place_text(page.before),
    }


def _kind_chips(request: HttpRequest, wanted: RegisterFilter) -> list[dict[str, Any]]:
    chips = [{"label": _("Every type"), "href": _address(request, type=None), "active": not wanted.kind}]
    kinds = {kind: label for kind, (label, _beginning) in FILTERS.items()} | {PHYSICAL: _("Physical items")}
    for kind, label in kinds.items():
        chips.append({"label": label, "href": _address(request, type=kind), "active": wanted.kind == kind})
    return chips


def _case_chips(request: HttpRequest, cases: list[Case], wanted: RegisterFilter) -> list[dict[str, Any]]:
    chips = [{"label": _("Every case"), "href": _address(request, case=None), "active": wanted.case is None}]
    for case in cases:
        chips.append(
            {
                "label": case.reference,
                "href": _address(request, case=str(case.pk)),
                "active": wanted.case is not None and wanted.case.pk == case.pk,
            }
        )
    return chips


def _address(request: HttpRequest, **changed: str | None) -> str:
    return "?" + kept_query(request.GET, **changed)
