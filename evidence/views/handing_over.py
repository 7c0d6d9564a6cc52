"""Handing an item over: the offer, its answer, and what is open."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import permission_required
from accounts.form_answers import show_form, typed
from accounts.models import User
from audit.errors import BadInput, Broken, Conflict
from cases.confirming import attempt_form
from evidence.circumstances import papers_for
from evidence.custody import chain_of
from evidence.custody_forms import AnswerForm, OfferForm
from evidence.handing_over import (
    HAND_OVER,
    accept,
    may_withdraw,
    offer,
    possible_receivers,
    refuse,
    withdraw,
)
from evidence.holding import holder_of, open_offer
from evidence.models import CustodyEvent
from evidence.possession import why_not_given
from evidence.queries import find_item, find_offer, offers_for, offers_open_to_review
from evidence.scopes import REVIEW_CUSTODY
from evidence.second_person import wants_a_second
from evidence.views.reader import page_of, reader

_ACCEPT = ("accept", gettext_lazy("I have it now and take it over"))
_REFUSE = ("refuse", gettext_lazy("I do not take it over"))
_SIGNED = ("accept", gettext_lazy("They have it; here is the paper that they signed"))
_WITHDRAW = ("withdraw", gettext_lazy("I take the offer back"))


@require_http_methods(["GET", "POST"])
@permission_required(HAND_OVER)
def hand_over(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Offer the item to somebody."""
    user = reader(request)
    item = find_item(item_id, user=user)
    form = OfferForm(typed(request), receivers=possible_receivers(item, user=user))
    if request.method == "POST" and form.is_valid():
        offered = attempt_form(
            form,
            lambda user: offer(item, to=form.receiver(), facts=form.circumstances(), actor=user),
            by=user,
            foreseen=(BadInput, Conflict),
        )
        if offered:
            messages.success(
                request,
                _("It is offered to %(name)s. You hold it until they accept.")
                % {"name": offered.received_by},
            )
            return redirect("evidence:item", item.pk)
    events = list(chain_of(item))
    context = {
        "item": item,
        "holder": holder_of(events),
        "offer": open_offer(events),
        # What was typed already is never taken off the page.
        "why_not": "" if form.is_bound else why_not_given(events, user),
    }
    return show_form(request, "evidence/hand_over.html", form, context)


@require_http_methods(["GET", "POST"])
@permission_required(HAND_OVER)
def answer(request: HttpRequest, item_id: UUID, event_id: UUID) -> HttpResponse:
    """One offer, and what this reader may answer."""
    user = reader(request)
    item = find_item(item_id, user=user)
    offered = find_offer(item, event_id)
    choices = _choices(offered, user)
    papers = papers_for(item, user=user) if offered.party_id is None else None
    form = AnswerForm(typed(request), choices=choices, papers=papers)
    if request.method == "POST" and form.is_valid() and _answered(request, offered, form):
        return redirect("evidence:item", item.pk)
    context = {"item": item, "offer": offered, "may_answer": bool(choices)}
    return show_form(request, "evidence/answer_offer.html", form, context)


@require_safe
@permission_required(HAND_OVER)
def transfers(request: HttpRequest) -> HttpResponse:
    """What is offered to the reader, and what they offered, as long as it is open."""
    page = page_of(request, offers_for(reader(request)))
    return render(request, "evidence/transfers.html", {"page": page})


@require_safe
@permission_required(REVIEW_CUSTODY)
def all_transfers(request: HttpRequest) -> HttpResponse:
    """Every open transfer for the auditor, the oldest first: who of us waits for whom, without words of others."""
    page = page_of(request, offers_open_to_review(reader(request)))
    return render(request, "evidence/all_transfers.html", {"page": page})


def _choices(offered: CustodyEvent, user: User) -> list[tuple[str, str | Promise]]:
    if offered.is_answered:
        return []
    mine: list[tuple[str, str | Promise]] = []
    if offered.party_id == user.pk:
        mine += [_ACCEPT, _REFUSE]
    if offered.party_id is None:
        mine.append(_SIGNED)
    if may_withdraw(offered, user):
        mine.append(_WITHDRAW)
    return mine


def _answered(request: HttpRequest, offered: CustodyEvent, form: AnswerForm) -> bool:
    said = attempt_form(
        form,
        lambda user: _answer(offered, form, user),
        by=reader(request),
        foreseen=(BadInput, Conflict, Broken),
    )
    if said:
        messages.success(request, said)
    return said is not None


def _answer(offered: CustodyEvent, form: AnswerForm, user: User) -> str:
    said = form.cleaned_data
    if said["decision"] == "accept":
        taken = accept(offered, facts=form.circumstances(), document=said.get("document"), actor=user)
        if wants_a_second(taken, offered):
            return _(
                "The item is with %(name)s. You offered it and entered the paper alone: ask somebody else of the case "
                "to confirm it from its custody."
            ) % {"name": offered.received_by}
        return _("The hand-over is complete: the item is with %(name)s.") % {"name": offered.received_by}
    if said["decision"] == "refuse":
        refuse(offered, reason=said["reason"], actor=user)
        return _("You refused it. It stays with %(name)s.") % {"name": offered.released_by}
    withdraw(offered, reason=said["reason"], actor=user)
    return _("The offer is taken back. It stays with %(name)s.") % {"name": offered.released_by}
