"""Erasing words of an item's record on pages: which records there are, asking, and deciding."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import acting_user, permission_required
from accounts.form_answers import show_form, typed
from accounts.models import User
from audit.errors import BadInput, Conflict
from cases.confirming import attempt_form
from config import erasure_requests
from config.erasing import APPROVE, ERASE, Receipt
from config.erasure_forms import ErasureDecisionForm, ErasureForm, WithdrawForm
from config.erasure_records import called, find_record, label_of, records_of
from evidence.hold_reach import holds_seen
from evidence.models import ErasureRequest
from evidence.queries import find_item
from evidence.reading import open_page
from evidence.views.reader import page_of


@require_safe
@permission_required(ERASE)
def records(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The records of an item that have words which could be erased. In the log before they are shown."""
    user = acting_user(request)
    item = find_item(item_id, user=user)
    open_page(item, actor=user)
    asked = {one.record: one for one in erasure_requests.waiting_of(item, user=user)}
    context = {
        "item": item,
        "records": [(one, asked.get(one.key)) for one in records_of(item, user=user)],
        "holds": holds_seen(item, user=user),
    }
    return render(request, "evidence/erase_records.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(ERASE)
def ask(request: HttpRequest, item_id: UUID, kind: str, record_id: UUID) -> HttpResponse:
    """Ask that words of one record be erased."""
    user = acting_user(request)
    item = find_item(item_id, user=user)
    record = find_record(item, kind, record_id, user=user)
    form = ErasureForm(typed(request), item=item, record=record)
    if request.method == "POST" and form.is_valid():
        asked = attempt_form(
            form,
            lambda user: erasure_requests.ask_for_erasure(
                item,
                kind,
                record_id,
                names=form.cleaned_data["names"],
                reason=form.cleaned_data["reason"],
                actor=user,
            ),
            by=user,
            foreseen=(BadInput, Conflict),
        )
        if asked:
            messages.success(request, _("It is asked for. An auditor decides."))
            return redirect("erasure", item.pk, asked.pk)
    open_page(item, actor=user)
    context = {"item": item, "record": record, "holds": holds_seen(item, user=user)}
    return show_form(request, "evidence/erase_ask.html", form, context)


@require_http_methods(["GET", "POST"])
@permission_required(ERASE)
def one_request(request: HttpRequest, item_id: UUID, erasure_id: UUID) -> HttpResponse:
    """A request and what became of it; whoever asked can take it back here."""
    user = acting_user(request)
    item = find_item(item_id, user=user)
    asked = erasure_requests.find_request_of(item, erasure_id, user=user)
    form = WithdrawForm(typed(request))
    if request.method == "POST" and form.is_valid():
        done = attempt_form(
            form,
            lambda user: _withdrawn(asked, form.cleaned_data["reason"], user),
            by=user,
            foreseen=(BadInput, Conflict),
        )
        if done:
            messages.success(request, done)
            return redirect("evidence:item", item.pk)
    open_page(item, actor=user)
    context = {**_shown(asked, user=user), "is_mine": asked.asked_by_id == user.pk}
    return show_form(request, "evidence/erasure.html", form, context)


@require_safe
@permission_required(APPROVE)
def waiting(request: HttpRequest) -> HttpResponse:
    """The requests that wait for an auditor, the oldest first."""
    page = page_of(request, erasure_requests.waiting())
    rows = [(one, [label_of(name) for name in one.value_names]) for one in page]
    return render(request, "evidence/erasures.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "POST"])
@permission_required(APPROVE)
def decide(request: HttpRequest, erasure_id: UUID) -> HttpResponse:
    """Decide on a request, as the second person, who sees which words are meant and none of them."""
    user = acting_user(request)
    asked = erasure_requests.find_request(erasure_id)
    form = ErasureDecisionForm(typed(request), item=asked.item)
    if request.method == "POST" and form.is_valid():
        done = attempt_form(
            form, lambda user: _decided(asked, form, user), by=user, foreseen=(BadInput, Conflict)
        )
        if isinstance(done, Receipt):
            # Shown once, on the answer to the form: the salt is kept nowhere.
            return render(request, "evidence/erasure_done.html", {**_shown(asked), "receipt": done})
        if done:
            messages.success(request, _("The words stay. Whoever asked can see why."))
            return redirect("erasures")
    context = {**_shown(asked), "holds": holds_seen(asked.item, user=user)}
    return show_form(request, "evidence/erase_decide.html", form, context)


def _withdrawn(asked: ErasureRequest, reason: str, user: User) -> str:
    erasure_requests.withdraw_erasure(asked, reason=reason, actor=user)
    return _("The request is taken back. The words stay.")


def _decided(asked: ErasureRequest, form: ErasureDecisionForm, user: User) -> Receipt | bool:
    if form.cleaned_data["decision"] == "erase":
        return erasure_requests.approve_erasure(asked, actor=user)
    erasure_requests.refuse_erasure(asked, reason=form.cleaned_data["reason"], actor=user)
    return True


def _shown(asked: ErasureRequest, *, user: User | None = None) -> dict[str, object]:
    return {
        "item": asked.item,
        "asked": asked,
        "called": called(asked.item, asked.kind, asked.record, user=user),
        "labels": [label_of(name) for name in asked.value_names],
        "reason_salt": bytes(asked.salt).hex(),
    }
