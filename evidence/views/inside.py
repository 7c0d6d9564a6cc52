"""What is inside an item: the list, asking for it, and asking for members to become items of their own."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import permission_required
from audit.errors import BadInput, Conflict
from cases.confirming import codes_in
from cases.small_groups import SmallGroup
from evidence.models import EvidenceItem
from evidence.queries import find_item
from evidence.reading import READ, open_page
from evidence.unpacking.asking import TAKE_OUT, ask_for_contents, ask_for_members
from evidence.unpacking.queries import contents_of, members_of_item, seen_children
from evidence.unpacking.words import MemberState
from evidence.views.reader import reader

_ROWS = 100


@require_safe
@permission_required(READ)
def inside(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The members of the item, as their container names them. In the log before it is shown, as the item's page is."""
    user = reader(request)
    item = find_item(item_id, user=user)
    open_page(item, actor=user)
    return _page(request, item)


def _page(
    request: HttpRequest, item: EvidenceItem, *, narrows: SmallGroup | None = None, sent: Sequence[str] = ()
) -> HttpResponse:
    """The page; where names narrow a witness, with what was sent and a box that confirms it."""
    user = reader(request)
    page = Paginator(members_of_item(item), _ROWS).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    seen = seen_children(rows, user=user)
    context = {
        "item": item,
        "contents": contents_of(item),
        "page": page,
        "rows": [
            {
                "member": row,
                "child": row.child if row.child_id in seen else None,
                "may_be_chosen": row.state in (MemberState.LISTED, MemberState.FAILED),
            }
            for row in rows
        ],
        "narrows": narrows,
        "confirms": ".".join(filter(None, [*codes_in(request.POST), narrows.code])) if narrows else "",
        "sent": sent,
    }
    return render(request, "evidence/inside.html", context, status=422 if narrows else 200)


@require_POST
@permission_required(TAKE_OUT)
def look_inside(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Have it listed what is inside."""
    user = reader(request)
    item = find_item(item_id, user=user)
    said = _("It is being listed what is inside. Reload this page in a moment.")
    return _asked(request, item_id, lambda: ask_for_contents(item, actor=user), said)


@require_POST
@permission_required(TAKE_OUT)
def take_out(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Have the chosen members, or all that can be, made items of their own."""
    user = reader(request)
    item = find_item(item_id, user=user)
    numbers = None if "all" in request.POST else _numbers(request)
    said = _("The files are being taken out. Each becomes an item of its own, with its own custody.")
    by = user.confirming(codes_in(request.POST))
    try:
        return _asked(request, item_id, lambda: ask_for_members(item, numbers=numbers, actor=by), said)
    except SmallGroup as error:
        if not request.accepts("text/html"):
            raise
        open_page(item, actor=user)
        return _page(request, item, narrows=error, sent=[str(number) for number in numbers or ()])


def _asked(request: HttpRequest, item_id: UUID, ask: Callable[[], object], said: str) -> HttpResponse:
    try:
        ask()
    except SmallGroup:
        raise
    except (BadInput, Conflict) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("evidence:inside", item_id)


def _numbers(request: HttpRequest) -> list[int]:
    return [
        int(text)
        for text in request.POST.getlist("number")
        if text.isascii() and text.isdigit() and len(text) < 9
    ]
