"""Legal holds, and disposing of an item: pages that say first what cannot be undone."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import permission_required
from accounts.form_answers import show_form, typed
from accounts.models import User
from audit.errors import BadInput, Conflict, DomainError
from cases.confirming import attempt_form
from evidence.custody import chain_of
from evidence.disposal import DISPOSE, dispose, open_request, request_disposal, turn_down_disposal
from evidence.disposal_forms import DisposalDecisionForm, DisposalRequestForm, HoldForm, ReleaseForm
from evidence.hold_reach import holds_seen
from evidence.holds import HOLD, place_hold, release_hold
from evidence.models import CustodyEvent, EvidenceItem
from evidence.queries import find_event, find_item, other_receipts
from evidence.removal import locked_until
from evidence.views.reader import reader


@require_http_methods(["GET", "POST"])
@permission_required(HOLD)
def hold(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Put a legal hold on the item; the holds that are on it."""
    user = reader(request)
    item = find_item(item_id, user=user)
    form = HoldForm(typed(request))
    if request.method == "POST" and form.is_valid():
        done = attempt_form(
            form,
            lambda user: place_hold(item, **form.cleaned_data, actor=user),
            by=user,
            foreseen=(BadInput, Conflict),
        )
        if done:
            messages.success(
                request, _("The hold is on. Nobody can dispose of this item until it is released.")
            )
            return redirect("evidence:item", item.pk)
    holds = holds_seen(item, user=user)
    context = {
        "item": item,
        "holds": [one.hold for one in holds if one.own],
        "reaching": [one for one in holds if not one.own],
    }
    return show_form(request, "evidence/hold.html", form, context)


@require_http_methods(["GET", "POST"])
@permission_required(HOLD)
def release(request: HttpRequest, item_id: UUID, event_id: UUID) -> HttpResponse:
    """Release one hold."""
    user = reader(request)
    item = find_item(item_id, user=user)
    event = find_event(item, event_id)
    form = ReleaseForm(typed(request))
    if request.method == "POST" and form.is_valid():
        done = attempt_form(
            form,
            lambda user: release_hold(event, **form.cleaned_data, actor=user),
            by=user,
            foreseen=(BadInput, Conflict),
        )
        if done:
            messages.success(request, _("The hold is released."))
            return redirect("evidence:item", item.pk)
    context = {"item": item, "event": event}
    return show_form(request, "evidence/release_hold.html", form, context)


@require_http_methods(["GET", "POST"])
@permission_required(DISPOSE)
def ask(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Ask that the item be disposed of."""
    user = reader(request)
    item = find_item(item_id, user=user)
    form = DisposalRequestForm(typed(request), item=item)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        done = attempt_form(
            form,
            lambda user: request_disposal(
                item, reason=said["reason"], authority=said["authority"], actor=user
            ),
            by=user,
            foreseen=(BadInput, Conflict),
        )
        if done:
            messages.success(request, _("Its disposal is asked for. Another lawyer of the case decides."))
            return redirect("evidence:item", item.pk)
    events = list(chain_of(item))
    context = {
        "item": item,
        "holds": holds_seen(item, user=user),
        "waiting": open_request(events),
        "others": other_receipts(item, user=user).filter(disposed_at=None).count(),
        "locked_until": _locked_until(item),
    }
    return show_form(request, "evidence/dispose.html", form, context)


@require_http_methods(["GET", "POST"])
@permission_required(DISPOSE)
def decide(request: HttpRequest, item_id: UUID, event_id: UUID) -> HttpResponse:
    """Decide on a request for disposal, as another person; whoever asked can take it back here."""
    user = reader(request)
    item = find_item(item_id, user=user)
    asked = find_event(item, event_id)
    form = DisposalDecisionForm(typed(request), item=item, may_dispose=asked.actor_id != user.pk)
    if request.method == "POST" and form.is_valid() and _decided(request, asked, form):
        return redirect("evidence:item", item.pk)
    events = list(chain_of(item))
    waiting = open_request(events)
    context = {
        "item": item,
        "asked": asked,
        "is_open": waiting is not None and waiting.pk == asked.pk,
        "holds": holds_seen(item, user=user),
        "others": other_receipts(item, user=user).filter(disposed_at=None).count(),
        "locked_until": _locked_until(item),
    }
    return show_form(request, "evidence/decide_disposal.html", form, context)


def _locked_until(item: EvidenceItem) -> datetime | None:
    """What is told before anybody decides; a store that does not answer now is asked again by the act itself."""
    if not item.has_bytes or item.disposed_at is not None:
        return None
    try:
        return locked_until(item, with_copies=False)
    except DomainError:
        return None


def _decided(request: HttpRequest, asked: CustodyEvent, form: DisposalDecisionForm) -> bool:
    said = attempt_form(
        form, lambda user: _decide(asked, form, user), by=reader(request), foreseen=(BadInput, Conflict)
    )
    if said:
        messages.success(request, said)
    return said is not None


def _decide(asked: CustodyEvent, form: DisposalDecisionForm, user: User) -> str:
    said = form.cleaned_data
    if said["decision"] == "dispose":
        dispose(asked, method=said["method"], witnessed_by=said["witnessed_by"], actor=user)
        return _("The item is disposed of. Its record and its custody stay.")
    turn_down_disposal(asked, reason=said["reason"], actor=user)
    return _("The item is kept.")
